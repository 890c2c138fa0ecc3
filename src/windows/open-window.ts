import type { Reading } from '../domain/reading.ts';
import { SPANS, type Span, type Window } from '../domain/window.ts';
import { Accumulators } from './accumulators.ts';

/** What is known of one instant. */
export type Content = Pick<Reading, 'values' | 'suspect' | 'missing'>;

/** What a reading gives to a window. */
export interface Part extends Content {
  /** What its meter may still say otherwise: it counts when the instant is over. */
  readonly provisional?: Content;
}

/** Not accumulated yet: what is in an accumulator cannot be taken out of it. */
interface Provisional {
  readonly time: number;
  readonly content: Content;
}

/** A window that still takes readings. */
export class OpenWindow {
  readonly meter: string;
  readonly span: Span;
  readonly start: number;
  /** In the order in which they came; a set would take ten times the memory, for every second of every meter. */
  readonly #times: number[] = [];
  #latest = Number.NEGATIVE_INFINITY;
  readonly #accumulators = new Accumulators();
  /** Of the latest instant that has any. */
  #provisional: Provisional | undefined;

  constructor(meter: string, span: Span, start: number) {
    this.meter = meter;
    this.span = span;
    this.start = start;
  }

  get end(): number {
    return this.start + SPANS[this.span];
  }

  has(time: number): boolean {
    return time <= this.#latest && this.#times.includes(time);
  }

  /** Whether what is provisional of this instant still waits for its end. */
  isProvisional(time: number): boolean {
    return this.#provisional?.time === time;
  }

  /** The values of an instant that is not there yet. */
  add(time: number, part: Part): void {
    this.#note(time);
    this.amend(time, part);
  }

  /** More of an instant that is there already; `provisional` takes the place of what it had of these. */
  amend(time: number, part: Part): void {
    this.#accumulate(time, part);
    if (this.#provisional?.time === time) this.#provisional = undefined;
    if (part.provisional) this.#await({ time, content: part.provisional });
  }

  /** All that a shorter window within this one has gathered. */
  merge(part: OpenWindow): void {
    for (const time of part.#times) this.#note(time);
    this.#accumulators.merge(part.#accumulators);
    // Its instant may be amended after the shorter window has closed.
    if (part.#provisional) this.#await(part.#provisional);
  }

  /** `expected` is the number of readings that the poll interval promised. Nothing is taken any more. */
  result(expected: number): Window {
    if (this.#provisional) this.#accumulate(this.#provisional.time, this.#provisional.content);
    this.#provisional = undefined;
    const aggregates = this.#accumulators.results();
    return { meter: this.meter, span: this.span, start: this.start, count: this.#times.length, expected, aggregates };
  }

  /** An instant is over with the next one that has something provisional, and with the window. */
  #await(next: Provisional): void {
    const known = this.#provisional;
    const isLatest = !known || next.time >= known.time;
    this.#provisional = isLatest ? next : known;
    const over = isLatest ? known : next;
    if (over) this.#accumulate(over.time, over.content);
  }

  #accumulate(time: number, { values, suspect, missing }: Content): void {
    this.#accumulators.add(values, time);
    this.#accumulators.miss(suspect);
    this.#accumulators.miss(missing);
  }

  #note(time: number): void {
    this.#times.push(time);
    if (time > this.#latest) this.#latest = time;
  }
}
