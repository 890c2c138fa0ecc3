import type { Alert, AlertChange } from '../domain/alert.ts';
import type { Locale } from '../domain/customer.ts';
import type { MeterPlace } from '../domain/fleet.ts';
import type { Evidence } from '../domain/verdict.ts';
import { spanInWords } from '../lib/wording.ts';
import { RULE_WORDS } from '../rules/index.ts';
import {
  type AlertContext,
  customerInWords,
  durationBounds,
  judgedInWords,
  placesOf,
  valuesInWords,
  whenInWords,
} from './alert-facts.ts';
import { ENGINEER_LABELS } from './engineer-labels.ts';
import type { MailContent, MailSection } from './mail-content.ts';
import { leadInWords, phasesInWords, titleInWords, urgencyOf, worstInWords } from './plain-words.ts';

/** The engineer's text: where in the tree, which quantity, how far beyond which limit, since when, seen how well. */
export function engineerMail(change: AlertChange, context: AlertContext, locale: Locale): MailContent {
  const { alert, kind } = change;
  const label = ENGINEER_LABELS[locale];
  const words = RULE_WORDS[alert.rule][locale];
  const place = context.fleet.meters.get(alert.subject);
  const isOver = kind === 'resolved';
  const title = titleInWords(change, locale);
  const where = place ? `${place.customer.name} / ${place.supplyPoint.name}` : alert.subject;
  const tone = urgencyOf(change);
  const mark = label.mark[tone];
  const sections = place
    ? placeSections(change, place, context, locale)
    : lineSections(change, placesOf(alert, context.fleet), context, locale);

  return {
    locale,
    subject: label.subject(mark, title, where),
    tone,
    badge: mark,
    title: label.title(title, where),
    lead: isOver ? overInWords(change, locale) : leadInWords(change, locale),
    sections: isOver
      ? sections
      : [...sections, { kind: 'steps', heading: label.advice, items: words.advice(alert.worst.kind) }],
    footer: label.footer(context.siteName),
  };
}

function overInWords({ alert }: AlertChange, locale: Locale): string {
  const label = ENGINEER_LABELS[locale];
  if (alert.rule !== 'meter_silent') return label.isOver(worstInWords(alert, locale));
  return isDoubt(alert.worst) ? label.isTrustedAgain : label.dataIsBack;
}

function placeSections(
  change: AlertChange,
  { customer, supplyPoint, meter, line }: MeterPlace,
  context: AlertContext,
  locale: Locale,
): readonly MailSection[] {
  const label = ENGINEER_LABELS[locale];
  const { alert } = change;
  const { first, worst } = alert;
  const measured = valuesInWords(worst);
  const sight = sightInWords(change, meter.pollInterval, locale);
  const rows: (readonly [string, string])[] = [
    [
      label.place,
      `${supplyPoint.substation} › ${supplyPoint.feeder} › ${supplyPoint.name} (${supplyPoint.nominalKv} kV)`,
    ],
    [label.customer, customerInWords(customer, locale)],
    [label.meter, `${meter.id} (${meter.model}, ${line})`],
    [label.rule, `${alert.rule} · ${context.source[locale]}`],
    [label.time, `${whenInWords(alert, context.timeZone, locale)} (${context.timeZone})`],
  ];
  if (worst.badness > first.badness && alert.rule !== 'meter_silent')
    rows.push([label.opened, judgedInWords(first, locale)]);
  rows.push([judgedLabel(alert, locale), judgedInWords(worst, locale)]);
  if (worst.phases.length > 0) rows.push([label.phases, phasesOf(worst.phases, locale)]);
  if (measured !== '') rows.push([label.values, measured]);
  if (sight !== undefined) rows.push([label.sight, sight]);
  return [{ kind: 'facts', rows }];
}

/** A meter or line that answers with nothing to be trusted, as against one that does not answer. */
function isDoubt({ kind }: Evidence): boolean {
  return kind.startsWith('doubted');
}

function judgedLabel({ rule, worst }: Alert, locale: Locale): string {
  const label = ENGINEER_LABELS[locale];
  if (rule !== 'meter_silent') return label.worst;
  return isDoubt(worst) ? label.doubtedFor : label.silentFor;
}

/** How well polling can see what is told; undefined where the sampling makes no difference. */
function sightInWords({ alert, kind }: AlertChange, interval: number, locale: Locale): string | undefined {
  if (alert.rule !== 'voltage_dip') return undefined;
  const label = ENGINEER_LABELS[locale];
  const every = spanInWords(interval, locale);
  if (kind !== 'resolved') return label.polled(every);
  const { from, to } = durationBounds(alert, interval);
  return from === 0
    ? label.seenOnce(every, spanInWords(to, locale))
    : label.lasted(every, spanInWords(from, locale), spanInWords(to, locale));
}

function phasesOf(phases: readonly string[], locale: Locale): string {
  return locale === 'en' ? phases.join(', ') : `${phases.join('、')}（${phasesInWords(phases, locale)}）`;
}

function lineSections(
  { alert, kind }: AlertChange,
  places: readonly MeterPlace[],
  context: AlertContext,
  locale: Locale,
): readonly MailSection[] {
  const label = ENGINEER_LABELS[locale];
  return [
    {
      kind: 'facts',
      rows: [
        [label.line, alert.subject],
        [label.rule, `${alert.rule} · ${context.source[locale]}`],
        [label.time, `${whenInWords(alert, context.timeZone, locale)} (${context.timeZone})`],
        [judgedLabel(alert, locale), judgedInWords(alert.worst, locale)],
      ],
    },
    {
      kind: 'list',
      heading: kind === 'resolved' ? label.wereAffected : label.affected,
      items: places.map(({ customer, supplyPoint, meter }) => `${customer.name} / ${supplyPoint.name} (${meter.id})`),
    },
  ];
}
