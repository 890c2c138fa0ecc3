import { QUANTITIES, type Quantity } from '../domain/quantity.ts';
import type { Reading } from '../domain/reading.ts';
import { type Aggregate, SPANS, type Span, type Window } from '../domain/window.ts';
import { Accumulator } from './accumulator.ts';

/** A window closes this long after its end, in milliseconds, so that the last answers of its readings can come in. */
export const ALLOWED_LATENESS = 5_000;

const SPAN_NAMES = Object.keys(SPANS) as readonly Span[];

interface OpenWindow {
  readonly meter: string;
  readonly span: Span;
  readonly start: number;
  readonly times: Set<number>;
  readonly quantities: Map<Quantity, Accumulator>;
}

/**
 * Clock-aligned windows of 1 and 10 minutes per meter. A reading belongs to a window by its own time; the time that is
 * passed in closes a window.
 */
export class Windows {
  readonly #pollInterval: (meter: string) => number;
  readonly #open = new Map<string, OpenWindow>();
  #closedUntil: number;

  /** Windows that end at or before `closedUntil` count as closed. `pollInterval` is in milliseconds. */
  constructor(pollInterval: (meter: string) => number, closedUntil = Number.NEGATIVE_INFINITY) {
    this.#pollInterval = pollInterval;
    this.#closedUntil = closedUntil;
  }

  /** Every window that ends at or before this time is closed. */
  closedUntil(): number {
    return this.#closedUntil;
  }

  /** False when a window of the reading is closed already, or has this reading. */
  add(reading: Pick<Reading, 'meter' | 'time' | 'values'>): boolean {
    let isNews = true;
    for (const span of SPAN_NAMES) {
      const start = Math.floor(reading.time / SPANS[span]) * SPANS[span];
      isNews = this.#addTo(span, start, reading) && isNews;
    }
    return isNews;
  }

  /** The windows whose end lies ALLOWED_LATENESS or more before `now`, in order of end, then span. */
  close(now: number): readonly Window[] {
    this.#closedUntil = Math.max(this.#closedUntil, now - ALLOWED_LATENESS);
    const due = [...this.#open].filter(([, window]) => endOf(window) <= this.#closedUntil);
    for (const [key] of due) this.#open.delete(key);
    return due.map(([, window]) => this.#result(window)).sort(byEnd);
  }

  #addTo(span: Span, start: number, reading: Pick<Reading, 'meter' | 'time' | 'values'>): boolean {
    if (start + SPANS[span] <= this.#closedUntil) return false;
    const key = `${span} ${start} ${reading.meter}`;
    const window = this.#open.get(key) ?? {
      meter: reading.meter,
      span,
      start,
      times: new Set(),
      quantities: new Map(),
    };
    this.#open.set(key, window);
    if (window.times.has(reading.time)) return false;
    window.times.add(reading.time);
    for (const [quantity, value] of Object.entries(reading.values) as [Quantity, number][]) {
      let accumulator = window.quantities.get(quantity);
      if (!accumulator) {
        accumulator = new Accumulator(QUANTITIES[quantity].averaging);
        window.quantities.set(quantity, accumulator);
      }
      accumulator.add(value, reading.time);
    }
    return true;
  }

  #result({ meter, span, start, times, quantities }: OpenWindow): Window {
    const aggregates: Partial<Record<Quantity, Aggregate>> = {};
    for (const [quantity, accumulator] of quantities) aggregates[quantity] = accumulator.result();
    const expected = Math.max(1, Math.round(SPANS[span] / this.#pollInterval(meter)));
    return { meter, span, start, count: times.size, expected, aggregates };
  }
}

function endOf(window: { readonly start: number; readonly span: Span }): number {
  return window.start + SPANS[window.span];
}

function byEnd(a: Window, b: Window): number {
  return endOf(a) - endOf(b) || SPANS[a.span] - SPANS[b.span];
}
