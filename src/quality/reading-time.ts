import type { Reading, TimeFault } from '../domain/reading.ts';

/** Milliseconds: a clock that is kept in time is not so far ahead of its message. */
export const FURTHEST_AHEAD = 10_000;

/** Milliseconds: what is older belongs to days whose counts and summaries are closed. */
export const OLDEST = 7 * 24 * 3_600_000;

/**
 * Why a reading's time cannot be true; undefined when it can. Such a reading has no place in any series. Times of payloads
 * have been checked where they arrived; this is the second net.
 */
export function timeFaultOf({ time, arrivedAt }: Pick<Reading, 'time' | 'arrivedAt'>): TimeFault | undefined {
  const age = arrivedAt - time;
  if (!Number.isFinite(age)) return 'not a time';
  if (age < -FURTHEST_AHEAD) return 'in the future';
  return age > OLDEST ? 'too old' : undefined;
}
