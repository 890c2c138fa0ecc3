import { sourcesOf } from '../domain/derived.ts';
import { entriesOf, joined, quantitiesOf } from '../domain/joined-reading.ts';
import type { Quantity } from '../domain/quantity.ts';
import type { Reading, Values } from '../domain/reading.ts';
import type { Log } from '../lib/log.ts';
import { type Settled, settledOf } from './settled.ts';
import type { Windows } from './windows.ts';

/** Late readings in a row of one meter, upon which the log says so. */
const LATE_TO_BE_TOLD = 10;
/** Milliseconds: after an outage all meters of a broker are late together, which is told once. */
const LATE_TOLD_EVERY = 60_000;
/** Milliseconds: more than time synchronisation moves a clock that is right. */
const CLOCK_SET_BACK = 5_000;

/**
 * What came in, with derived quantities, and whether it is to be judged: what is late or repeated is not. 'known': a
 * reading of its instant was there, and it brought nothing new; 'amended': it brought more of that instant, or said what
 * had been held over.
 */
export interface Taken {
  readonly reading: Reading;
  readonly outcome: 'new' | 'late' | 'known' | 'amended';
  readonly isNews: boolean;
}

/** What is remembered of a latest reading of which something is provisional. */
interface Unsettled {
  readonly raw: Reading;
  /** What its windows have of it for good. */
  readonly given: ReadonlySet<Quantity>;
}

/** Readings, the parts of which may come after the latest or come again: as many as the lists of samples of a message have. */
const LATE_PARTS = 64;

/** Messages of one stamp that contradict each other. */
const MOST_OF_A_STAMP = 64;

/** Of the larger: what is said on two topics may be rounded differently. */
const ROUNDING = 0.01;

/** Milliseconds: a message that the next has overtaken is news all the same. */
const OVERTAKEN = 5_000;

const NONE: ReadonlySet<Quantity> = new Set();

/** Puts each reading in its place in time: into its windows, joined with its other half, or aside as late or repeated. */
export class Intake {
  readonly #windows: Windows;
  readonly #log: Log;
  readonly #latest = new Map<string, Reading>();
  /** Of meters that send what they have: those before the latest, latest first. */
  readonly #past = new Map<string, Reading[]>();
  readonly #unsettled = new Map<string, Unsettled>();
  readonly #lateInARow = new Map<string, number>();
  #setBackTold = Number.NEGATIVE_INFINITY;
  #lateTold = Number.NEGATIVE_INFINITY;

  constructor(windows: Windows, log: Log) {
    this.#windows = windows;
    this.#log = log;
  }

  take(reading: Reading): Taken {
    const raw = reading.timeSource === 'payload' ? this.#inItsPlace(reading) : reading;
    const latest = this.#latest.get(raw.meter);
    if (latest?.time === raw.time) return this.#amend(latest, raw);
    const past = raw.timeSource === 'payload' ? this.#past.get(raw.meter) : undefined;
    const index = past?.findIndex(({ time }) => time === raw.time) ?? -1;
    if (past && index >= 0) return this.#amendPast(past, index, raw);
    return this.#begin(raw, latest);
  }

  /** The latest reading of each meter since the start, with derived quantities. */
  latest(): ReadonlyMap<string, Reading> {
    return this.#latest;
  }

  /**
   * Stamps may be coarser than what they stand on: where a meter says two things of one second, the second is another
   * instant, a millisecond later. What is said again, or adds to what was said, belongs to the first.
   */
  #inItsPlace(raw: Reading): Reading {
    const known = [this.#latest.get(raw.meter), ...(this.#past.get(raw.meter) ?? [])];
    for (let time = raw.time; time < raw.time + MOST_OF_A_STAMP; time += 1) {
      const there = known.find((reading) => reading?.time === time);
      if (!there || !contradicts(there, raw)) return time === raw.time ? raw : { ...raw, time };
    }
    return raw;
  }

