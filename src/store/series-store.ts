import type { Quantity } from '../domain/quantity.ts';
import type { Reading } from '../domain/reading.ts';
import type { Span, Window } from '../domain/window.ts';

/**
 * A reading as it comes back: its good values, and its suspect ones with their reasons where it has any. Time source and
 * missing reasons are not kept.
 */
export type StoredReading = Pick<Reading, 'meter' | 'time' | 'values' | 'suspect'>;

/** The database cannot be used now; the same call may succeed later. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

/**
 * Where readings and windows go. Times are epoch milliseconds UTC; ranges are [from, to). Writing the same meter and
 * instant again adds to what was there; what is said anew replaces: a part that comes again takes nothing from the rest,
 * and nobody gets back as good what was said to be suspect since. A promise that resolved means: it is on this machine's disk or in the database.
 * Suspect values are kept as long as good ones and apart from them: nobody who averages the good ones meets them.
 */
export interface SeriesStore {
  start(): Promise<void>;
  /** Everything accepted is out of memory when this resolves. */
  stop(): Promise<void>;
  /** Durable when it resolves. A reading without any finite value, good or suspect, says nothing and is not kept. */
  writeReadings(readings: readonly Reading[]): Promise<void>;
  writeWindows(windows: readonly Window[]): Promise<void>;
  /** Readings of one meter in order of time. Throws StoreUnavailable when the data cannot be had now. */
  readings(meter: string, from: number, to: number): Promise<readonly StoredReading[]>;
  /** Windows of one meter in order of time; `quantities` limits what is fetched. */
  windows(
    meter: string,
    span: Span,
    from: number,
    to: number,
    quantities?: readonly Quantity[],
  ): Promise<readonly Window[]>;
}
