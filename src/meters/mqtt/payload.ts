import type { MeterPlace } from '../../domain/fleet.ts';
import type { Quantity } from '../../domain/quantity.ts';
import type { MissingReason, Reading } from '../../domain/reading.ts';
import { messageOf } from '../../lib/errors.ts';
import type { MqttModel } from '../model.ts';
import { measuredOf } from '../rating.ts';

const MAX_BYTES = 256 * 1024;
const MAX_AHEAD = 10_000;
const MAX_AGE = 7 * 86_400_000;

/** A payload as a reading, or why it is none. */
export type Understood = { readonly reading: Reading } | { readonly why: string };

/**
 * Reads a message by its meter's model. The payload's own time counts when it is sane, not more than 10 s ahead of
 * `arrival` (epoch milliseconds) and not older than 7 days; otherwise the reading has the time of its arrival.
 */
export function understand(payload: Buffer, model: MqttModel, place: MeterPlace, arrival: number): Understood {
  if (payload.length > MAX_BYTES) return { why: `${payload.length} bytes, more than ${MAX_BYTES}` };
  let message: unknown;
  try {
    message = JSON.parse(payload.toString('utf8'));
  } catch (error) {
    return { why: `no JSON: ${messageOf(error)}` };
  }
  if (!isObject(message)) return { why: 'no JSON object' };
  const { meter, supplyPoint } = place;
  const rating = { ctRatio: meter.ctRatio, ptRatio: meter.ptRatio, nominalKv: supplyPoint.nominalKv };
  const { values, missing } = measuredOf(rawValues(message, model), rating);
  if (Object.keys(values).length === 0) return { why: 'no usable value of any known quantity' };
  const time = model.timePath ? saneTime(valueAt(message, model.timePath), arrival) : undefined;
  return {
    reading: {
      meter: meter.id,
      time: time ?? arrival,
      timeSource: time === undefined ? 'arrival' : 'payload',
      arrivedAt: arrival,
      values,
      ...(Object.keys(missing).length > 0 && { missing }),
    },
  };
}

function* rawValues(message: object, model: MqttModel): Generator<[Quantity, number | MissingReason]> {
  for (const { path, quantity, scale } of model.fields) {
    const found = valueAt(message, path);
    // Nothing said is no news; something unusable said is worth knowing.
    if (found === undefined || found === null) continue;
    const value = numberOf(found);
    yield [quantity, value === undefined ? 'not a number' : value * scale];
  }
}

function valueAt(message: object, path: readonly string[]): unknown {
  let found: unknown = message;
  for (const key of path) {
    if (!isObject(found) || !Object.hasOwn(found, key)) return undefined;
    found = found[key];
  }
  return found;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Numbers and decimal strings; hexadecimal, empty or infinite ones are none. */
function numberOf(found: unknown): number | undefined {
  if (typeof found === 'number') return Number.isFinite(found) ? found : undefined;
  if (typeof found !== 'string' || !/^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(found)) return undefined;
  const value = Number(found);
  return Number.isFinite(value) ? value : undefined;
}

function saneTime(found: unknown, arrival: number): number | undefined {
  const time = Math.round(epochMilliseconds(found) ?? Number.NaN);
  return time <= arrival + MAX_AHEAD && time >= arrival - MAX_AGE ? time : undefined;
}

/** ISO 8601 with a zone, or a number: seconds since 1970, or milliseconds if it is too large for seconds. */
function epochMilliseconds(found: unknown): number | undefined {
  const number = numberOf(found);
  if (number !== undefined) return Math.abs(number) < 1e11 ? number * 1_000 : number;
  if (typeof found !== 'string') return undefined;
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d([.,]\d+)?)?(Z|[+-]\d\d:?\d\d)$/i.test(found) ? isoTime(found) : undefined;
}

function isoTime(text: string): number {
  return Date.parse(text.replace(',', '.').replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
}
