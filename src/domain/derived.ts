import type { Quantity } from './quantity.ts';
import type { Reading, Values } from './reading.ts';

/**
 * Negative-sequence voltage unbalance U2/U1 in % from the magnitudes of the three line voltages (GB/T 15543-2008
 * appendix A, IEC 61000-4-30 clause 5.7). Exact for line voltages, whose phasors close to a triangle; wrong for phase
 * voltages. Undefined where the three magnitudes cannot form a triangle.
 */
export function negativeSequenceUnbalance(l1l2: number, l2l3: number, l3l1: number): number | undefined {
  const squares = l1l2 ** 2 + l2l3 ** 2 + l3l1 ** 2;
  if (squares === 0) return undefined;
  const beta = (l1l2 ** 4 + l2l3 ** 4 + l3l1 ** 4) / squares ** 2;
  const radicand = 3 - 6 * beta;
  if (radicand < -ROUNDING) return undefined;
  const root = Math.sqrt(Math.max(0, radicand));
  return 100 * Math.sqrt(Math.max(0, 1 - root) / (1 + root));
}

/** Balanced and flat triangles sit on the edge of the formula; binary fractions may push them over it. */
const ROUNDING = 1e-9;

/**
 * The reading with what follows from its values: voltage unbalance, and power factors as P / S, because meters disagree
 * on the sign and coding of theirs. A meter's own figure stays only where it cannot be computed.
 */
export function withDerived(reading: Reading): Reading {
  const derived: Partial<Record<Quantity, number>> = { ...reading.values };
  const { voltage_l1_l2, voltage_l2_l3, voltage_l3_l1 } = reading.values;
  if (voltage_l1_l2 !== undefined && voltage_l2_l3 !== undefined && voltage_l3_l1 !== undefined) {
    const unbalance = negativeSequenceUnbalance(voltage_l1_l2, voltage_l2_l3, voltage_l3_l1);
    if (unbalance === undefined) delete derived.voltage_unbalance;
    else derived.voltage_unbalance = unbalance;
  }
  for (const [factor, active, apparent] of POWER_FACTORS) {
    const computed = powerFactor(reading.values, active, apparent);
    if (computed !== undefined) derived[factor] = computed;
  }
  return { ...reading, values: derived };
}

const POWER_FACTORS = [
  ['power_factor_l1', 'active_power_l1', 'apparent_power_l1'],
  ['power_factor_l2', 'active_power_l2', 'apparent_power_l2'],
  ['power_factor_l3', 'active_power_l3', 'apparent_power_l3'],
  ['power_factor_total', 'active_power_total', 'apparent_power_total'],
] as const satisfies readonly (readonly [Quantity, Quantity, Quantity])[];

function powerFactor(values: Values, active: Quantity, apparent: Quantity): number | undefined {
  const p = values[active];
  const s = values[apparent];
  return p === undefined || s === undefined || s <= 0 ? undefined : p / s;
}
