import { QUANTITIES, type Quantity } from '../domain/quantity.ts';
import type { Values } from '../domain/reading.ts';
import { type Aggregate, SPANS, type Span, type Window } from '../domain/window.ts';
import { Accumulator } from './accumulator.ts';

/** A window that still takes readings. */
export class OpenWindow {
  readonly meter: string;
  readonly span: Span;
  readonly start: number;
  /** In the order in which they came; a set would take ten times the memory, for every second of every meter. */
  readonly #times: number[] = [];
  #latest = Number.NEGATIVE_INFINITY;
  readonly #quantities = new Map<Quantity, Accumulator>();

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

  /** The values of an instant that is not there yet. */
  add(time: number, values: Values): void {
    this.#note(time);
    this.amend(time, values);
  }

  /** More values of an instant that is there already. */
  amend(time: number, values: Values): void {
    // Runs for every value of every reading: for...in makes no list of pairs first.
    for (const name in values) {
      const quantity = name as Quantity;
      const value = values[quantity];
      if (value !== undefined) this.#accumulator(quantity).add(value, time);
    }
  }

  /** All that a shorter window within this one has gathered. */
  merge(part: OpenWindow): void {
    for (const time of part.#times) this.#note(time);
    for (const [quantity, accumulator] of part.#quantities) this.#accumulator(quantity).merge(accumulator);
  }

  /** `expected` is the number of readings that the poll interval promised. */
  result(expected: number): Window {
    const aggregates: Partial<Record<Quantity, Aggregate>> = {};
    for (const [quantity, accumulator] of this.#quantities) aggregates[quantity] = accumulator.result();
    return { meter: this.meter, span: this.span, start: this.start, count: this.#times.length, expected, aggregates };
  }

  #note(time: number): void {
    this.#times.push(time);
    if (time > this.#latest) this.#latest = time;
  }

  #accumulator(quantity: Quantity): Accumulator {
    const known = this.#quantities.get(quantity);
    if (known) return known;
    const made = new Accumulator(QUANTITIES[quantity].averaging);
    this.#quantities.set(quantity, made);
    return made;
  }
}
