import { CURRENTS, LINE_VOLTAGES, PHASE_VOLTAGES, type Quantity } from '../domain/quantity.ts';
import type { Reading, SuspectReason } from '../domain/reading.ts';

export type Triple = readonly [number, number, number];

/**
 * What a reading says of the wiring: V, A, W, var, VA, primary, NaN where it says nothing. Line voltages as 12, 23, 31.
 * Currents without the sign that some meters give them: powers have it too.
 */
export interface WiringSample {
  readonly phaseVolts: Triple;
  readonly lineVolts: Triple;
  readonly amps: Triple;
  readonly watts: Triple;
  readonly vars: Triple;
  readonly voltAmps: Triple;
}

export type SampledReading = Pick<Reading, 'time' | 'values' | 'suspect'>;

/** Wrong wiring makes values suspect, so these must be looked at; stale and garbled ones say nothing. */
const SAYS_NOTHING: ReadonlySet<SuspectReason> = new Set(['frozen', 'changes too fast', 'marked by the meter']);

export function wiringSampleOf(reading: SampledReading): WiringSample {
  const triple = ([l1, l2, l3]: readonly [Quantity, Quantity, Quantity]): Triple => [
    measuredIn(reading, l1) ?? Number.NaN,
    measuredIn(reading, l2) ?? Number.NaN,
    measuredIn(reading, l3) ?? Number.NaN,
  ];
  return {
    phaseVolts: triple(PHASE_VOLTAGES),
    lineVolts: triple(LINE_VOLTAGES),
    amps: mapTriple(triple(CURRENTS), Math.abs),
    watts: triple(['active_power_l1', 'active_power_l2', 'active_power_l3']),
    vars: triple(['reactive_power_l1', 'reactive_power_l2', 'reactive_power_l3']),
    voltAmps: triple(['apparent_power_l1', 'apparent_power_l2', 'apparent_power_l3']),
  };
}

/** A value for the wiring check: a good one, or one that wrong wiring may have made suspect. */
export function measuredIn({ values, suspect }: SampledReading, quantity: Quantity): number | undefined {
  const doubted = suspect?.[quantity];
  return values[quantity] ?? (doubted && !SAYS_NOTHING.has(doubted.reason) ? doubted.value : undefined);
}

/** NaN where any of the three is missing. */
export function median([a, b, c]: Triple): number {
  return a + b + c - Math.min(a, b, c) - Math.max(a, b, c);
}

export function mapTriple(triple: Triple, change: (value: number, index: 0 | 1 | 2) => number): Triple {
  return [change(triple[0], 0), change(triple[1], 1), change(triple[2], 2)];
}
