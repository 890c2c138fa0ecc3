import type { Alert } from '../domain/alert.ts';
import type { Customer, Locale } from '../domain/customer.ts';
import type { Fleet, MeterPlace } from '../domain/fleet.ts';
import { QUANTITIES, QUANTITY_NAMES, type Quantity } from '../domain/quantity.ts';
import type { Evidence } from '../domain/verdict.ts';
import { localTime, localTimeBeside, spanInWords, withUnit } from '../lib/wording.ts';

/** What every alert mail needs of its surroundings. */
export interface AlertContext {
  readonly fleet: Fleet;
  readonly siteName: string;
  readonly timeZone: string;
  /** Standard and clause of the alert's rule. */
  readonly source: Readonly<Record<Locale, string>>;
  /** Whom an account manager can call: names and addresses of the grid engineers. */
  readonly engineers: readonly string[];
}

/** The meters that an alert concerns: one, or all of a silent line. */
export function placesOf(alert: Alert, fleet: Fleet): readonly MeterPlace[] {
  const place = fleet.meters.get(alert.subject);
  return place ? [place] : (fleet.lines.get(alert.subject) ?? []);
}

const CLASS_NAMES: Readonly<Record<Locale, Readonly<Record<Customer['class'], string>>>> = {
  en: { special: 'special', first: 'first class', second: 'second class', temporary: 'temporary' },
  'zh-CN': { special: '特级', first: '一级', second: '二级', temporary: '临时' },
};

export function className(customer: Customer, locale: Locale): string {
  return CLASS_NAMES[locale][customer.class];
}

/** 'North Steel (special, steel)', '北岭钢铁（特级，钢铁）'. */
export function customerInWords(customer: Customer, locale: Locale): string {
  const importance = className(customer, locale);
  return locale === 'en'
    ? `${customer.name} (${importance}, ${customer.industry})`
    : `${customer.name}（${importance}，${customer.industry}）`;
}

/** 'since 2026-03-01 08:00:05' on firing, '2026-03-01 08:00:05 to 08:00:13, about 8 s' when it is over. */
export function whenInWords(alert: Alert, zone: string, locale: Locale): string {
  const since = localTime(alert.since, zone);
  if (alert.resolvedAt === undefined) return locale === 'en' ? `since ${since}` : `${since} 起`;
  const until = localTimeBeside(alert.resolvedAt, alert.since, zone);
  const span = spanInWords(alert.resolvedAt - alert.since, locale);
  return locale === 'en' ? `${since} to ${until}, about ${span}` : `${since} 至 ${until}，约 ${span}`;
}

/**
 * What polling every `interval` ms can honestly say of the duration of an alert that is over. It was bad from the first
 * to the last bad sample; it may have begun one interval before the first and ended just before the first good one.
 */
export function durationBounds(alert: Alert, interval: number): { readonly from: number; readonly to: number } {
  const from = alert.lastBad - alert.since;
  const firstGood = Math.max(alert.resolvedAt ?? 0, alert.lastBad + interval);
  return { from, to: firstGood - alert.since + interval };
}

const SYMBOLS: Readonly<Record<string, string>> = {
  voltage: 'U',
  current: 'I',
  active_power: 'P',
  reactive_power: 'Q',
  apparent_power: 'S',
  power_factor: 'PF',
  frequency: 'f',
  voltage_unbalance: 'U2/U1',
  thd_u: 'THD-U',
  thd_i: 'THD-I',
  flicker_pst: 'Pst',
  flicker_plt: 'Plt',
  clock_offset: 'Δt',
  energy_active_import: 'Ep+',
  energy_active_export: 'Ep−',
  energy_reactive_import: 'Eq+',
  energy_reactive_export: 'Eq−',
};

/** 'voltage_l1_l2' → 'U L1-L2', 'apparent_power_total' → 'S': the symbols that engineers of all languages read. */
export function symbolOf(quantity: Quantity): string {
  const [, kind = quantity, place = ''] = /^(.+?)_((?:l[123]|n|total).*)$/.exec(quantity) ?? [];
  const symbol = SYMBOLS[kind] ?? kind;
  return place === '' || place === 'total' ? symbol : `${symbol} ${place.toUpperCase().replace('_', '-')}`;
}

export function valueInWords(quantity: Quantity, value: number): string {
  return withMinus(withUnit(value, QUANTITIES[quantity].unit));
}

/** Figures carry a minus sign, not a hyphen. */
function withMinus(figure: string): string {
  return figure.replace(/^-/, '−');
}

/** '80.00 % (limit 90 %), U L1-N 176.0 V' or '25 min 20 s (limit 10 s)'. */
export function judgedInWords(evidence: Evidence, locale: Locale): string {
  const { quantity, value, unit, kind } = evidence;
  const figure = (amount: number, digits: number) =>
    unit === 's' ? spanInWords(amount * 1000, locale) : withMinus(`${amount.toFixed(digits)} ${unit}`);
  const limit = figure(evidence.limit, Number.isInteger(evidence.limit) ? 0 : 2);
  const judged = `${kind === 'sum' ? SUM_OF_BOTH[locale] : ''}${figure(evidence.judged, 2)}`;
  const text = locale === 'en' ? `${judged} (limit ${limit})` : `${judged}（限值 ${limit}）`;
  if (quantity === undefined || value === undefined) return text;
  // The figure may be a sum or a share of what was measured, so nothing claims that the two are equal.
  const isItsOwnFigure = QUANTITIES[quantity].unit === unit;
  const measured = isItsOwnFigure ? symbolOf(quantity) : `${symbolOf(quantity)} ${valueInWords(quantity, value)}`;
  return locale === 'en' ? `${text}, ${measured}` : `${text}，${measured}`;
}

/** GB/T 12325 judges the sum of the absolute positive and negative deviation at 35 kV and above. */
const SUM_OF_BOTH: Readonly<Record<Locale, string>> = {
  en: 'positive and negative deviation together ',
  'zh-CN': '正、负偏差绝对值之和 ',
};

/** 'U L1-N 176.0 V · U L2-N 219.8 V · ...' */
export function valuesInWords(evidence: Evidence): string {
  return QUANTITY_NAMES.flatMap((quantity) => {
    const value = evidence.values?.[quantity];
    return value === undefined ? [] : [`${symbolOf(quantity)} ${valueInWords(quantity, value)}`];
  }).join(' · ');
}
