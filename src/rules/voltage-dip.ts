import { z } from 'zod';
import type { SupplyPoint } from '../domain/customer.ts';
import { LINE_VOLTAGES } from '../domain/quantity.ts';
import type { Verdict } from '../domain/verdict.ts';
import { cannotSay, type Rule, type Sample, type Words } from './rule.ts';
import { extreme, judgedVoltages, voltagesAndCurrents } from './voltages.ts';

const limits = z
  .strictObject({
    up_to_kv: z.number().positive().optional(),
    voltages: z.enum(['line', 'phase', 'single']),
    /** Residual voltage in % of nominal. */
    dip_below: z.number().positive(),
    interruption_below: z.number().positive(),
    clear_at: z.number().positive(),
  })
  .refine((row) => row.clear_at >= row.dip_below && row.interruption_below < row.dip_below, {
    message: 'expected interruption_below < dip_below <= clear_at',
  });

type Limits = z.infer<typeof limits>;

/**
 * Dip or interruption, GB/T 30137-2024: residual voltage under 90 % (10 %) of nominal, as far as polled RMS values can
 * see it: a dip between two polls stays unseen.
 */
export const voltageDip: Rule<Limits> = {
  name: 'voltage_dip',
  limits,
  spoiledBy: { phase_loss: Number.POSITIVE_INFINITY },
  neverSpoiled: ['interruption'],
  supersedes: [],
  judge,
};

function judge(sample: Sample, row: Limits, supplyPoint: SupplyPoint): Verdict {
  const preferred = judgedVoltages(sample, supplyPoint, row.voltages);
  const voltages = preferred.length > 0 ? preferred : judgedVoltages(sample, supplyPoint, 'line');
  const lowest = extreme(voltages, 'lowest');
  const highest = extreme(voltages, 'highest');
  if (!lowest || !highest) return cannotSay('the meter gave no voltages');

  const residual = lowest.perUnit * 100;
  const isWhole = row.voltages === 'single' || voltages.length === LINE_VOLTAGES.length;
  const interrupted = isWhole && highest.perUnit * 100 < row.interruption_below;
  const limit = interrupted ? row.interruption_below : row.dip_below;
  const standing = residual < row.dip_below ? 'bad' : residual < row.clear_at ? 'between' : 'good';
  return {
    standing,
    evidence: {
      quantity: lowest.quantity,
      value: lowest.volts,
      judged: residual,
      limit,
      unit: '%',
      kind: interrupted ? 'interruption' : 'dip',
      phases: voltages.filter((voltage) => voltage.perUnit * 100 < row.dip_below).map((voltage) => voltage.phase),
      badness: 100 - residual + (interrupted ? 100 : 0),
      values: standing === 'bad' ? voltagesAndCurrents(sample) : undefined,
    },
  };
}

export const words: Words = {
  en: {
    title: (kind) => (kind === 'interruption' ? 'Supply interruption' : 'Voltage dip'),
    sentence: ({ kind, judged, phases }) =>
      kind === 'interruption'
        ? 'The supply of this point is interrupted.'
        : `The voltage on ${phases.join(', ')} fell to ${judged.toFixed(0)} % of its normal value.`,
    meaning: (kind) =>
      kind === 'interruption'
        ? 'Everything at this supply point is without power, unless an emergency supply has taken over; production stops, and processes that must not stop can be in danger.'
        : 'Drives, contactors and control computers may trip within a fraction of a second; a production line can stop even if the lights only blink.',
    advice: (kind) =>
      kind === 'interruption'
        ? [
            'Call the customer at once: is anybody or any process in danger, and has emergency supply taken over?',
            'Grid engineer: look for a tripped breaker or a planned switch-off and say when power can be back.',
            'Tell the customer that time, and before equipment is switched on again that power is back for good.',
          ]
        : [
            'Call the customer: did anything stop, and is it running again?',
            'Grid engineer: look for a fault or a switching operation on the feeder and its neighbours.',
            'If it recurs, advise ride-through settings of drives or a UPS for the controls.',
          ],
  },
  'zh-CN': {
    title: (kind) => (kind === 'interruption' ? '供电中断' : '电压暂降'),
    sentence: ({ kind, judged, phases }) =>
      kind === 'interruption' ? '该供电点供电中断。' : `${phases.join('、')} 电压降至正常值的 ${judged.toFixed(0)} %。`,
    meaning: (kind) =>
      kind === 'interruption'
        ? '除非应急电源已投入，该供电点的用电设备已全部停电；生产中断，不允许停电的工艺可能出现危险。'
        : '变频器、接触器和控制计算机可能在几分之一秒内跳闸；即使灯光只闪一下，生产线也可能停产。',
    advice: (kind) =>
      kind === 'interruption'
        ? [
            '立即致电客户：人员和工艺有无危险？应急电源是否已投入？',
            '电网工程师：查明是开关跳闸还是计划停电，并给出预计恢复时间。',
            '将预计恢复时间告知客户，并在确认稳定供电后再请客户恢复设备运行。',
          ]
        : [
            '致电客户：有无设备停运？是否已恢复？',
            '电网工程师：查找本线路及相邻线路的故障或倒闸操作。',
            '如反复出现，建议客户调整变频器的低电压穿越设置，或为控制系统加装 UPS。',
          ],
  },
};
