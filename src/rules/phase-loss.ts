import { z } from 'zod';
import type { SupplyPoint } from '../domain/customer.ts';
import { LOW_VOLTAGE_KV } from '../domain/nominal-voltage.ts';
import { CURRENTS, LINE_VOLTAGES, PHASE_VOLTAGES, phaseOf } from '../domain/quantity.ts';
import type { Verdict } from '../domain/verdict.ts';
import { cannotSay, type Rule, type Sample, type Words } from './rule.ts';
import { extreme, type JudgedVoltage, judgedVoltages, voltagesAndCurrents } from './voltages.ts';

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

/** Share of the largest phase current: more than this flows in no phase that the supply has lost. */
const CURRENT_FLOWS = 0.05;

/** Loss of a phase: U < 60 % of nominal on one or two phases (threshold of 断相 in DL/T 645 meters; voltage part only). */
export const phaseLoss: Rule<Limits> = {
  name: 'phase_loss',
  limits,
  spoiledBy: {},
  neverSpoiled: [],
  supersedes: ['voltage_dip'],
  judge,
};

function judge(sample: Sample, row: Limits, supplyPoint: SupplyPoint): Verdict {
  const phases = judgedVoltages(sample, supplyPoint, 'phase');
  const lowest = extreme(phases, 'lowest');
  if (!lowest || phases.length < PHASE_VOLTAGES.length)
    return cannotSay('the meter does not give three phase voltages');

  const lost = phases.filter((phase) => phase.perUnit * 100 < row.below);
  const isMetering = supplyPoint.nominalKv > LOW_VOLTAGE_KV && lost.some((phase) => carriesCurrent(phase, sample));
  const evidence = {
    quantity: lowest.quantity,
    value: lowest.volts,
    judged: lowest.perUnit * 100,
    limit: row.below,
    unit: '%',
    kind: isMetering ? 'metering' : 'lost',
    phases: lost.map((phase) => phase.phase),
    badness: isMetering ? 0 : lost.length + 1 - lowest.perUnit,
    values: lost.length > 0 ? voltagesAndCurrents(sample) : undefined,
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

/**
 * Above 1 kV voltages come through transformers with fuses of their own: a voltage that is gone while current flows is a
 * fault of the metering circuit (失压 of DL/T 566), not of the supply.
 */
function carriesCurrent({ phase }: JudgedVoltage, sample: Sample): boolean {
  const currents = CURRENTS.map((quantity) => ({
    phase: phaseOf(quantity),
    amperes: Math.abs(sample.value(quantity) ?? 0),
  }));
  const largest = Math.max(...currents.map(({ amperes }) => amperes));
  return currents.some((current) => current.phase === phase && current.amperes > CURRENT_FLOWS * largest);
}

export const words: Words = {
  en: {
    title: (kind) => (kind === 'metering' ? 'Metering circuit fault suspected' : 'Phase lost'),
    sentence: ({ kind, phases }) =>
      kind === 'metering'
        ? `The meter no longer sees the voltage of phase ${phases.join(' and ')}, but current still flows: a fault of the metering circuit is suspected.`
        : `The supply has lost phase ${phases.join(' and ')}.`,
    meaning: (kind) =>
      kind === 'metering'
        ? 'The supply itself is probably healthy. Voltage, power and energy figures of this point cannot be trusted until the metering circuit is mended, and too little energy may be billed.'
        : 'Three-phase motors run on two phases, overheat within minutes and can burn out; single-phase equipment on the lost phase is off.',
    advice: (kind) =>
      kind === 'metering'
        ? [
            'No need to alarm the customer: only say that someone will come to check the meter cabinet.',
            'Grid engineer: check the secondary fuses of the voltage transformers, the wiring and the terminals of the meter.',
            'Note since when the voltage is missing, so that the energy that was not counted can be settled; until it is mended rely on no figure of this point.',
          ]
        : [
            'Call the customer at once: stop three-phase motors that have no phase-loss protection.',
            'Grid engineer: check fuses and the breaker of the supply point and send the repair crew.',
            'Ask whether emergency supply (generator, UPS) has taken over.',
          ],
  },
  'zh-CN': {
    title: (kind) => (kind === 'metering' ? '疑似计量回路故障（失压）' : '供电缺相'),
    sentence: ({ kind, phases }) =>
      kind === 'metering'
        ? `表计测不到 ${phases.join('、')} 相电压，但仍有电流，疑似计量回路故障。`
        : `供电缺相：${phases.join('、')} 相失电。`,
    meaning: (kind) =>
      kind === 'metering'
        ? '供电本身很可能正常；但在计量回路修复之前，该供电点的电压、功率和电量数据不可信，并可能少计电量，影响电费结算。'
        : '三相电动机缺相运行会在几分钟内过热甚至烧毁；接在该相上的单相设备已停电。',
    advice: (kind) =>
      kind === 'metering'
        ? [
            '无需惊动客户，只需告知将有人员上门检查计量柜。',
            '电网工程师：检查电压互感器二次熔断器、二次接线和表计端子。',
            '记录失压起始时间，供电量追补使用；修复之前，该供电点的数据一概不作为依据。',
          ]
        : [
            '立即致电客户：停运没有缺相保护的三相电动机。',
            '电网工程师：检查供电点的熔断器和断路器，并派抢修人员。',
            '询问应急电源（发电机、UPS）是否已投入。',
          ],
  },
};
