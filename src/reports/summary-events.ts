import type { Alert } from '../domain/alert.ts';
import type { Locale } from '../domain/customer.ts';
import { localTimeBeside, spanInWords } from '../lib/wording.ts';
import { worstInWords } from '../notify/plain-words.ts';
import { RULE_WORDS } from '../rules/index.ts';
import { type CustomerSummary, isTrouble } from './summary.ts';
import { SUMMARY_LABELS } from './summary-labels.ts';

interface Reader {
  readonly locale: Locale;
  readonly timeZone: string;
  /** Times of this day are told without their date. */
  readonly day: number;
}

/** Alerts of one kind at one place, told together when there are many. */
interface EventGroup {
  readonly title: string;
  readonly place: string;
  readonly alerts: readonly Alert[];
}

/** So many events of one kind are told one by one; more become one line. */
const TOLD_SINGLY = 3;

/** What happened to a customer, a line for each event or for each kind of event. */
export function eventsInWords(summary: CustomerSummary, reader: Reader): readonly string[] {
  return groupsOf(summary, reader.locale).flatMap((group) =>
    group.alerts.length <= TOLD_SINGLY
      ? group.alerts.map((alert) => onceInWords(alert, group, reader))
      : [oftenInWords(group, reader)],
  );
}

/** What the account manager does about it; empty when there is nothing to do. */
export function todoInWords(summary: CustomerSummary, locale: Locale): readonly string[] {
  const label = SUMMARY_LABELS[locale];
  const lasting = summary.alerts.filter((alert) => alert.rule !== 'meter_silent' && alert.resolvedAt === undefined);
  const now = lasting.flatMap(({ rule, worst }) => RULE_WORDS[rule][locale].advice(worst.kind).slice(0, 1));
  const over = summary.alerts.filter((alert) => isTrouble(alert) && alert.resolvedAt !== undefined);
  const isOverloadOver = over.some(({ rule }) => rule === 'overload');
  const isOtherOver = over.some(({ rule }) => rule !== 'overload');
  const recurring = groupsOf(summary, locale).filter(
    ({ alerts }) => alerts.length > TOLD_SINGLY && alerts[0]?.rule !== 'meter_silent',
  );
  return [
    ...new Set(now),
    ...new Set(recurring.map(({ title }) => label.recurring(title))),
    ...(isOtherOver ? [label.followUp] : []),
    ...(isOverloadOver ? [label.followUpOverload] : []),
    ...(summary.isUntrusted ? [label.untrustedFigures] : []),
    ...(summary.isBlind ? [label.unknown] : []),
  ];
}

function groupsOf({ customer, alerts }: CustomerSummary, locale: Locale): readonly EventGroup[] {
  const groups = new Map<string, { title: string; place: string; alerts: Alert[] }>();
  for (const alert of alerts) {
    const words = RULE_WORDS[alert.rule][locale];
    const isSilence = alert.rule === 'meter_silent';
    const title = isSilence ? SUMMARY_LABELS[locale].blind : words.title(alert.worst.kind);
    const point = customer.supplyPoints.find(({ meters }) => meters.some(({ id }) => id === alert.subject));
    const place = point && customer.supplyPoints.length > 1 ? SUMMARY_LABELS[locale].at(point.name) : '';
    const key = `${title}\n${place}`;
    const group = groups.get(key) ?? { title, place, alerts: [] };
    group.alerts.push(alert);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function onceInWords(alert: Alert, { title, place }: EventGroup, reader: Reader): string {
  const { locale, timeZone, day } = reader;
  const label = SUMMARY_LABELS[locale];
  const since = localTimeBeside(alert.since, day, timeZone);
  const time =
    alert.resolvedAt === undefined
      ? label.lasting(since)
      : label.ended(
          since,
          localTimeBeside(alert.resolvedAt, alert.since, timeZone),
          spanInWords(alert.resolvedAt - alert.since, locale),
        );
  if (alert.rule === 'meter_silent') return label.silent(time, `${title}${place}`);
  return label.once(time, `${title}${place}`, worstInWords(alert, locale));
}

function oftenInWords({ title, place, alerts }: EventGroup, { locale, timeZone, day }: Reader): string {
  const label = SUMMARY_LABELS[locale];
  const times = alerts.map((alert) => alert.since);
  const clock = (time: number) => localTimeBeside(time, day, timeZone);
  const worst = alerts.reduce((a, b) => (b.worst.badness > a.worst.badness ? b : a));
  return label.often(
    alerts.length,
    clock(Math.min(...times)),
    clock(Math.max(...times)),
    `${title}${place}`,
    worstInWords(worst, locale),
  );
}
