import type { SupplyPoint } from '../domain/customer.ts';
import { LOW_VOLTAGE_KV, nominalPhaseVolts } from '../domain/nominal-voltage.ts';
import { CURRENTS, LINE_VOLTAGES, PHASE_VOLTAGES, phaseOf, type Quantity } from '../domain/quantity.ts';
import { arePickedUp, MOST_PICKED_UP } from '../domain/three-wire.ts';
import type { Sample } from './rule.ts';

/**
 * Which voltages are judged against which nominal: 'line' the three line voltages against Un, 'phase' the phase
 * voltages against their nominal, 'single' a single-phase point whose Un is the phase voltage itself.
 */
export type VoltageBasis = 'line' | 'phase' | 'single';

export interface JudgedVoltage {
  readonly quantity: Quantity;
  readonly phase: string;
  readonly volts: number;
  /** Volts over the nominal of this voltage. */
  readonly perUnit: number;
}

/**
 * The measured voltages of a sample, per unit of their nominal. Low-voltage systems are solidly earthed, so their phase
 * voltages may stand in for line voltages that the meter does not give; on higher voltages they may not, because an
 * earth fault moves them while the line voltages stay healthy.
 */
export function judgedVoltages(
  sample: Sample,
  supplyPoint: SupplyPoint,
  basis: VoltageBasis,
): readonly JudgedVoltage[] {
  const nominal = supplyPoint.nominalKv * 1000;
  if (basis === 'single') return connected(perUnit(sample, PHASE_VOLTAGES, nominal));
  const phaseNominal = nominalPhaseVolts(nominal);
  if (basis === 'phase') {
    const phases = perUnit(sample, PHASE_VOLTAGES, phaseNominal);
    return isThreeWire(phases, sample, nominal) ? [] : phases;
  }
  const lines = perUnit(sample, LINE_VOLTAGES, nominal);
  const isJudgedByLines = lines.length > 0 || supplyPoint.nominalKv > LOW_VOLTAGE_KV;
  return isJudgedByLines ? lines : perUnit(sample, PHASE_VOLTAGES, phaseNominal);
}

/** A single-phase point has one voltage, the highest: three-phase meters give 0 there for what is not connected. */
function connected(phases: readonly JudgedVoltage[]): readonly JudgedVoltage[] {
  const highest = extreme(phases, 'highest');
  return highest ? [highest] : [];
}

/** Whether the phase voltages are those that a meter in three-wire wiring does not have. */
function isThreeWire(phases: readonly JudgedVoltage[], sample: Sample, nominal: number): boolean {
  const highest = extreme(phases, 'highest');
  if (!highest || highest.perUnit >= MOST_PICKED_UP) return false;
  const line = extreme(perUnit(sample, LINE_VOLTAGES, nominal), 'highest');
  return line !== undefined && arePickedUp(highest.perUnit, line.perUnit);
}

/** Runs several times for every reading: a loop, because lists of lists cost more than all the rest of a rule. */
function perUnit(sample: Sample, quantities: readonly Quantity[], nominal: number): readonly JudgedVoltage[] {
  const voltages: JudgedVoltage[] = [];
  for (const quantity of quantities) {
    const volts = sample.value(quantity);
    if (volts === undefined) continue;
    voltages.push({ quantity, phase: phaseOf(quantity) ?? '', volts, perUnit: volts / nominal });
  }
  return voltages;
}

/** Those of the quantities that were measured, for an engineer's mail. */
export function measured(sample: Sample, quantities: readonly Quantity[]): Partial<Record<Quantity, number>> {
  const values: Partial<Record<Quantity, number>> = {};
  for (const quantity of quantities) {
    const value = sample.value(quantity);
    if (value !== undefined) values[quantity] = value;
  }
  return values;
}

const VOLTAGES_AND_CURRENTS = [...PHASE_VOLTAGES, ...LINE_VOLTAGES, ...CURRENTS];

/** What an engineer wants to see of a disturbance. Only for what is bad: good readings are judged by the thousand. */
export function voltagesAndCurrents(sample: Sample): Partial<Record<Quantity, number>> {
  return measured(sample, VOLTAGES_AND_CURRENTS);
}

export function extreme(voltages: readonly JudgedVoltage[], pick: 'highest' | 'lowest'): JudgedVoltage | undefined {
  const sign = pick === 'highest' ? 1 : -1;
  let best: JudgedVoltage | undefined;
  for (const voltage of voltages) {
    if (best === undefined || sign * voltage.perUnit > sign * best.perUnit) best = voltage;
  }
  return best;
}
