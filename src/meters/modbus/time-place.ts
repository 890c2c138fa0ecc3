import type { MissingReason } from '../../domain/reading.ts';
import { fieldCountOf, REGISTERS_OF, type TimePlace } from '../model.ts';
import { decode } from './codec.ts';

const YEAR_2000 = Date.UTC(2000, 0, 1);

/** How many registers a time takes. */
export function registersOfTime({ format, type }: TimePlace): number {
  return fieldCountOf(format) * REGISTERS_OF[type];
}

/** The time that begins at byte `at`, epoch milliseconds UTC, or why there is none. Years of two digits are of this century. */
export function timeOf(bytes: Buffer, at: number, place: TimePlace): number | MissingReason {
  const local = fieldCountOf(place.format) > 1 ? fromFields(bytes, at, place) : fromNumber(bytes, at, place);
  return typeof local === 'number' ? local - place.utcOffset : local;
}

/** A meter that never had anything to tell has zeroes there, which are a time in some formats. */
export function isBlank(bytes: Buffer, at: number, place: TimePlace): boolean {
  return bytes.subarray(at, at + 2 * registersOfTime(place)).every((byte) => byte === 0);
}

function fromNumber(bytes: Buffer, at: number, place: TimePlace): number | MissingReason {
  const raw = decode(bytes, at, place);
  if (typeof raw !== 'number') return raw;
  switch (place.format) {
    case 'unix_s':
      return raw * 1_000;
    case 'unix_2ns':
      return raw / 500_000;
    case 'since_2000_s':
      return YEAR_2000 + raw * 1_000;
    case 'since_2000_ms':
      return YEAR_2000 + raw;
    default:
      return raw;
  }
}

function fromFields(bytes: Buffer, at: number, place: TimePlace): number | MissingReason {
  const fields: number[] = [];
  for (let index = 0; index < fieldCountOf(place.format); index += 1) {
    const field = decode(bytes, at + 2 * index * REGISTERS_OF[place.type], place);
    if (typeof field !== 'number') return field;
    fields.push(field);
  }
  const [written = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, millisecond = 0] = fields;
  const year = written < 100 ? 2000 + written : written;
  const time = Date.UTC(year, month - 1, day, hour, minute, second, millisecond);
  // The 31st of June would quietly be the 1st of July.
  const isDay = new Date(time).getUTCMonth() === month - 1 && year <= 9_999;
  const isClock = hour < 24 && minute < 60 && second < 61 && millisecond >= 0 && millisecond < 1_000;
  return isDay && isClock ? time : 'not a number';
}
