import type { Alert } from '../domain/alert.ts';
import type { Locale } from '../domain/customer.ts';
import type { Fleet, MeterPlace } from '../domain/fleet.ts';
import { placesOf, symbolOf, valueInWords } from '../notify/alert-facts.ts';
import { RULE_WORDS } from '../rules/index.ts';
import type { Content, Markup } from './html.ts';
import { LABELS } from './labels.ts';
import { ageInWords, shortTime } from './moments.ts';
import { stateOf } from './status.ts';
import { badge, table, twoLines } from './table.ts';

export interface AlertSurroundings {
  readonly locale: Locale;
  readonly timeZone: string;
  readonly now: number;
  readonly fleet: Fleet;
}

/** So many customers of a silent line are named; the others are counted. */
const NAMED = 3;

/** What is wrong, where, since when and how bad, one row per alert, in the order given. */
export function alertTable(alerts: readonly Alert[], surroundings: AlertSurroundings): Markup {
  const { locale, fleet } = surroundings;
  const label = LABELS[locale];
  const rows = alerts.map((alert) => {
    const isOver = alert.state === 'resolved';
    const state = isOver ? 'fine' : stateOf(alert);
    const { kind, phases } = alert.worst;
    return {
      look: state,
      cells: [
        badge(state, isOver ? label.over : label.state[state]),
        twoLines(RULE_WORDS[alert.rule][locale].title(kind), phases.length > 0 ? label.phases(phases) : ''),
        whereOf(alert, fleet, locale),
        whenOf(alert, surroundings),
        howBad(alert, locale),
      ],
    };
  });
  const when = alerts.every(({ state }) => state === 'resolved') ? label.time : label.since;
  return table('alert-table', [label.status, label.alert, label.customer, when, label.worst], rows);
}

function whereOf(alert: Alert, fleet: Fleet, locale: Locale): Markup {
  const label = LABELS[locale];
  const places = placesOf(alert, fleet);
  const [place] = places;
  if (!place) return twoLines(alert.subject, '');
  if (places.length === 1) return twoLines(place.customer.name, placeInWords(place));
  const names = [...new Set(places.map(({ customer }) => customer.name))];
  const more = names.length > NAMED ? label.andMore(names.length - NAMED) : '';
  return twoLines(alert.subject, `${label.meters(places.length)}${names.slice(0, NAMED).join(label.comma)}${more}`);
}

/** 'East › F12 › Main feed · 10 kV': from the grid towards the customer, without what only repeats its name. */
export function placeInWords({ customer, supplyPoint }: MeterPlace): string {
  const { substation, feeder, name, nominalKv } = supplyPoint;
  const voltage = `${nominalKv} kV`;
  const own = name.startsWith(customer.name) ? name.slice(customer.name.length).trim() : name;
  const path = [substation, feeder, own].filter((part) => part !== '' && part !== voltage);
  return `${path.join(' › ')} · ${voltage}`;
}

function whenOf({ since, resolvedAt }: Alert, { now, timeZone, locale }: AlertSurroundings): Content {
  const label = LABELS[locale];
  const from = shortTime(since, now, timeZone);
  if (resolvedAt === undefined) return twoLines(from, label.lasting(ageInWords(now - since, locale)));
  return twoLines(`${from} – ${shortTime(resolvedAt, now, timeZone)}`, ageInWords(resolvedAt - since, locale));
}

/** The judged figure at first glance; below it its limit and what was measured. */
function howBad({ worst }: Alert, locale: Locale): Markup {
  const label = LABELS[locale];
  const { judged, limit, unit, quantity, value, kind } = worst;
  if (unit === 's') {
    const inWords = kind.startsWith('doubted') ? label.notTrustedFor : label.noReadingFor;
    return twoLines(inWords(ageInWords(judged * 1000, locale)), label.limit(ageInWords(limit * 1000, locale)));
  }
  const measured = quantity && value !== undefined ? ` · ${symbolOf(quantity)} ${valueInWords(quantity, value)}` : '';
  return twoLines(`${judged.toFixed(2)} ${unit}`, `${label.limit(`${limit} ${unit}`)}${measured}`);
}
