import { withDerived } from '../domain/derived.ts';
import type { Quantity } from '../domain/quantity.ts';
import type { Reading } from '../domain/reading.ts';
import type { Log } from '../lib/log.ts';
import { joined } from './joined.ts';
import type { Windows } from './windows.ts';

/** Late readings in a row of one meter, upon which the log says so. */
const LATE_TO_BE_TOLD = 10;
/** Milliseconds: after an outage all meters of a broker are late together, which is told once. */
const LATE_TOLD_EVERY = 60_000;
/** Milliseconds: more than time synchronisation moves a clock that is right. */
const CLOCK_SET_BACK = 5_000;

/**
 * What came in, with derived quantities, and whether it is to be judged: what is late or repeated is not. 'known': a
 * reading of its instant was there, and it brought nothing new; 'amended': it brought more of that instant.
 */
export interface Taken {
  readonly reading: Reading;
  readonly outcome: 'new' | 'late' | 'known' | 'amended';
  readonly isNews: boolean;
}

/** Puts each reading in its place in time: into its windows, joined with its other half, or aside as late or repeated. */
export class Intake {
  readonly #windows: Windows;
  readonly #log: Log;
  readonly #latest = new Map<string, Reading>();
  readonly #lateInARow = new Map<string, number>();
  #setBackTold = Number.NEGATIVE_INFINITY;
  #lateTold = Number.NEGATIVE_INFINITY;

  constructor(windows: Windows, log: Log) {
    this.#windows = windows;
    this.#log = log;
  }

  take(raw: Reading): Taken {
    const latest = this.#latest.get(raw.meter);
    if (latest?.time === raw.time) return this.#amend(latest, raw);
    const reading = withDerived(raw);
    const outcome = this.#windows.add(reading);
    this.#countLate(reading, outcome === 'late');
    const isNews = outcome !== 'known' && !(latest && this.#isOld(reading, latest));
    if (isNews) this.#latest.set(reading.meter, reading);
    return { reading, outcome, isNews };
  }

  /** The latest reading of each meter since the start, with derived quantities. */
  latest(): ReadonlyMap<string, Reading> {
    return this.#latest;
  }

  /** A message that came in two parts, or came twice: only what is new in it counts. */
  #amend(latest: Reading, raw: Reading): Taken {
    const whole = joined(latest, raw);
    if (whole === latest) return { reading: latest, outcome: 'known', isNews: false };
    const reading = withDerived(whole);
    const fresh = (Object.entries(reading.values) as [Quantity, number][]).filter(([name]) => !(name in latest.values));
    this.#windows.amend({ ...reading, values: Object.fromEntries(fresh) });
    this.#latest.set(reading.meter, reading);
    return { reading, outcome: 'amended', isNews: fresh.length > 0 };
  }

  #countLate({ meter, time, arrivedAt }: Reading, isLate: boolean): void {
    const late = isLate ? (this.#lateInARow.get(meter) ?? 0) + 1 : 0;
    this.#lateInARow.set(meter, late);
    if (late !== LATE_TO_BE_TOLD || Math.abs(arrivedAt - this.#lateTold) < LATE_TOLD_EVERY) return;
    this.#lateTold = arrivedAt;
    this.#log.warn(
      { meter, behindMs: arrivedAt - time },
      'Readings miss their windows: this meter and perhaps others, or their broker, are behind',
    );
  }

  /** Polled readings come in the order of their time: one from long before the latest means a clock that was set back. */
  #isOld(reading: Reading, latest: Reading): boolean {
    const back = latest.time - reading.time;
    if (reading.timeSource !== 'register' || back < CLOCK_SET_BACK) return back > 0;
    if (Math.abs(reading.time - this.#setBackTold) > CLOCK_SET_BACK) {
      this.#log.error(
        { backMs: back },
        'The clock of this computer was set back: windows of that time stay incomplete',
      );
    }
    this.#setBackTold = reading.time;
    return false;
  }
}
