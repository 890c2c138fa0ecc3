import { z } from 'zod';
import type { SupplyPoint } from '../domain/customer.ts';
import { LINE_VOLTAGES, PHASE_VOLTAGES } from '../domain/quantity.ts';
import type { Verdict } from '../domain/verdict.ts';
import { cannotSay, EPSILON, LONGEST_DIP, type Rule, type Sample, type Words } from './rule.ts';
import { extreme, type JudgedVoltage, judgedVoltages, measured } from './voltages.ts';

const percentBand = z.strictObject({
  up_to_kv: z.number().positive().optional(),
  voltages: z.enum(['line', 'phase', 'single']),
  /** Largest allowed deviations in % of nominal, e.g. -7 and 7. */
  lower: z.number().negative(),
  upper: z.number().positive(),
  clear_by: z.number().nonnegative(),
});

const percentSum = z.strictObject({
  up_to_kv: z.number().positive().optional(),
  voltages: z.enum(['line', 'phase']),
  /** Largest allowed sum of the absolute positive and negative deviation in % of nominal. */
  sum: z.number().positive(),
  clear_by: z.number().nonnegative(),
});

const limits = z.union([percentBand, percentSum]);
type Limits = z.infer<typeof limits>;

/** Per unit: below it there is no supply whose deviation could be judged, but an interruption (GB/T 30137). */
const DEAD = 0.1;

/** Supply voltage deviation, GB/T 12325-2008 clause 4: (U - Un) / Un × 100 %. */
export const voltageDeviation: Rule<Limits> = {
  name: 'voltage_deviation',
  limits,
  spoiledBy: { voltage_dip: LONGEST_DIP, phase_loss: Number.POSITIVE_INFINITY },
  neverSpoiled: [],
  supersedes: [],
  judge,
};

function judge(sample: Sample, row: Limits, supplyPoint: SupplyPoint): Verdict {
  const voltages = judgedVoltages(sample, supplyPoint, row.voltages);
  const highest = extreme(voltages, 'highest');
  const lowest = extreme(voltages, 'lowest');
  if (!highest || !lowest) return cannotSay('the meter gave no voltages');
  if (highest.perUnit < DEAD) return cannotSay('the line is dead');
  const values = measured(sample, [...LINE_VOLTAGES, ...PHASE_VOLTAGES]);

  const over = deviationPercent(highest);
  const under = deviationPercent(lowest);
  if ('sum' in row) {
    const judged = deviationSum([over, under]);
    const worst = Math.abs(over) >= Math.abs(under) ? highest : lowest;
    const kind = over > 0 && under < 0 ? 'sum' : worst === highest ? 'over' : 'under';
    return verdict(worst, judged, row.sum, judged - row.sum, row.clear_by, kind, values);
  }
  return over - row.upper >= row.lower - under
    ? verdict(highest, over, row.upper, over - row.upper, row.clear_by, 'over', values)
    : verdict(lowest, under, row.lower, row.lower - under, row.clear_by, 'under', values);
}

function deviationPercent(voltage: JudgedVoltage): number {
  return (voltage.perUnit - 1) * 100;
}

/**
 * GB/T 12325-2008 clause 4.1 for 35 kV and above: the sum of the absolute largest positive and negative deviation; where
 * both have the same sign, the larger absolute one. In %.
 */
export function deviationSum(deviations: readonly number[]): number {
  const highest = Math.max(...deviations);
  const lowest = Math.min(...deviations);
  return highest > 0 && lowest < 0 ? highest - lowest : Math.max(Math.abs(highest), Math.abs(lowest));
}

function verdict(
  voltage: JudgedVoltage,
  judged: number,
  limit: number,
  beyond: number,
  clearBy: number,
  kind: 'over' | 'under' | 'sum',
  values: ReturnType<typeof measured>,
): Verdict {
  const standing = beyond > EPSILON ? 'bad' : beyond > EPSILON - clearBy ? 'between' : 'good';
  const { quantity, volts: value, phase } = voltage;
  return {
    standing,
    evidence: { quantity, value, judged, limit, unit: '%', kind, phases: [phase], badness: beyond, values },
  };
}

/** Of a deviation to one side; from 35 kV upwards it comes without its sign. */
function size(percent: number): string {
  return Math.abs(percent).toFixed(1);
}

export const words: Words = {
  en: {
    title: (kind) =>
      kind === 'sum'
        ? 'Supply voltage spread too wide'
        : kind === 'over'
          ? 'Supply voltage too high'
          : 'Supply voltage too low',
    sentence: ({ judged, limit, kind }) =>
      kind === 'sum'
        ? `The supply voltage spreads too far around its nominal value: positive and negative deviation together ${size(judged)} %, limit ${Math.abs(limit)} %.`
        : kind === 'over'
          ? `The supply voltage is higher than the standard allows (deviation +${size(judged)} %, limit +${Math.abs(limit)} %).`
          : `The supply voltage is lower than the standard allows (deviation −${size(judged)} %, limit −${Math.abs(limit)} %).`,
    meaning: (kind) => {
      const high = 'high voltage heats and ages lamps, capacitors and electronics';
      const low = 'low voltage makes motors draw more current, run hot and stall under load';
      if (kind === 'sum') return `One line voltage is high and another low: ${high}; ${low}.`;
      return kind === 'over' ? `Too ${high}.` : `Too ${low}.`;
    },
    advice: () => [
      'Ask the customer whether equipment trips, runs hot or dims, and note which.',
      'Grid engineer: check the transformer tap, the reactive power compensation and the load of the feeder.',
      'Where the customer has an on-load tap changer or capacitor bank, ask for its present position.',
    ],
  },
  'zh-CN': {
    title: (kind) => (kind === 'sum' ? '供电电压正负偏差过大' : kind === 'over' ? '供电电压偏高' : '供电电压偏低'),
    sentence: ({ judged, limit, kind }) =>
      kind === 'sum'
        ? `供电电压正、负偏差绝对值之和 ${size(judged)} %，限值 ${Math.abs(limit)} %。`
        : kind === 'over'
          ? `供电电压高于国家标准允许范围（偏差 +${size(judged)} %，限值 +${Math.abs(limit)} %）。`
          : `供电电压低于国家标准允许范围（偏差 −${size(judged)} %，限值 −${Math.abs(limit)} %）。`,
    meaning: (kind) => {
      const high = '电压偏高会使照明、电容器和电子设备发热、老化';
      const low = '电压偏低会使电动机电流增大、发热，带载时可能堵转';
      if (kind === 'sum') return `${high}；${low}。`;
      return kind === 'over' ? `${high}。` : `${low}。`;
    },
    advice: () => [
      '询问客户是否有设备跳闸、发热或灯光变暗，并记录具体设备。',
      '电网工程师：检查变压器分接头、无功补偿和线路负荷。',
      '客户如有有载调压开关或电容器组，请了解当前档位。',
    ],
  },
};
