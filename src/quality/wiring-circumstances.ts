import type { Meter } from '../domain/customer.ts';
import type { Values } from '../domain/reading.ts';
import { ratedAmps } from './bounds.ts';
import { type Scale, type ScaledPoint, scaleOf } from './scale.ts';

/** What wiring is judged against. */
export interface Circumstances {
  readonly scale: Scale;
  readonly isHighVoltage: boolean;
  /** A; undefined where no capacity is known. */
  readonly ratedAmps: number | undefined;
  /** A: less says nothing of angles. */
  readonly enoughAmps: number;
  /** A: so much in two phases, and the third cannot be without. */
  readonly heavyAmps: number;
  /** Ratios that are likely to be counted once too often, or not at all. */
  readonly ratios: readonly number[];
  /** Whether far more varh than Wh have gone through the meter in all its time. */
  readonly isMostlyReactive: boolean;
}

/** Of rated current, or of the largest that was seen where no capacity is known. */
const ENOUGH = 0.02;
const HEAVY = 0.1;

/** Of reactive energy: an angle beyond 60° on the average of a lifetime. */
const MOSTLY_REACTIVE = 0.58;

/** Hours at rated power, before counters speak of habits. */
const COUNTED = 1;

const DECADES = [10, 100, 1000];

/** V between the wires of voltage transformers, by nominal voltage in kV: 10 kV / 100 V. */
const SECONDARY_VOLTS = 100;

export function circumstancesOf(
  supplyPoint: ScaledPoint,
  meter: Pick<Meter, 'ctRatio' | 'ptRatio'>,
  largestAmps: number,
  energies: Values,
): Circumstances {
  const scale = scaleOf(supplyPoint);
  const rated = ratedAmps(scale);
  const reference = rated ?? largestAmps;
  const isHighVoltage = supplyPoint.nominalKv > 1;
  const transformer = isHighVoltage ? [scale.lineVolts / SECONDARY_VOLTS] : [];
  const { ctRatio, ptRatio } = meter;
  return {
    scale,
    isHighVoltage,
    ratedAmps: rated,
    enoughAmps: ENOUGH * reference,
    heavyAmps: HEAVY * reference,
    ratios: [...DECADES, ...transformer, ctRatio, ptRatio, ctRatio * ptRatio].filter((ratio) => ratio > 2),
    isMostlyReactive: isMostlyReactive(energies, scale),
  };
}

function isMostlyReactive(energies: Values, { ratedVa }: Scale): boolean {
  if (energies.energy_active_import === undefined) return false;
  const active = energies.energy_active_import + (energies.energy_active_export ?? 0);
  const reactive = (energies.energy_reactive_import ?? 0) + (energies.energy_reactive_export ?? 0);
  return reactive > COUNTED * ratedVa && active < MOSTLY_REACTIVE * reactive;
}
