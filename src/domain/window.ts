import type { Quantity } from './quantity.ts';

/** Clock-aligned spans, shortest first, by the name that configuration and store use. */
export const SPAN_NAMES = ['1m', '10m'] as const;

export type Span = (typeof SPAN_NAMES)[number];

/** In milliseconds. */
export const SPANS = { '1m': 60_000, '10m': 600_000 } as const satisfies Record<Span, number>;

/** One quantity over one window. `value` is averaged as the quantity demands (RMS for voltages and currents). */
export interface Aggregate {
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly count: number;
  /** Readings that had it without a value to be trusted: suspect or missing. Not kept by the stores. */
  readonly untrusted?: number;
}

/** The readings of one meter in [start, start + span), aggregated. Times are epoch milliseconds UTC. */
export interface Window {
  readonly meter: string;
  readonly span: Span;
  readonly start: number;
  /** Readings received, and readings that the poll interval promised. */
  readonly count: number;
  readonly expected: number;
  readonly aggregates: Readonly<Partial<Record<Quantity, Aggregate>>>;
}

/** Share of the readings with this quantity in which its value could be trusted, 0..1. */
export function trust({ count, untrusted = 0 }: Pick<Aggregate, 'count' | 'untrusted'>): number {
  return count / (count + untrusted);
}

/** Share of the expected readings that arrived, 0..1. */
export function completeness(window: Pick<Window, 'count' | 'expected'>): number {
  return window.expected <= 0 ? 0 : Math.min(1, window.count / window.expected);
}
