import type { Quantity } from './quantity.ts';

/** Where a reading's time came from: the moment its registers were read, its payload, or the moment it arrived. */
export type TimeSource = 'read' | 'payload' | 'arrival';

/** Primary values by quantity. A quantity that is not there was not measured: there is no 0 that means "unknown". */
export type Values = Readonly<Partial<Record<Quantity, number>>>;

/** What one meter said at one instant. `time` is epoch milliseconds UTC, stamped once and never made again. */
export interface Reading {
  readonly meter: string;
  readonly time: number;
  readonly timeSource: TimeSource;
  /** When the daemon got it: equal to `time` for a polled meter, later for a message that waited at its broker. */
  readonly arrivedAt: number;
  readonly values: Values;
  /** Quantities that the meter was asked for and that have no usable value, with the reason. */
  readonly missing?: Readonly<Partial<Record<Quantity, MissingReason>>>;
}

export type MissingReason = 'not a number' | 'not in the answer' | 'not readable' | 'beyond any rating';
