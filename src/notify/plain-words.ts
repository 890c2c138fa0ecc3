import type { Alert, RuleName } from '../domain/alert.ts';
import type { Locale } from '../domain/customer.ts';
import type { Evidence } from '../domain/verdict.ts';
import { RULE_WORDS } from '../rules/index.ts';

/** What happens now, in one sentence for someone who reads no symbols. */
export function sentenceInWords(rule: RuleName, evidence: Evidence, locale: Locale): string {
  const phases = evidence.phases.length > 0 ? [phasesInWords(evidence.phases, locale)] : [];
  const sentence = RULE_WORDS[rule][locale].sentence({
    ...evidence,
    phases: rule === 'phase_loss' ? bare(evidence.phases, locale) : phases,
  });
  return locale === 'en' ? sentence : withoutGaps(sentence);
}

/** The worst of an alert without a tense, for mails that come afterwards: '62 % of the normal voltage (phase L1)'. */
export function worstInWords({ rule, worst }: Pick<Alert, 'rule' | 'worst'>, locale: Locale): string {
  return WORST[rule][locale](worst);
}

/** 'phase L1', 'phases L1–L2 and L2–L3', 'all three phases'; 'A 相', 'AB、BC 相间', '三相'. */
export function phasesInWords(phases: readonly string[], locale: Locale): string {
  const names = bare(phases, locale);
  const isChinese = locale === 'zh-CN';
  if (phases.length === 3) return isChinese ? '三相' : 'all three phases';
  const areLines = phases.some((phase) => phase.includes('-'));
  if (isChinese) return areLines ? `${names.join('、')} 相间` : `${names.join('、')} 相`;
  return `${areLines || names.length > 1 ? 'phases' : 'phase'} ${names.join(' and ').replaceAll('-', '–')}`;
}

/** Chinese grid people say A, B, C where the meters say L1, L2, L3. */
const CHINESE_PHASES: Readonly<Record<string, string>> = { L1: 'A', L2: 'B', L3: 'C', '-': '' };

function bare(phases: readonly string[], locale: Locale): readonly string[] {
  if (locale === 'en') return phases;
  return phases.map((phase) => phase.replace(/L[123]|-/g, (part) => CHINESE_PHASES[part] ?? part));
}

/** Chinese sets no space between two of its characters. */
function withoutGaps(text: string): string {
  return text.replace(/(?<=\p{Script=Han}) (?=\p{Script=Han})/gu, '');
}

type WorstWords = Readonly<Record<Locale, (worst: Evidence) => string>>;

const WORST: Readonly<Record<RuleName, WorstWords>> = {
  voltage_dip: {
    en: ({ kind, judged, phases }) =>
      kind === 'interruption'
        ? 'no voltage'
        : `${whole(judged)} of the normal voltage (${phasesInWords(phases, 'en')})`,
    'zh-CN': ({ kind, judged, phases }) =>
      kind === 'interruption' ? '完全失压' : `${phasesInWords(phases, 'zh-CN')}电压最低为正常值的 ${whole(judged)}`,
  },
  phase_loss: {
    en: ({ phases }) => `${phasesInWords(phases, 'en')} missing`,
    'zh-CN': ({ phases }) => `${phasesInWords(phases, 'zh-CN')}失电`,
  },
  voltage_deviation: {
    en: ({ judged, limit }) => `deviation ${tenth(judged)}, allowed ${tenth(limit)}`,
    'zh-CN': ({ judged, limit }) => `最大偏差 ${tenth(judged)}，允许值 ${tenth(limit)}`,
  },
  voltage_unbalance: {
    en: ({ judged, limit }) => `unbalance ${judged.toFixed(1)} %, allowed ${limit.toFixed(1)} %`,
    'zh-CN': ({ judged, limit }) => `最大不平衡度 ${judged.toFixed(1)} %，允许值 ${limit.toFixed(1)} %`,
  },
  overload: {
    en: ({ judged, kind }) =>
      `${whole(judged)} of the ${kind === 'contract' ? 'contract' : "transformer's rated"} capacity`,
    'zh-CN': ({ judged, kind }) => `最高达${kind === 'contract' ? '合同容量' : '变压器额定容量'}的 ${whole(judged)}`,
  },
  meter_silent: {
    en: () => 'no data',
    'zh-CN': () => '无数据',
  },
};

function whole(percent: number): string {
  return `${percent.toFixed(0)} %`;
}

function tenth(percent: number): string {
  return `${percent < 0 ? '−' : ''}${Math.abs(percent).toFixed(1)} %`;
}
