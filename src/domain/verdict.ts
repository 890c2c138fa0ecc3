import type { Quantity } from './quantity.ts';

/**
 * What a rule says of one sample. 'between' is the hysteresis band: not bad enough to open, not good enough to clear.
 * 'cannot say' keeps whatever was true before; it is never read as good.
 */
export type Standing = 'bad' | 'between' | 'good' | 'cannot say';

export interface Verdict {
  readonly standing: Standing;
  /** The figure that was compared with the limit; absent when nothing could be measured. */
  readonly evidence?: Evidence;
  /** Why the rule cannot say. */
  readonly why?: string;
}

/** The numbers behind a verdict, enough to write both texts and to defend them. */
export interface Evidence {
  /** The deciding quantity and its value in the quantity's unit; absent for silence. */
  readonly quantity?: Quantity;
  readonly value?: number;
  /** The figure that is judged, in `unit`, with the limit that it is judged against. */
  readonly judged: number;
  readonly limit: number;
  readonly unit: '%' | 's';
  /**
   * What kind of trouble within the rule: 'over', 'under', 'sum', 'dip', 'interruption', 'lost', 'metering', 'contract',
   * 'transformer', 'meter', 'line', 'doubted', 'doubted line'.
   */
  readonly kind: string;
  /** 'L1', 'L2-L3'; empty when the whole point is concerned. */
  readonly phases: readonly string[];
  /** How far beyond the limit, larger is worse; orders evidence within one alert. */
  readonly badness: number;
  /** Other measured values that help an engineer. */
  readonly values?: Readonly<Partial<Record<Quantity, number>>> | undefined;
}
