import { CURRENTS, LINE_VOLTAGES, PHASE_VOLTAGES } from '../domain/quantity.ts';
import type { SuspectReason } from '../domain/reading.ts';
import { at, type Columns, columnsOf } from './columns.ts';
import { PLACES, type Powers } from './powers.ts';
import type { Scale } from './scale.ts';
import { areAllPhasesDead } from './supply.ts';

/** Why columns are doubted; undefined for those that are not. */
type Reasons = readonly (SuspectReason | undefined)[];

type Doubt = (column: number, reason: SuspectReason) => void;

const PHASE = columnsOf(PHASE_VOLTAGES);
const LINE = columnsOf(LINE_VOLTAGES);
const [L1, L2, L3, TOTAL] = PLACES;
const PHASE_PLACES = [L1, L2, L3].flatMap((powers, index) => {
  const [volts, amps] = [PHASE[index], columnsOf(CURRENTS)[index]];
  return powers && volts !== undefined && amps !== undefined ? [{ powers, volts, amps }] : [];
});

/**
 * Doubts what a meter computed from values that are doubted, with their reason: P, Q, S and power factor of a phase and of
 * all follow from its voltage and current; where one of P, Q and S is out of range the others carry the same factor; a
 * power factor follows from P and S. What stands still or was marked by the meter says nothing of its companions: each is
 * judged for itself. Voltages and currents follow from nothing, so no doubt ever takes a dip out of a reading.
 */
export function doubtCompanions(values: Columns, reasons: Reasons, scale: Scale, doubt: Doubt): void {
  const lines = areAllPhasesDead(values, scale) ? reasonAmong(LINE, reasons) : undefined;
  for (const { powers, volts, amps } of PHASE_PLACES) {
    const reason = reasonAmong([amps], reasons) ?? reasonOfVolts(volts, reasons) ?? lines;
    if (reason === undefined) continue;
    doubtPlace(powers, values, reason, doubt);
    if (TOTAL) doubtPlace(TOTAL, values, reason, doubt);
  }
  for (const place of PLACES) {
    const { active, reactive, apparent, factor } = place;
    if ([active, reactive, apparent].some((column) => reasons[column] === 'out of range')) {
      doubtPlace(place, values, 'out of range', doubt);
    }
    const reason = reasonAmong([active, apparent], reasons);
    if (reason !== undefined) doubtPresent(factor, values, reason, doubt);
  }
}

/** Where one set of voltages disagrees and the other is believed, powers are made of what is believed. */
function reasonOfVolts(volts: number, reasons: Reasons): SuspectReason | undefined {
  const reason = reasons[volts];
  if (reason !== 'phase and line voltages disagree') return reasonAmong([volts], reasons);
  return LINE.some((line) => reasons[line] === reason) ? reason : undefined;
}

/** The first reason that is one for companions too. */
function reasonAmong(columns: readonly number[], reasons: Reasons): SuspectReason | undefined {
  for (const column of columns) {
    const reason = reasons[column];
    if (reason !== undefined && !JUDGED_ALONE.has(reason)) return reason;
  }
  return undefined;
}

const JUDGED_ALONE: ReadonlySet<SuspectReason> = new Set(['frozen', 'changes too fast', 'marked by the meter']);

function doubtPlace(
  { active, reactive, apparent, factor }: Powers,
  values: Columns,
  reason: SuspectReason,
  doubt: Doubt,
) {
  for (const column of [active, reactive, apparent, factor]) doubtPresent(column, values, reason, doubt);
}

function doubtPresent(column: number, values: Columns, reason: SuspectReason, doubt: Doubt): void {
  if (!Number.isNaN(at(values, column))) doubt(column, reason);
}
