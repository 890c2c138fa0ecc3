import type { Values } from '../../src/domain/reading.ts';
import type { Window } from '../../src/domain/window.ts';
import { type LocalDay, localDay } from '../../src/lib/local-day.ts';

const TEN_MINUTES = 600_000;

export function dayOf(date: string, zone: string): LocalDay {
  const day = localDay(date, zone);
  if (!day) throw new Error(`${date} is no day`);
  return day;
}

/** The windows of a meter that is read every second, from `from` to `to`; each has `share` of its readings. */
export function windowsOf(
  meter: string,
  { from, to }: { readonly from: number; readonly to: number },
  values: (start: number) => Values,
  share = 1,
): readonly Window[] {
  return Array.from({ length: Math.floor((to - from) / TEN_MINUTES) }, (_, index) => {
    const start = from + index * TEN_MINUTES;
    const count = Math.round(600 * share);
    const aggregates = Object.fromEntries(
      Object.entries(values(start)).map(([quantity, value]) => [quantity, { value, min: value, max: value, count }]),
    );
    return { meter, span: '10m', start, count, expected: 600, aggregates };
  });
}
