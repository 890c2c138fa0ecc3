import { DateTime } from 'luxon';
import type { TimeFault } from '../../domain/reading.ts';
import { timeFaultOf } from '../../domain/time-limits.ts';
import { numberOf } from './payload-number.ts';

/** 'auto': ISO 8601, or a number whose size tells its unit. 'compact': YYYYMMDDhhmmss. */
export const PAYLOAD_TIME_FORMATS = ['auto', 'iso', 's', 'ms', 'us', 'ns', 'compact'] as const;

export type PayloadTimeFormat = (typeof PAYLOAD_TIME_FORMATS)[number];

const MILLISECONDS: Readonly<Record<string, number>> = { s: 1_000, ms: 1, us: 1e-3, ns: 1e-6 };

const ISO = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.,]\d+)?)?(Z|[+-]\d\d:?\d\d)?$/i;
const ISO_ZONE = /(Z|[+-]\d\d:?\d\d)$/i;
const COMPACT = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/;

/**
 * A payload's time as epoch milliseconds; undefined for what is none. A text without a zone is local time of `zone` (IANA
 * name) and nothing without one; of the two instants that an hour has which clocks repeat, the one nearer to `arrival`.
 */
export function timeOf(
  found: unknown,
  format: PayloadTimeFormat,
  zone: string | undefined,
  arrival: number,
): number | undefined {
  if (format === 'compact') return compactTime(found, zone, arrival);
  const number = format === 'iso' || isDated(found) ? undefined : numberOf(found);
  if (number !== undefined) return whole(number * (MILLISECONDS[format] ?? millisecondsBySize(number)));
  if (typeof found !== 'string' || (format !== 'auto' && format !== 'iso')) return undefined;
  return isoTime(found.trim(), zone, arrival);
}

/** '2026-...', which is looked at as a date at once. */
function isDated(found: unknown): boolean {
  return typeof found === 'string' && found.charAt(4) === '-';
}

function isoTime(text: string, zone: string | undefined, arrival: number): number | undefined {
  if (!ISO.test(text)) return undefined;
  const usual = text.replace(' ', 'T').replace(',', '.');
  if (!ISO_ZONE.test(usual.slice(11))) return localTime(usual, zone, arrival);
  return whole(Date.parse(usual.replace(/([+-]\d\d)(\d\d)$/, '$1:$2')));
}

/** A payload's time when it can be true, and else what is wrong with it; neither where the payload has none. */
export interface OwnTime {
  readonly time?: number;
  readonly timeFault?: TimeFault;
}

/** As `timeOf`. Null and a blank text are what senders write who do not know the time: none. `faultOf` says what can be true. */
export function ownTimeOf(
  found: unknown,
  format: PayloadTimeFormat,
  zone: string | undefined,
  arrival: number,
  faultOf = timeFaultOf,
): OwnTime {
  if (found === undefined || found === null) return {};
  if (typeof found === 'string' && found.trim() === '') return {};
  const time = timeOf(found, format, zone, arrival);
  if (time === undefined) return { timeFault: 'not a time' };
  const timeFault = faultOf(time, arrival);
  return timeFault ? { timeFault } : { time };
}

/** Seconds since 1970 reach 1e11 in the year 5138; milliseconds had it in 1973, and so on by thousands. */
function millisecondsBySize(number: number): number {
  const size = Math.abs(number);
  if (size < 1e11) return 1_000;
  if (size < 1e14) return 1;
  return size < 1e17 ? 1e-3 : 1e-6;
}

function compactTime(found: unknown, zone: string | undefined, arrival: number): number | undefined {
  // An object of a payload may have a toString of its own, which is no function.
  if (typeof found !== 'string' && typeof found !== 'number') return undefined;
  const match = COMPACT.exec(String(found));
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  return localTime(`${year}-${month}-${day}T${hour}:${minute}:${second}`, zone, arrival);
}

function localTime(text: string, zone: string | undefined, arrival: number): number | undefined {
  if (zone === undefined) return undefined;
  const time = DateTime.fromISO(text, { zone });
  if (!time.isValid) return undefined;
  const instants = time.getPossibleOffsets().map((instant) => instant.toMillis());
  return whole(instants.reduce((a, b) => (Math.abs(a - arrival) <= Math.abs(b - arrival) ? a : b)));
}

function whole(time: number): number | undefined {
  return Number.isFinite(time) ? Math.round(time) : undefined;
}