  #begin(raw: Reading, latest: Reading | undefined): Taken {
    const settled = settledOf(raw);
    const { reading, part } = settled;
    const outcome = this.#windows.add(part);
    this.#countLate(reading, outcome === 'late');
    if (outcome === 'known') return { reading, outcome, isNews: false };
    if (latest && this.#isOld(reading, latest)) {
      const isOvertaken = outcome === 'new' && raw.timeSource === 'payload' && latest.time - raw.time <= OVERTAKEN;
      if (isOvertaken) this.#keepPast(reading);
      return { reading, outcome, isNews: isOvertaken };
    }
    if (latest?.timeSource === 'payload') this.#keepPast(latest);
    this.#remember(raw, settled, NONE);
    return { reading, outcome, isNews: true };
  }

  /** A message that came in two parts, or came twice: only what is new in it counts, in place of what was held over. */
  #amend(latest: Reading, raw: Reading): Taken {
    const before = this.#unsettled.get(raw.meter) ?? { raw: latest, given: new Set(quantitiesOf(latest)) };
    const whole = joined(before.raw, raw, 'first counts');
    if (whole === before.raw) return { reading: latest, outcome: 'known', isNews: false };
    const settled = settledOf(whole, before.given);
    const { reading, part } = settled;
    this.#windows.amend(part);
    this.#remember(whole, settled, before.given);
    return { reading, outcome: 'amended', isNews: !areSame(reading.values, latest.values) };
  }

  /** More of an instant that others have followed, as where samples of voltages and of currents come in lists of their own. */
  #amendPast(past: Reading[], index: number, raw: Reading): Taken {
    const known = past[index] ?? raw;
    const whole = joined(known, raw, 'first counts');
    if (whole === known) return { reading: known, outcome: 'known', isNews: false };
    const isOpen = this.#windows.isProvisional(known.meter, known.time);
    const { reading, part } = settledOf(whole, new Set(isOpen ? settledIn(known) : quantitiesOf(known)));
    this.#windows.amend(part);
    past[index] = reading;
    return { reading, outcome: 'amended', isNews: !areSame(reading.values, known.values) };
  }

  #keepPast(latest: Reading): void {
    const past = this.#past.get(latest.meter) ?? [];
    past.unshift(latest);
    past.splice(LATE_PARTS);
    this.#past.set(latest.meter, past);
  }

  #remember(raw: Reading, { reading, part }: Settled, given: ReadonlySet<Quantity>): void {
    this.#latest.set(raw.meter, reading);
    if (part.provisional) this.#unsettled.set(raw.meter, { raw, given: new Set([...given, ...quantitiesOf(part)]) });
    else this.#unsettled.delete(raw.meter);
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

  /**
   * What has its time from our clock comes in the order of its time: a reading from long before the latest means a clock
   * that was set back.
   */
  #isOld(reading: Reading, latest: Reading): boolean {
    const back = latest.time - reading.time;
    if (reading.timeSource === 'payload' || back < CLOCK_SET_BACK) return back > 0;
    // Behind a clock that is ahead of ours it means nothing.
    if (latest.timeSource === 'payload') return false;
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

/** Whether both say the same quantity, and not the same of it. What is computed follows from the rest. */
function contradicts(known: Reading, raw: Reading): boolean {
  for (const [quantity, value] of entriesOf(raw.values)) {
    const other = known.values[quantity];
    if (other === undefined || known.held?.has(quantity) || raw.held?.has(quantity)) continue;
    if (sourcesOf(quantity).length > 0) continue;
    if (Math.abs(value - other) > ROUNDING * Math.max(Math.abs(value), Math.abs(other))) return true;
  }
  return false;
}

/** What is in the windows for good, while the rest still waits for the end of its instant. */
function settledIn({ values, suspect = {}, held }: Reading): readonly Quantity[] {
  return quantitiesOf({ values, suspect }).filter((quantity) => !held?.has(quantity));
}

function areSame(values: Values, others: Values): boolean {
  const entries = [...entriesOf(values)];
  if (entries.length !== Object.keys(others).length) return false;
  return entries.every(([quantity, value]) => value === others[quantity]);
}
