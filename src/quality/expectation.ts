import type { LocalDay } from '../lib/local-day.ts';

/** How the readings of a meter are awaited: times and spans in milliseconds. */
export interface Expectation {
  readonly interval: number;
  readonly from: number;
  /** What was expected on the day of `from` before it. */
  readonly before: number;
}

/** How many readings were due on `day` until `now`. */
export function expectedOn(day: LocalDay, { interval, from, before }: Expectation, now: number): number {
  const span = Math.min(day.to, now) - Math.max(day.from, from);
  const isFirst = day.from <= from && from < day.to;
  return (isFirst ? before : 0) + Math.floor(Math.max(0, span) / interval);
}
