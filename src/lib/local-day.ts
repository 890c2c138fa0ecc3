import { DateTime } from 'luxon';

/** One calendar day of a time zone: [from, to) in epoch milliseconds; 23 or 25 hours long where clocks change. */
export interface LocalDay {
  /** '2026-03-01' */
  readonly date: string;
  readonly from: number;
  readonly to: number;
}

/** Undefined when `date` is not a calendar day of the form '2026-03-01'. */
export function localDay(date: string, zone: string): LocalDay | undefined {
  const start = DateTime.fromFormat(date, 'yyyy-MM-dd', { zone });
  return start.isValid ? dayOf(noonOf(start)) : undefined;
}

/** The day that `time` lies in, or the one `back` days before. */
export function localDayOf(time: number, zone: string, back = 0): LocalDay {
  return dayOf(noonOf(DateTime.fromMillis(time, { zone })).minus({ days: back }));
}

/** Days are counted from noon to noon: no clock was ever changed then. */
function noonOf({ year, month, day, zoneName }: DateTime): DateTime {
  return DateTime.fromObject({ year, month, day, hour: 12 }, { zone: zoneName ?? 'utc' });
}

function dayOf(noon: DateTime): LocalDay {
  return {
    date: noon.toFormat('yyyy-MM-dd'),
    from: firstInstant(noon).toMillis(),
    to: firstInstant(noon.plus({ days: 1 })).toMillis(),
  };
}

/** Where clocks change at midnight a day begins at 01:00, or has its first hour twice; luxon then names the second. */
function firstInstant(noon: DateTime): DateTime {
  const midnight = noon.startOf('day');
  const hourBefore = midnight.minus({ hours: 1 });
  return hourBefore.hasSame(midnight, 'day') ? hourBefore : midnight;
}
