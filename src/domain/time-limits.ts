import type { TimeFault } from './reading.ts';

/** Which times can be true, and from when on they are late. All in milliseconds, against the time of arrival. */

/** A clock that is kept in time is not so far ahead of its message. */
export const FURTHEST_AHEAD = 10_000;

/** A reading that is older belongs to days whose counts and summaries are closed. */
export const OLDEST_READING = 7 * 86_400_000;

/** An event counts for itself and in no day's sums, so it may be told late; older than a year is a clock that was never set. */
export const OLDEST_EVENT = 366 * 86_400_000;

/** So long somebody who is told can still see what happens, and so far clocks go wrong that are set by hand. */
const LATE_AFTER = 5 * 60_000;

/** Why the time of a reading cannot be true; undefined when it can. Such a reading has no place in any series. */
export function timeFaultOf(time: number, arrivedAt: number): TimeFault | undefined {
  return faultBetween(time, arrivedAt - OLDEST_READING, arrivedAt);
}

/** Why the start of an event cannot be true; undefined when it can. */
export function eventTimeFaultOf(start: number, arrivedAt: number): TimeFault | undefined {
  return faultBetween(start, arrivedAt - OLDEST_EVENT, arrivedAt);
}

/**
 * Whether nobody could act on an event at its time: it had ended more than five minutes before it arrived, and more than
 * the two looks at its meter's log that it may take to be noticed. `lookEvery` is 0 for events that are sent.
 */
export function isLateEvent(end: number, arrivedAt: number, lookEvery = 0): boolean {
  return arrivedAt - end > LATE_AFTER + 2 * lookEvery;
}

function faultBetween(time: number, oldest: number, arrivedAt: number): TimeFault | undefined {
  if (!Number.isFinite(arrivedAt - time)) return 'not a time';
  if (time > arrivedAt + FURTHEST_AHEAD) return 'in the future';
  return time < oldest ? 'too old' : undefined;
}
