import type { Alert, AlertChange, RuleName } from '../domain/alert.ts';
import type { Locale } from '../domain/customer.ts';
import type { Evidence } from '../domain/verdict.ts';
import { loadInWords, RULE_WORDS } from '../rules/index.ts';

/** A suspected fault of the metering circuit: the supply is probably healthy, and the figures of the point are not to be trusted. */
export function isMeteringFault({ rule, worst }: Pick<Alert, 'rule' | 'worst'>): boolean {
  return rule === 'phase_loss' && worst.kind === 'metering';
}

/** How urgent a change looks. A metering fault is no emergency, whatever severity the pack gives to a lost phase. */
export function urgencyOf({ kind, alert }: AlertChange): 'critical' | 'warning' | 'good' {
  if (kind === 'resolved') return 'good';
  return isMeteringFault(alert) ? 'warning' : alert.severity;
}

/** What it is, by the worst of it; once it got worse, also what it was at first. */
export function titleInWords({ kind, alert }: AlertChange, locale: Locale): string {
  const words = RULE_WORDS[alert.rule][locale];
  const title = words.title(alert.worst.kind);
  if (kind !== 'worsened') return title;
  const atFirst = words.title(alert.first.kind);
  return WORSENED[locale].title(title, atFirst === title ? undefined : atFirst);
}

/** What happens, in one sentence that says so if it got worse since people were told. */
export function leadInWords({ kind, alert }: AlertChange, locale: Locale): string {
  const sentence = sentenceInWords(alert.rule, alert.worst, locale);
  return kind === 'worsened' ? WORSENED[locale].lead(sentence) : sentence;
}

const WORSENED = {
  en: {
    title: (title: string, atFirst?: string) => `Now worse: ${title}${atFirst ? ` (at first: ${atFirst})` : ''}`,
    lead: (sentence: string) => `It is worse than first reported. ${sentence}`,
  },
  'zh-CN': {
    title: (title: string, atFirst?: string) => `情况加重，现为${title}${atFirst ? `（起初为${atFirst}）` : ''}`,
    lead: (sentence: string) => `情况比最初通报的更严重。${sentence}`,
  },
} as const satisfies Record<Locale, unknown>;

/** What happens now, in one sentence for someone who reads no symbols. */
function sentenceInWords(rule: RuleName, evidence: Evidence, locale: Locale): string {
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
      kind === 'interruption'
        ? '电压消失（停电）'
        : `${phasesInWords(phases, 'zh-CN')}电压最低为正常值的 ${whole(judged)}`,
  },
  phase_loss: {
    en: ({ kind, phases }) =>
      kind === 'metering'
        ? `no voltage measured on ${phasesInWords(phases, 'en')} while current flowed`
        : `${phasesInWords(phases, 'en')} missing`,
    'zh-CN': ({ kind, phases }) =>
      kind === 'metering'
        ? `${phasesInWords(phases, 'zh-CN')}有电流而测不到电压`
        : `${phasesInWords(phases, 'zh-CN')}失电`,
  },
  voltage_deviation: {
    en: ({ kind, judged, limit }) =>
      kind === 'sum'
        ? `positive and negative deviation together ${tenth(judged)}, limit ${tenth(limit)}`
        : `deviation ${signed(kind, judged)}, limit ${signed(kind, limit)}`,
    'zh-CN': ({ kind, judged, limit }) =>
      kind === 'sum'
        ? `正、负偏差绝对值之和最大 ${tenth(judged)}，限值 ${tenth(limit)}`
        : `最大偏差 ${signed(kind, judged)}，限值 ${signed(kind, limit)}`,
  },
  voltage_unbalance: {
    en: ({ judged, limit }) => `unbalance ${tenth(judged)} (limit for 95 % of a week: ${limit} %)`,
    'zh-CN': ({ judged, limit }) => `最大不平衡度 ${tenth(judged)}（95 % 概率值限值 ${limit} %）`,
  },
  overload: {
    en: (worst) => loadInWords(worst, 'en'),
    'zh-CN': (worst) => `最高达${loadInWords(worst, 'zh-CN')}`,
  },
  meter_silent: {
    en: ({ kind }) => (kind.startsWith('doubted') ? 'no figure that can be trusted' : 'no data'),
    'zh-CN': ({ kind }) => (kind.startsWith('doubted') ? '无可信数据' : '无数据'),
  },
};

function whole(percent: number): string {
  return `${percent.toFixed(0)} %`;
}

function tenth(percent: number): string {
  return `${percent.toFixed(1)} %`;
}

/** The kind tells the side: from 35 kV upwards the standard judges absolute deviations. */
function signed(kind: string, percent: number): string {
  return `${kind === 'under' ? '−' : '+'}${tenth(Math.abs(percent))}`;
}
