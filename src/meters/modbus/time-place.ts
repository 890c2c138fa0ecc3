import type { MissingReason } from '../../domain/reading.ts';
import { REGISTERS_OF, type TimePlace } from '../model.ts';
import { decode } from './codec.ts';

/** Year to second, each a register of its own. A millisecond may follow. */
const FIELDS = 6;
const YEAR_2000 = Date.UTC(2000, 0, 1);

/** How many registers a time takes, without the millisecond that may follow single fields. */
export function registersOfTime({ format, type }: TimePlace): number {
  return format === 'fields' ? FIELDS : REGISTERS_OF[type];
}

/**
 * The time that begins at byte `at`, epoch milliseconds UTC, or why there is none. Years of two digits are of this century.
 * Of single fields, what the bytes hold after the second counts as the millisecond where it can be one.
 */
export function timeOf(bytes: Buffer, at: number, place: TimePlace): number | MissingReason {
  const local = place.format === 'fields' ? fromFields(bytes, at, place) : fromNumber(bytes, at, place);
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
  for (let index = 0; index < FIELDS; index += 1) {
    const field = decode(bytes, at + 2 * index, place);
    if (typeof field !== 'number') return field;
    fields.push(field);
  }
  const [written = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = fields;
  const year = written < 100 ? 2000 + written : written;
  const time = Date.UTC(year, month - 1, day, hour, minute, second);
  // The 31st of June would quietly be the 1st of July.
  const isReal = new Date(time).getUTCMonth() === month - 1 && hour < 24 && minute < 60 && second < 61;
  if (!isReal || year > 9_999) return 'not a number';
  const rest = decode(bytes, at + 2 * FIELDS, place);
  return typeof rest === 'number' && rest >= 0 && rest < 1_000 ? time + rest : time;
}
