import { capacityKva, type Locale, type SupplyPoint } from '../domain/customer.ts';
import { CURRENTS, LINE_VOLTAGES } from '../domain/quantity.ts';
import type { Evidence, Verdict } from '../domain/verdict.ts';
import { withUnit } from '../lib/wording.ts';
import { cannotSay, type Rule, type Sample, type Words } from './rule.ts';
import { standingAgainst, type UpperLimit, upperLimit } from './upper-limit.ts';
import { measured } from './voltages.ts';

/** Apparent power in % of the contract or transformer capacity. Engineering convention, not a clause of a GB standard. */
export const overload: Rule<UpperLimit> = {
  name: 'overload',
  limits: upperLimit,
  spoiledBy: {},
  neverSpoiled: [],
  supersedes: [],
  judge,
};

function judge(sample: Sample, row: UpperLimit, supplyPoint: SupplyPoint): Verdict {
  const kva = apparentKva(sample);
  if (kva === undefined) return cannotSay('the meter gives neither apparent power nor voltages and currents');
  const capacity = capacityKva(supplyPoint);
  if (capacity === undefined) return cannotSay('neither contract nor transformer capacity is configured');

  const judged = (kva / capacity) * 100;
  return {
    standing: standingAgainst(judged, row),
    evidence: {
      quantity: 'apparent_power_total',
      value: kva * 1000,
      judged,
      limit: row.limit,
      unit: '%',
      kind: capacity === supplyPoint.contractKva ? 'contract' : 'transformer',
      phases: [],
      badness: judged - row.limit,
      values: measured(sample, ['active_power_total', 'reactive_power_total', ...CURRENTS]),
    },
  };
}

/** S in kVA: as measured, else √(P² + Q²), else √3 · U · I from the mean line voltage and mean current. */
export function apparentKva(sample: Sample): number | undefined {
  const apparent = sample.value('apparent_power_total');
  if (apparent !== undefined) return Math.abs(apparent) / 1000;
  const active = sample.value('active_power_total');
  const reactive = sample.value('reactive_power_total');
  if (active !== undefined && reactive !== undefined) return Math.hypot(active, reactive) / 1000;
  const volts = meanOfThree(LINE_VOLTAGES.map((quantity) => sample.value(quantity)));
  const amperes = meanOfThree(CURRENTS.map((quantity) => sample.value(quantity)));
  return volts === undefined || amperes === undefined ? undefined : (Math.sqrt(3) * volts * amperes) / 1000;
}

function meanOfThree(values: readonly (number | undefined)[]): number | undefined {
  let sum = 0;
  for (const value of values) {
    if (value === undefined) return undefined;
    // Some meters give currents the sign of their power.
    sum += Math.abs(value);
  }
  return sum / values.length;
}

/** '123 % of the contract capacity (9.84 MVA of 8.00 MVA)', '合同容量的 123 %（负荷 9.84 MVA，容量 8.00 MVA）'. */
export function loadInWords({ kind, judged, value }: Evidence, locale: Locale): string {
  const percent = `${judged.toFixed(0)} %`;
  const isContract = kind === 'contract';
  const share =
    locale === 'en'
      ? `${percent} of the ${isContract ? 'contract' : "transformer's rated"} capacity`
      : `${isContract ? '合同容量' : '变压器额定容量'}的 ${percent}`;
  if (value === undefined) return share;
  const load = withUnit(value, 'VA');
  const capacity = withUnit((value / judged) * 100, 'VA');
  return locale === 'en' ? `${share} (${load} of ${capacity})` : `${share}（负荷 ${load}，容量 ${capacity}）`;
}

export const words: Words = {
  en: {
    title: (kind) => (kind === 'contract' ? 'Load above the contract capacity' : 'Load above the transformer capacity'),
    sentence: (evidence) => `The load is ${loadInWords(evidence, 'en')}.`,
    meaning: (kind) =>
      kind === 'contract'
        ? 'Drawing more than the contract capacity is a breach of the supply contract, for which the customer is liable; if the transformer is overloaded too, it overheats and its protection may switch off the whole plant.'
        : 'An overloaded transformer overheats and ages, and its protection may switch off the whole plant; load above the contract capacity would be a breach of the supply contract besides.',
    advice: () => [
      'Call the customer: which equipment was started, and can some of it wait?',
      'Grid engineer: watch the transformer temperature and the load of the feeder.',
      'If it recurs, talk about a larger contract capacity or a second transformer.',
    ],
  },
  'zh-CN': {
    title: (kind) => (kind === 'contract' ? '负荷超过合同容量' : '负荷超过变压器容量'),
    sentence: (evidence) => `当前负荷为${loadInWords(evidence, 'zh-CN')}。`,
    meaning: (kind) =>
      kind === 'contract'
        ? '超过合同约定容量用电属于违约用电，客户须承担相应的违约责任；如变压器同时过载，还会过热，保护动作可能导致全厂停电。'
        : '变压器过载会过热、加速老化，保护动作可能导致全厂停电；如同时超过合同约定容量，还属于违约用电。',
    advice: () => [
      '致电客户：投入了哪些设备？能否错开部分负荷？',
      '电网工程师：关注变压器温度和线路负荷。',
      '如反复出现，与客户商议增加合同容量或增设变压器。',
    ],
  },
};
