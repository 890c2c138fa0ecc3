import type { Quantity } from './quantity.ts';

/** Where a reading's time came from: the moment its registers were read, its payload or record, or the moment it arrived. */
export type TimeSource = 'register' | 'payload' | 'arrival';

/** 'age unknown': it has no time of its own and waited at its broker, nobody knows for how long. */
export type TimeFault = 'not a time' | 'in the future' | 'too old' | 'age unknown';

/** Primary values by quantity. A quantity that is not there was not measured: there is no 0 that means "unknown". */
export type Values = Readonly<Partial<Record<Quantity, number>>>;

/** Why a value is not trusted. It is stored with its reason and counts nowhere. */
export type SuspectReason = (typeof SUSPECT_REASONS)[number];

/** The stores write the position in this list: add at its end, and move nothing. */
export const SUSPECT_REASONS = [
  'out of range',
  'changes too fast',
  'frozen',
  'phase and line voltages disagree',
  'powers disagree',
  'power factor impossible',
  'sum of phases disagrees',
  'marked by the meter',
  'age unknown',
] as const;

export interface Suspect {
  readonly value: number;
  readonly reason: SuspectReason;
}

/** Values that are there and are not trusted. */
export type Suspects = Readonly<Partial<Record<Quantity, Suspect>>>;

/** 'not readable': refused; 'not answered': asked for, and nothing came that says whether the meter has it. */
export type MissingReason = 'not a number' | 'not available' | 'not in the answer' | 'not readable' | 'not answered';

/** Quantities that the meter was asked for and that have no usable value, with the reason. */
export type Missing = Readonly<Partial<Record<Quantity, MissingReason>>>;

/** Quantities that were not said at this instant: their sender repeats only what changes, and said them before. */
export type Held = ReadonlySet<Quantity>;

/**
 * What one meter said at one instant. `time` is epoch milliseconds UTC, stamped once and never made again. Each quantity
 * is good (in `values`), suspect, or missing.
 */
export interface Reading {
  readonly meter: string;
  readonly time: number;
  readonly timeSource: TimeSource;
  /** When the daemon got it: equal to `time` for a polled meter, later for a message that waited at its broker. */
  readonly arrivedAt: number;
  readonly values: Values;
  readonly suspect?: Suspects;
  readonly missing?: Missing;
  /** Which of `values` and `suspect` stand in until the meter says more of this instant. None, when it is not there. */
  readonly held?: Held;
  /** Why its own time was not believed, so that the time of its arrival stands in. */
  readonly timeFault?: TimeFault;
}
