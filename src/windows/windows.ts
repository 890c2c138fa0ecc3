import { QUANTITIES, type Quantity } from '../domain/quantity.ts';
import type { Reading } from '../domain/reading.ts';
import { type Aggregate, SPAN_NAMES, SPANS, type Span, type Window } from '../domain/window.ts';
import { Accumulator } from './accumulator.ts';

/** A window closes this long after its end, in milliseconds, so that the last answers of its readings can come in. */
export const ALLOWED_LATENESS = 5_000;

type Timed = Pick<Reading, 'meter' | 'time' | 'values'>;

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

  /** 'late' when the reading's minute is closed already, 'known' when it has a reading of this instant. */
  add(reading: Timed): 'new' | 'late' | 'known' {
    const outcomes = SPAN_NAMES.map((span) => this.#addTo(span, reading));
    return outcomes[0] ?? 'late';
  }

  /** More values of an instant that was added before: a message that came in two parts. It is not counted again. */
  amend(reading: Timed): void {
    for (const span of SPAN_NAMES) {
      const window = this.#open.get(keyOf(span, reading));
      if (window?.times.has(reading.time)) accumulate(window, reading);
    }
  }

  /** The windows whose end lies ALLOWED_LATENESS or more before `now`, in order of end, then span. */
  close(now: number): readonly Window[] {
    this.#closedUntil = Math.max(this.#closedUntil, now - ALLOWED_LATENESS);
    const due = [...this.#open].filter(([, window]) => endOf(window) <= this.#closedUntil);
    for (const [key] of due) this.#open.delete(key);
    return due.map(([, window]) => this.#result(window)).sort(byEnd);
  }

  #addTo(span: Span, reading: Timed): 'new' | 'late' | 'known' {
    const { meter, time } = reading;
    const start = startOf(span, time);
    if (start + SPANS[span] <= this.#closedUntil) return 'late';
    const key = keyOf(span, reading);
    const window = this.#open.get(key) ?? { meter, span, start, times: new Set(), quantities: new Map() };
    this.#open.set(key, window);
    if (window.times.has(time)) return 'known';
    window.times.add(time);
    accumulate(window, reading);
    return 'new';
  }

  #result({ meter, span, start, times, quantities }: OpenWindow): Window {
    const aggregates: Partial<Record<Quantity, Aggregate>> = {};
    for (const [quantity, accumulator] of quantities) aggregates[quantity] = accumulator.result();
    const expected = Math.max(1, Math.round(SPANS[span] / this.#pollInterval(meter)));
    return { meter, span, start, count: times.size, expected, aggregates };
  }
}

function startOf(span: Span, time: number): number {
  return Math.floor(time / SPANS[span]) * SPANS[span];
}

function keyOf(span: Span, { meter, time }: Timed): string {
  return `${span} ${startOf(span, time)} ${meter}`;
}

function accumulate({ quantities }: OpenWindow, { values, time }: Timed): void {
  for (const [quantity, value] of Object.entries(values) as [Quantity, number][]) {
    let accumulator = quantities.get(quantity);
    if (!accumulator) {
      accumulator = new Accumulator(QUANTITIES[quantity].averaging);
      quantities.set(quantity, accumulator);
    }
    accumulator.add(value, time);
  }
}

function endOf(window: { readonly start: number; readonly span: Span }): number {
  return window.start + SPANS[window.span];
}

function byEnd(a: Window, b: Window): number {
  return endOf(a) - endOf(b) || SPANS[a.span] - SPANS[b.span];
}
