import { z } from 'zod';
import type { SupplyPoint } from '../domain/customer.ts';
import { CURRENTS, LINE_VOLTAGES, PHASE_VOLTAGES } from '../domain/quantity.ts';
import type { Verdict } from '../domain/verdict.ts';
import { cannotSay, type Rule, type Sample, type Words } from './rule.ts';
import { extreme, type JudgedVoltage, judgedVoltages, measured } from './voltages.ts';

const limits = z
  .strictObject({
    up_to_kv: z.number().positive().optional(),
    /** % of the nominal phase voltage: below it a phase is lost, above clear_at it is back. */
    below: z.number().positive(),
    clear_at: z.number().positive(),
    /** On nets whose neutral is not earthed a phase is lost only if its line voltages have fallen too. */
    neutral: z.enum(['earthed', 'isolated']),
  })
  .refine((row) => row.clear_at >= row.below, { message: 'expected clear_at not under below' });

type Limits = z.infer<typeof limits>;

/** A phase counts as healthy from here on, per unit; with no healthy phase it is an interruption, not a phase loss. */
const HEALTHY = 0.8;

/** With one phase gone, its two line voltages fall to 1/√3 of nominal or less; an earth fault leaves them at 1. */
const COLLAPSED = 0.8;

/** Loss of a phase: U < 60 % of nominal on one or two phases (threshold of 断相 in DL/T 645 meters; voltage part only). */
export const phaseLoss: Rule<Limits> = {
  name: 'phase_loss',
  limits,
  spoiledBy: [],
  supersedes: ['voltage_dip'],
  judge,
};

function judge(sample: Sample, row: Limits, supplyPoint: SupplyPoint): Verdict {
  const phases = judgedVoltages(sample, supplyPoint, 'phase');
  const lowest = extreme(phases, 'lowest');
  if (!lowest || phases.length < PHASE_VOLTAGES.length)
    return cannotSay('the meter does not give three phase voltages');

  const lost = phases.filter((phase) => phase.perUnit * 100 < row.below);
  const evidence = {
    quantity: lowest.quantity,
    value: lowest.volts,
    judged: lowest.perUnit * 100,
    limit: row.below,
    unit: '%',
    kind: 'lost',
    phases: lost.map((phase) => phase.phase),
    badness: lost.length + 1 - lowest.perUnit,
    values: measured(sample, [...PHASE_VOLTAGES, ...LINE_VOLTAGES, ...CURRENTS]),
  } as const;
  if (lost.length === 0) {
    return { standing: lowest.perUnit * 100 >= row.clear_at ? 'good' : 'between', evidence };
  }
  if (!phases.some((phase) => phase.perUnit >= HEALTHY)) return cannotSay('no phase is healthy');
  if (row.neutral === 'earthed') return { standing: 'bad', evidence };

  const lines = judgedVoltages(sample, supplyPoint, 'line');
  if (lines.length < LINE_VOLTAGES.length) return cannotSay('without line voltages it may be an earth fault');
  return { standing: lost.every((phase) => hasCollapsed(phase, lines)) ? 'bad' : 'good', evidence };
}

function hasCollapsed(phase: JudgedVoltage, lines: readonly JudgedVoltage[]): boolean {
  return lines.filter((line) => line.phase.includes(phase.phase)).every((line) => line.perUnit < COLLAPSED);
}

export const words: Words = {
  en: {
    title: () => 'Phase lost',
    sentence: ({ phases }) => `The supply has lost phase ${phases.join(' and ')}.`,
    meaning:
      'Three-phase motors run on two phases, overheat within minutes and can burn out; single-phase equipment on the lost phase is off.',
    advice: [
      'Call the customer at once: stop three-phase motors that have no phase-loss protection.',
      'The grid engineer checks fuses and the breaker of the supply point and sends the repair crew.',
      'Ask whether emergency supply (generator, UPS) has taken over.',
    ],
  },
  'zh-CN': {
    title: () => '供电缺相',
    sentence: ({ phases }) => `供电缺相：${phases.join('、')} 相失电。`,
    meaning: '三相电动机缺相运行会在几分钟内过热甚至烧毁；接在该相上的单相设备已停电。',
    advice: [
      '立即致电客户：停运没有缺相保护的三相电动机。',
      '由电网工程师检查供电点的熔断器和断路器，并派抢修人员。',
      '询问应急电源（发电机、UPS）是否已投入。',
    ],
  },
};
