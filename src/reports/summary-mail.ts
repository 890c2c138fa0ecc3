import type { Locale } from '../domain/customer.ts';
import { localClock, localTime } from '../lib/wording.ts';
import type { MailContent, MailSection } from '../notify/mail-content.ts';
import { type CustomerSummary, isCritical, type Period } from './summary.ts';
import { eventsInWords, todoInWords } from './summary-events.ts';
import { SUMMARY_LABELS } from './summary-labels.ts';

export interface SummaryMailContext {
  readonly siteName: string;
  readonly timeZone: string;
  readonly date: string;
  readonly period: Period;
  /** The account manager's name and language. */
  readonly name: string;
  readonly locale: Locale;
}

/** The account manager's morning mail: a section for each customer with something to say, one line for the others. */
export function summaryMail(summaries: readonly CustomerSummary[], context: SummaryMailContext): MailContent {
  const { locale, date, name, siteName, timeZone, period } = context;
  const label = SUMMARY_LABELS[locale];
  const notable = summaries.filter((summary) => summary.verdict !== 'fine');
  const fine = summaries.filter((summary) => summary.verdict === 'fine');
  const troubled = notable.filter((summary) => summary.verdict === 'trouble').length;
  const worst = troubled > 0 ? 'trouble' : notable.length > 0 ? 'cannot say' : 'fine';
  const outcome = {
    trouble: label.troubled(troubled, summaries.length),
    'cannot say': label.unseen(notable.length, summaries.length),
    fine: label.calm(summaries.length),
  }[worst];
  const span = `${localTime(period.from, timeZone)} – ${localTime(period.to, timeZone)}`;

  return {
    locale,
    subject: label.subject(date, outcome),
    tone: TONES[worst],
    badge: label.title(date),
    title: locale === 'en' ? outcome.charAt(0).toUpperCase() + outcome.slice(1) : outcome,
    lead: label.lead[worst](name),
    sections: [
      ...notable.flatMap((summary) => customerSections(summary, context)),
      ...(fine.length > 0 ? [fineTable(fine, context)] : []),
    ],
    footer: `${siteName} · pq-butler · ${span} · ${label.limits}`,
  };
}

const TONES = { trouble: 'warning', 'cannot say': 'plain', fine: 'good' } as const;

function customerSections(summary: CustomerSummary, context: SummaryMailContext): readonly MailSection[] {
  const { locale, timeZone, period } = context;
  const label = SUMMARY_LABELS[locale];
  const { customer, alerts, verdict, isUntrusted } = summary;
  const events = eventsInWords(summary, { locale, timeZone, day: period.from });
  const todo = todoInWords(summary, locale);
  return [
    {
      kind: 'heading',
      text: customer.name,
      badge: verdict === 'cannot say' && isUntrusted ? label.cannotTrust : label.verdict[verdict],
      tone: alerts.some(isCritical) ? 'critical' : TONES[verdict],
    },
    ...(events.length > 0 ? [{ kind: 'list', heading: label.happened, items: events } as const] : []),
    ...(todo.length > 0 ? [{ kind: 'list', heading: label.todo, items: todo } as const] : []),
    {
      kind: 'facts',
      rows: [
        [label.voltage, isUntrusted ? label.notTrusted : deviationInWords(summary, locale)],
        [label.load, isUntrusted ? label.notTrusted : loadInWords(summary, context, label.loadAt)],
        [label.data, dataInWords(summary)],
      ],
    },
  ];
}

function fineTable(fine: readonly CustomerSummary[], context: SummaryMailContext): MailSection {
  const label = SUMMARY_LABELS[context.locale];
  return {
    kind: 'table',
    heading: label.fineHeading,
    columns: [label.customer, label.voltage, label.load, label.dataShort],
    rows: fine.map((summary) => [
      summary.customer.name,
      rangeInWords(summary, context.locale),
      loadInWords(summary, context, label.loadShort),
      dataInWords(summary),
    ]),
  };
}

function deviationInWords(summary: CustomerSummary, locale: Locale): string {
  const { lowestDeviation: low, highestDeviation: high } = summary;
  const label = SUMMARY_LABELS[locale];
  if (low === undefined || high === undefined) return missingInWords(summary, locale);
  return label.deviation(signed(low), signed(high));
}

function rangeInWords(summary: CustomerSummary, locale: Locale): string {
  const { lowestDeviation: low, highestDeviation: high } = summary;
  if (low === undefined || high === undefined) return missingInWords(summary, locale);
  return `${signed(low)} … ${signed(high)} %`;
}

function loadInWords(
  summary: CustomerSummary,
  { locale, timeZone }: SummaryMailContext,
  words: (percent: string, time: string) => string,
): string {
  const { highestLoad } = summary;
  if (!highestLoad) return missingInWords(summary, locale);
  return words(highestLoad.percent.toFixed(0), localClock(highestLoad.at, timeZone).slice(0, 5));
}

/** Why there is no figure: a meter that was not heard may well measure it. */
function missingInWords({ isBlind }: CustomerSummary, locale: Locale): string {
  const label = SUMMARY_LABELS[locale];
  return isBlind ? label.tooFewData : label.notMeasured;
}

/** Rounded down: 89.6 % is not enough and must not look as if it were. */
function dataInWords({ completeness }: CustomerSummary): string {
  return `${Math.floor(completeness * 100)} %`;
}

/** '+0.4', '−2.1', '0.0'; a zero has no sign. */
function signed(percent: number): string {
  const figure = Math.abs(percent).toFixed(1);
  if (figure === '0.0') return figure;
  return `${percent > 0 ? '+' : '−'}${figure}`;
}
