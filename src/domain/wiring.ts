import type { Phase } from './meter-event.ts';

/** How a meter is connected wrongly. */
export type WiringFault =
  /** The current transformer of a phase is turned round. */
  | { readonly kind: 'ct reversed'; readonly phase: Phase }
  /** The current transformers of two phases are exchanged. */
  | { readonly kind: 'cts swapped'; readonly phases: readonly [Phase, Phase] }
  /** All three currents stand one phase on from their voltages. */
  | { readonly kind: 'cts rotated' }
  /** The voltages come in the order L1, L3, L2. */
  | { readonly kind: 'phase order' }
  /** A voltage of the meter is not connected. */
  | { readonly kind: 'voltage wire missing'; readonly phase: Phase }
  /** A phase whose neighbours carry load shows no current at all. */
  | { readonly kind: 'current wire missing'; readonly phase: Phase }
  /** Voltages are `factor` times what the supply point has: a transformer ratio is wrong. */
  | { readonly kind: 'voltage ratio'; readonly factor: number }
  /** Currents are `factor` times the rated current of the supply point for minutes: a transformer ratio is wrong. */
  | { readonly kind: 'current ratio'; readonly factor: number }
  /** Power is `factor` times what voltage and current make: a ratio counts in one and not in the other. */
  | { readonly kind: 'power ratio'; readonly factor: number };

/**
 * What some minutes of readings say about a meter's wiring. 'cannot say': too little load, too little is measured, or no
 * single fault explains the powers.
 */
export interface WiringVerdict {
  readonly state: 'right' | 'faulty' | 'cannot say';
  readonly faults: readonly WiringFault[];
  /** Event time of the readings that it rests on, epoch milliseconds. */
  readonly from: number;
  readonly to: number;
}
