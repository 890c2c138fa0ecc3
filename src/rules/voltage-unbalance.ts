import { z } from 'zod';
import type { SupplyPoint } from '../domain/customer.ts';
import { LINE_VOLTAGES } from '../domain/quantity.ts';
import type { Verdict } from '../domain/verdict.ts';
import { cannotSay, EPSILON, type Rule, type Sample, type Words } from './rule.ts';
import { judgedVoltages, measured } from './voltages.ts';

const limits = z
  .strictObject({
    up_to_kv: z.number().positive().optional(),
    /** Negative-sequence voltage unbalance in %. */
    limit: z.number().positive(),
    clear_at: z.number().positive(),
  })
  .refine((row) => row.clear_at <= row.limit, { message: 'expected clear_at not above limit' });

type Limits = z.infer<typeof limits>;

/** Below half of the nominal voltage an unbalance is one of noise, not of the supply. */
const LIVE_PER_UNIT = 0.5;

/** Negative-sequence voltage unbalance, GB/T 15543-2008 clause 4 (limit) and appendix A (magnitude formula). */
export const voltageUnbalance: Rule<Limits> = {
  name: 'voltage_unbalance',
  limits,
  spoiledBy: ['voltage_dip', 'phase_loss'],
  supersedes: [],
  judge,
};

function judge(sample: Sample, row: Limits, supplyPoint: SupplyPoint): Verdict {
  const judged = sample.value('voltage_unbalance');
  if (judged === undefined) return cannotSay('the meter does not give three line voltages');
  const lines = judgedVoltages(sample, supplyPoint, 'line');
  if (lines.some((line) => line.perUnit < LIVE_PER_UNIT)) return cannotSay('the line is dead');

  const standing = judged > row.limit + EPSILON ? 'bad' : judged > row.clear_at + EPSILON ? 'between' : 'good';
  return {
    standing,
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
    title: () => 'Voltage unbalance too high',
    sentence: ({ judged, limit }) =>
      `The three phases are unequal: unbalance ${judged.toFixed(1)} %, allowed ${limit.toFixed(1)} %.`,
    meaning:
      'Unequal phases make three-phase motors and drives run hot and trip; at 2 % a motor already loses part of its life.',
    advice: [
      'Ask the customer whether large single-phase loads (furnaces, welders) were switched on.',
      'The grid engineer compares the neighbours on the feeder to see whether the cause lies in the grid.',
      'Spread single-phase loads evenly over the phases.',
    ],
  },
  'zh-CN': {
    title: () => '三相电压不平衡超标',
    sentence: ({ judged, limit }) => `三相电压不一致：不平衡度 ${judged.toFixed(1)} %，允许值 ${limit.toFixed(1)} %。`,
    meaning: '三相不平衡会使三相电动机和变频器发热、跳闸，不平衡度达到 2 % 时电动机寿命已受影响。',
    advice: [
      '询问客户是否投入了大容量单相负荷（电炉、电焊机等）。',
      '由电网工程师对比同一线路的其他客户，判断原因是否在电网侧。',
      '将单相负荷均匀分配到三相。',
    ],
  },
};
