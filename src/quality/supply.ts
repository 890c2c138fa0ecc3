import { areTooLow, MOST_PICKED_UP } from '../domain/three-wire.ts';
import { at, type Columns } from './columns.ts';
import { isSinglePhase, type Scale } from './scale.ts';
import { LINE_VOLTAGE_COLUMNS, PHASE_VOLTAGE_COLUMNS } from './still-columns.ts';

/** Per unit of nominal (GB/T 30137): an interruption has all voltages below it, a dip has one. */
const INTERRUPTED = 0.1;
const DIP = 0.9;

/** Of the columns that there are; −∞ without any. */
export function highestOf(values: Columns, columns: readonly number[]): number {
  let highest = Number.NEGATIVE_INFINITY;
  for (const column of columns) if (at(values, column) > highest) highest = at(values, column);
  return highest;
}

/** Of the columns that there are; ∞ without any. */
export function lowestOf(values: Columns, columns: readonly number[]): number {
  let lowest = Number.POSITIVE_INFINITY;
  for (const column of columns) if (at(values, column) < lowest) lowest = at(values, column);
  return lowest;
}

/** Whether voltages are measured and all of them are gone. */
export function isInterrupted(values: Columns, { lineVolts, phaseVolts }: Scale): boolean {
  const phase = highestOf(values, PHASE_VOLTAGE_COLUMNS);
  const line = highestOf(values, LINE_VOLTAGE_COLUMNS);
  if (phase === Number.NEGATIVE_INFINITY && line === Number.NEGATIVE_INFINITY) return false;
  return phase < INTERRUPTED * phaseVolts && line < INTERRUPTED * lineVolts;
}

/** Whether no phase voltage lives: the supply is interrupted, the meter is in three-wire wiring, or there are none. */
export function areAllPhasesDead(values: Columns, { phaseVolts }: Scale): boolean {
  return highestOf(values, PHASE_VOLTAGE_COLUMNS) < MOST_PICKED_UP * phaseVolts;
}

/** Whether the phase voltages that there are are no real ones, so that what a meter makes of them is none either. */
export function arePhasesUnreal(values: Columns, scale: Scale): boolean {
  const phase = highestOf(values, PHASE_VOLTAGE_COLUMNS) / scale.phaseVolts;
  const line = highestOf(values, LINE_VOLTAGE_COLUMNS) / scale.lineVolts;
  return phase > Number.NEGATIVE_INFINITY && (phase < MOST_PICKED_UP || areTooLow(phase, line));
}

/**
 * Whether a voltage is as low as one is in a dip. By line voltages where they are measured: an earth fault leaves them, and
 * three-wire meters have no others. A single-phase point has one voltage, the highest.
 */
export function isDipping(values: Columns, scale: Scale): boolean {
  const { lineVolts, phaseVolts } = scale;
  if (isSinglePhase(scale)) {
    const highest = highestOf(values, PHASE_VOLTAGE_COLUMNS);
    return highest >= 0 && highest < DIP * phaseVolts;
  }
  const line = lowestOf(values, LINE_VOLTAGE_COLUMNS);
  return line < Number.POSITIVE_INFINITY
    ? line < DIP * lineVolts
    : lowestOf(values, PHASE_VOLTAGE_COLUMNS) < DIP * phaseVolts;
}
