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
const UNDATED = 'the meter gave no time: it is when this was noticed';

/** An event from its registers; undefined where the meter has none there: its start is blank. */
export function eventFacts(fields: EventFields, from: FieldBytes, known: KnownMeter): EventFacts | undefined {
  return hasBlankStart(fields, from) ? undefined : factsIn(fields, from, known);
}

/**
 * An event from a record that the meter says it wrote, though its clock may not have been set; undefined where nothing was
 * ever written.
 */
export function recordFacts(fields: EventFields, from: FieldBytes, known: KnownMeter): EventFacts | undefined {
  return from.bytes.every((byte) => byte === 0) ? undefined : factsIn(fields, from, known);
}

function hasBlankStart({ start }: EventFields, from: FieldBytes): boolean {
  return start !== undefined && isBlank(from.bytes, 2 * (start.address - from.start), start);
}

function factsIn(fields: EventFields, from: FieldBytes, { rating }: KnownMeter): EventFacts {
  const start = startIn(fields, from);
  const duration = numberOf(fields.duration, from);
  const extreme = numberOf(fields.extreme, from);
  const { kind, note } = kindOf(fields, from);
  const isUndated = fields.start !== undefined && start === undefined;
  const notes = [...(note === undefined ? [] : [note]), ...(isUndated ? [UNDATED] : [])];
  return {
    kind,
    ...(notes.length > 0 && { note: notes.join('; ') }),
    phases: phasesOf(fields, from),
    ...(start !== undefined && { start }),
    ...(duration !== undefined && duration >= 0 && { duration }),
    ...(extreme !== undefined && { extreme: extreme * rating.ptRatio }),
  };
}

function startIn(fields: EventFields, from: FieldBytes): number | undefined {
  if (!fields.start || hasBlankStart(fields, from)) return undefined;
  const start = timeOf(untilNextField(fields, from), 2 * (fields.start.address - from.start), fields.start);
  return typeof start === 'number' ? start : undefined;
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
