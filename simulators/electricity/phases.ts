/** One value for each of L1, L2, L3. For line voltages: L1-L2, L2-L3, L3-L1. */
export type Phases = readonly [number, number, number];

export type PhaseIndex = 0 | 1 | 2;

export function eachPhase(valueAt: (phase: PhaseIndex) => number): Phases {
  return [valueAt(0), valueAt(1), valueAt(2)];
}

export function sum(phases: Phases): number {
  return phases[0] + phases[1] + phases[2];
}

export function mean(phases: Phases): number {
  return sum(phases) / 3;
}
