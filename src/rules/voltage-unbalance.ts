import type { SupplyPoint } from '../domain/customer.ts';
import { LINE_VOLTAGES } from '../domain/quantity.ts';
import type { Verdict } from '../domain/verdict.ts';
import { cannotSay, LONGEST_DIP, type Rule, type Sample, type Words } from './rule.ts';
import { standingAgainst, type UpperLimit, upperLimit } from './upper-limit.ts';
import { judgedVoltages, measured } from './voltages.ts';

/** Below half of the nominal voltage an unbalance is one of noise, not of the supply. */
const LIVE_PER_UNIT = 0.5;

/** Negative-sequence voltage unbalance in %, GB/T 15543-2008 clause 4 (limit) and appendix A (magnitude formula). */
export const voltageUnbalance: Rule<UpperLimit> = {
  name: 'voltage_unbalance',
  limits: upperLimit,
  spoiledBy: { voltage_dip: LONGEST_DIP, phase_loss: Number.POSITIVE_INFINITY },
  neverSpoiled: [],
  supersedes: [],
  judge,
};

function judge(sample: Sample, row: UpperLimit, supplyPoint: SupplyPoint): Verdict {
  const judged = sample.value('voltage_unbalance');
  if (judged === undefined) return cannotSay('the meter does not give three line voltages');
  const lines = judgedVoltages(sample, supplyPoint, 'line');
  if (lines.some((line) => line.perUnit < LIVE_PER_UNIT)) return cannotSay('the line is dead');

  return {
    standing: standingAgainst(judged, row),
    evidence: {
      quantity: 'voltage_unbalance',
      value: judged,
      judged,
      limit: row.limit,
      unit: '%',
      kind: 'over',
      phases: [],
      badness: judged - row.limit,
      values: measured(sample, LINE_VOLTAGES),
    },
  };
}

export const words: Words = {
  en: {
    title: () => 'Voltage unbalance high',
    sentence: ({ judged, limit }) =>
      `The voltages of the three phases are unequal: unbalance ${judged.toFixed(1)} % (the limit for 95 % of a week is ${limit} %).`,
    meaning: () =>
      'Unequal phases make three-phase motors and drives run hot and trip; at 2 % a motor already loses part of its life. The standard asks for 95 % of the values of a week to stay within 2 % and for none to exceed 4 %: a single value between the two is no breach of it yet.',
    advice: () => [
      'Ask the customer whether large single-phase loads (furnaces, welders) were switched on.',
      'Grid engineer: compare the neighbours on the feeder to see whether the cause lies in the grid.',
      'Spread single-phase loads evenly over the phases.',
    ],
  },
  'zh-CN': {
    title: () => '三相电压不平衡偏高',
    sentence: ({ judged, limit }) => `三相电压不对称：不平衡度 ${judged.toFixed(1)} %，95 % 概率值限值 ${limit} %。`,
    meaning: () =>
      '三相不平衡会使三相电动机和变频器发热、跳闸，不平衡度达到 2 % 时电动机寿命已受影响。国家标准按一周的 95 % 概率值不超过 2 %、短时不超过 4 % 考核，个别数值介于两者之间尚不属于超标。',
    advice: () => [
      '询问客户是否投入了大容量单相负荷（电炉、电焊机等）。',
      '电网工程师：对比同一线路的其他客户，判断原因是否在电网侧。',
      '将单相负荷均匀分配到三相。',
    ],
  },
};
