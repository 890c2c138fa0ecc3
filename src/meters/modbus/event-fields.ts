import type { MeterEvent, MeterEventKind, Phase } from '../../domain/meter-event.ts';
import { type EventFields, type ModbusNumber, type Place, REGISTERS_OF } from '../model.ts';
import { decode } from './codec.ts';
import type { KnownMeter } from './known-meter.ts';
import type { Extent } from './span.ts';
import { isBlank, registersOfTime, timeOf } from './time-place.ts';

/** Bytes of registers from address `start` on, in which fields are looked for. */
export interface FieldBytes {
  readonly start: number;
  readonly bytes: Buffer;
}

/** What the fields say of an event; `start` is absent where they do not say it. */
export type EventFacts = Pick<MeterEvent, 'kind' | 'phases' | 'duration' | 'extreme' | 'note'> & {
  readonly start?: number;
};

const PHASES: readonly Phase[] = ['L1', 'L2', 'L3'];
/** KMB: set, the other bits are a mask of phases; not set, they are the number of one. */
const IS_MASK = 0x80;

/** An event from its registers; undefined where the meter has none there. */
export function eventFacts(fields: EventFields, from: FieldBytes, { rating }: KnownMeter): EventFacts | undefined {
  const startAt = fields.start && 2 * (fields.start.address - from.start);
  if (fields.start && startAt !== undefined && isBlank(from.bytes, startAt, fields.start)) return undefined;
  const start =
    fields.start && startAt !== undefined ? timeOf(untilNextField(fields, from), startAt, fields.start) : undefined;
  const duration = numberOf(fields.duration, from);
  const extreme = numberOf(fields.extreme, from);
  return {
    ...kindOf(fields, from),
    phases: phasesOf(fields, from),
    ...(typeof start === 'number' && { start }),
    ...(duration !== undefined && duration >= 0 && { duration }),
    ...(extreme !== undefined && { extreme: extreme * rating.ptRatio }),
  };
}

/** The places of all fields. */
export function placesOf(fields: EventFields): readonly Extent[] {
  const { start, duration, extreme, kind, phases } = fields;
  const numbers = [duration, extreme, kind?.place, phases?.place].flatMap((place) => (place ? [place] : []));
  return [
    ...(start ? [{ place: start, registers: registersOfTime(start) }] : []),
    ...numbers.map((place) => ({ place, registers: REGISTERS_OF[place.type] })),
  ];
}

/** The register after the second may be the millisecond, unless it is another field. */
function untilNextField(fields: EventFields, { start, bytes }: FieldBytes): Buffer {
  const from = fields.start?.address ?? start;
  const next = placesOf(fields).map(({ place }) => place.address);
  const end = Math.min(...next.filter((address) => address > from), Number.POSITIVE_INFINITY);
  return bytes.subarray(0, Math.min(bytes.length, 2 * (end - start)));
}

function kindOf({ kind }: EventFields, from: FieldBytes): { kind: MeterEventKind; note?: string } {
  if (!kind) return { kind: 'alarm' };
  const code = rawOf(kind.place, from);
  const known = code === undefined ? undefined : kind.kinds[code];
  return known ? { kind: known } : { kind: 'alarm', note: `kind ${code ?? 'unknown'}` };
}

function phasesOf({ phases }: EventFields, from: FieldBytes): readonly Phase[] {
  const raw = phases && rawOf(phases.place, from);
  if (phases === undefined || raw === undefined) return [];
  const isMask = phases.coding === 'mask' || (phases.coding === 'kmb' && (raw & IS_MASK) !== 0);
  return PHASES.filter((_, index) => (isMask ? (raw & (1 << index)) !== 0 : raw === index));
}

function numberOf(number: ModbusNumber | undefined, from: FieldBytes): number | undefined {
  const raw = number && rawOf(number, from);
  return number === undefined || raw === undefined ? undefined : raw * number.scale;
}

function rawOf(place: Place, { start, bytes }: FieldBytes): number | undefined {
  const raw = decode(bytes, 2 * (place.address - start), place);
  return typeof raw === 'number' ? raw : undefined;
}
