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
  return start.isValid ? dayOf(start) : undefined;
}

/** The day that `time` lies in, or the one `back` days before. */
export function localDayOf(time: number, zone: string, back = 0): LocalDay {
  return dayOf(DateTime.fromMillis(time, { zone }).minus({ days: back }));
}

/** Where clocks change at midnight a day begins at 01:00, so both ends are looked up and neither is counted in hours. */
function dayOf(within: DateTime): LocalDay {
  const start = within.startOf('day');
  return {
    date: start.toFormat('yyyy-MM-dd'),
    from: start.toMillis(),
    to: start.plus({ days: 1 }).startOf('day').toMillis(),
  };
}
