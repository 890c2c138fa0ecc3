import { NOTHING_COUNTED, type QualityCount, type QualityCounts, type QualityDay } from '../domain/data-quality.ts';
import type { Reading } from '../domain/reading.ts';
import type { LocalDay } from '../lib/local-day.ts';
import { type Expectation, expectedOn } from './expectation.ts';
import { countsOf, type Outcome } from './outcome.ts';
import { OLDEST } from './reading-time.ts';
import { SiteCalendar } from './site-calendar.ts';

const DAY = 24 * 3_600_000;

/** Today, the days that a reading may be late, and the one that these begin in. Older counts never change. */
export const KEPT_DAYS = OLDEST / DAY + 2;

/** One meter on one day. `counts` is replaced by every count, so that what is saved can be told from what came since. */
interface Kept {
  readonly meter: string;
  readonly day: string;
  counts: QualityCounts;
  saved: QualityCounts;
  /** The instant that was counted last, and as what: it may come in several parts. */
  time: number;
  countedAs: readonly QualityCount[];
}

/**
 * The daily counts of each meter, by the calendar of the site and the time of the reading. Readings are expected by the
 * clock, whether or not the daemon runs: what it slept through is missing all the same, so received / expected is the
 * completeness of the day.
 */
export class QualityDays {
  readonly #calendar: SiteCalendar;
  readonly #intervals: ReadonlyMap<string, number>;
  readonly #expectations = new Map<string, Expectation>();
  /** By date, then by meter. */
  readonly #days = new Map<string, Map<string, Kept>>();
  #watchedFrom = Number.POSITIVE_INFINITY;
  #expectedUntil = Number.NEGATIVE_INFINITY;

  /** `intervals`: milliseconds between two readings, for every meter that is watched. */
  constructor(zone: string, intervals: ReadonlyMap<string, number>) {
    this.#calendar = new SiteCalendar(zone);
    this.#intervals = intervals;
  }

  /**
   * Call it once before anything else, with what is on disk of the last KEPT_DAYS days. A meter that was watched on an
   * earlier day is expected all of each day since; a new one from `now` on.
   */
  restore(days: readonly QualityDay[], now: number): void {
    for (const { meter, day, counts } of days) {
      const kept = this.#keptOf(meter, day);
      kept.counts = counts;
      kept.saved = counts;
    }
    const first = firstDays(days);
    for (const [meter, interval] of this.#intervals) {
      const expectation = this.#expectation(first.get(meter), interval, now);
      this.#expectations.set(meter, expectation);
      this.#watchedFrom = Math.min(this.#watchedFrom, expectation.from);
    }
  }

  /** Counts a reading that was judged, on the day of its time; one that is refused for its time, on the day it came. */
  count(reading: Reading, outcome: Outcome): void {
    const { meter, time, arrivedAt } = reading;
    const kept = this.#keptOf(meter, this.#calendar.dayAt(outcome === 'refused' ? arrivedAt : time).date);
    const counts = countsOf(reading, outcome);
    if (outcome === 'amended' && kept.time === time) {
      const fresh = counts.filter((count) => !kept.countedAs.includes(count));
      kept.countedAs = [...kept.countedAs, ...fresh];
      addTo(kept, fresh);
      return;
    }
    addTo(kept, counts);
    if (outcome === 'known') return;
    kept.time = time;
    kept.countedAs = counts;
  }

  /** Brings what is expected of every meter up to `now`, over all days since the last time, and forgets old days. */
  expectedUntil(now: number): void {
    if (this.#expectations.size === 0) return;
    const oldest = this.#calendar.dayAt(now - (KEPT_DAYS - 1) * DAY);
    const first = Math.max(this.#watchedFrom, this.#expectedUntil, oldest.from);
    for (let day = this.#calendar.dayAt(first); day.from < now; day = this.#calendar.dayAt(day.to)) {
      for (const [meter, expectation] of this.#expectations) this.#expect(meter, day, expectation, now);
    }
    this.#expectedUntil = now;
    for (const [date, meters] of this.#days) if (date < oldest.date && areSaved(meters)) this.#days.delete(date);
  }

  /** The days whose counts are not on disk as they are now. */
  unsaved(): readonly QualityDay[] {
    return [...this.#days.values()].flatMap((meters) =>
      [...meters.values()].filter((kept) => kept.counts !== kept.saved).map(asQualityDay),
    );
  }

  /** What `unsaved` gave is on disk now; what was counted since then is not. */
  saved(days: readonly QualityDay[]): void {
    for (const { meter, day, counts } of days) {
      const kept = this.#days.get(day)?.get(meter);
      if (kept) kept.saved = counts;
    }
  }

  /** The counts of every meter on one of the kept days, 'YYYY-MM-DD'. */
  of(day: string): readonly QualityDay[] {
    return [...(this.#days.get(day)?.values() ?? [])].map(asQualityDay);
  }

  /** The first day that is known of a meter stays as it was, unless it is today: nobody knows when on it watching began. */
  #expectation(first: QualityDay | undefined, interval: number, now: number): Expectation {
    const end = first && this.#calendar.dayNamed(first.day)?.to;
    if (!first || end === undefined) return { interval, from: now, before: 0 };
    return end > now ? { interval, from: now, before: first.counts.expected } : { interval, from: end, before: 0 };
  }

  #expect(meter: string, day: LocalDay, expectation: Expectation, now: number): void {
    if (expectation.from >= Math.min(day.to, now)) return;
    const kept = this.#keptOf(meter, day.date);
    const expected = expectedOn(day, expectation, now);
    if (expected !== kept.counts.expected) kept.counts = { ...kept.counts, expected };
  }

  #keptOf(meter: string, day: string): Kept {
    let meters = this.#days.get(day);
    if (!meters) {
      meters = new Map();
      this.#days.set(day, meters);
    }
    let kept = meters.get(meter);
    if (!kept) {
      kept = { meter, day, counts: NOTHING_COUNTED, saved: NOTHING_COUNTED, time: Number.NaN, countedAs: [] };
      meters.set(meter, kept);
    }
    return kept;
  }
}

function firstDays(days: readonly QualityDay[]): ReadonlyMap<string, QualityDay> {
  const first = new Map<string, QualityDay>();
  for (const day of days) {
    const known = first.get(day.meter);
    if (!known || day.day < known.day) first.set(day.meter, day);
  }
  return first;
}

function addTo(kept: Kept, counts: readonly QualityCount[]): void {
  const sums: Record<QualityCount, number> = { ...kept.counts };
  for (const count of counts) sums[count] += 1;
  kept.counts = sums;
}

function areSaved(meters: ReadonlyMap<string, Kept>): boolean {
  return [...meters.values()].every((kept) => kept.counts === kept.saved);
}

function asQualityDay({ meter, day, counts }: Kept): QualityDay {
  return { meter, day, counts };
}
