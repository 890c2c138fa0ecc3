import { type LocalDay, localDay, localDayOf } from '../lib/local-day.ts';

/** Today, yesterday around midnight, and the days of messages that were held up. */
const REMEMBERED = 12;

/** The days of the site's time zone. It remembers the last few, because a calendar is slow and readings are many. */
export class SiteCalendar {
  readonly #zone: string;
  #recent: readonly LocalDay[] = [];

  constructor(zone: string) {
    this.#zone = zone;
  }

  dayAt(time: number): LocalDay {
    const known = this.#recent.find(({ from, to }) => from <= time && time < to);
    if (known) return known;
    const day = localDayOf(time, this.#zone);
    this.#recent = [day, ...this.#recent].slice(0, REMEMBERED);
    return day;
  }

  /** Undefined when `date` is not a calendar day of the form '2026-03-01'. */
  dayNamed(date: string): LocalDay | undefined {
    return localDay(date, this.#zone);
  }
}
