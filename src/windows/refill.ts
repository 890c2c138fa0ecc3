import type { Reading } from '../domain/reading.ts';
import { isOfUnknownAge } from '../domain/unknown-age.ts';
import { SPANS } from '../domain/window.ts';
import { Windows } from './windows.ts';

/** Windows that a longer stop cut through stay incomplete; so much is read back at a start. Milliseconds. */
export const LONGEST_READ_BACK = 3 * SPANS['10m'];

/** Where stored readings are read back from: those of one meter in [from, to). */
export type ReadBack = (
  meter: string,
  from: number,
  to: number,
) => Promise<readonly Pick<Reading, 'meter' | 'time' | 'values' | 'suspect'>[]>;

/** Windows that go on where those of the last run ended; `notedUntil` is until when they had closed. */
export function windowsFrom(notedUntil: number, now: number, pollInterval: (meter: string) => number): Windows {
  return new Windows(pollInterval, Math.min(now, Math.max(notedUntil, now - LONGEST_READ_BACK)));
}

/** Fills windows that were open when the daemon stopped again with their readings. */
export async function refill(
  windows: Windows,
  meters: Iterable<string>,
  now: number,
  readBack: ReadBack,
): Promise<void> {
  const from = Math.floor(windows.closedUntil() / SPANS['10m']) * SPANS['10m'];
  for (const meter of meters) {
    for (const reading of await readBack(meter, from, now)) if (!isOfUnknownAge(reading)) windows.add(reading);
  }
}
