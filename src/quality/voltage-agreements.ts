import { LINE_VOLTAGES, PHASE_VOLTAGES } from '../domain/quantity.ts';
import { areTooLow } from '../domain/three-wire.ts';
import type { Agreement } from './agreement.ts';
import { at, type Columns, columnsOf } from './columns.ts';
import { isSinglePhase, type Scale } from './scale.ts';
import { areAllPhasesDead, highestOf, lowestOf } from './supply.ts';

const PHASE = columnsOf(PHASE_VOLTAGES);
const LINE = columnsOf(LINE_VOLTAGES);

/** Of the largest side, and of the nominal line voltage: class of meter and transformers, and noise. */
const TRIANGLE_SHARE = 0.03;
const TRIANGLE_FLOOR = 0.01;

/** Per unit of nominal: where all voltages of a live supply lie. */
const LIVE_LOW = 0.5;
const LIVE_HIGH = 1.5;

export const VOLTAGE_AGREEMENTS: readonly Agreement[] = [
  triangle(LINE[0], PHASE[0], PHASE[1]),
  triangle(LINE[1], PHASE[1], PHASE[2]),
  triangle(LINE[2], PHASE[2], PHASE[0]),
];

/**
 * A line voltage and its two phase voltages are the sides of a triangle, however the neutral point is shifted: dips,
 * earth faults and lost phases keep to that, broken readings need not. There is none without phase voltages, and none at
 * a single-phase point.
 */
function triangle(line: number, from: number, to: number): Agreement {
  const sides = [line, from, to];
  return {
    reason: 'phase and line voltages disagree',
    holds(values, scale) {
      const a = at(values, from);
      const b = at(values, to);
      const c = at(values, line);
      if (Number.isNaN(a + b + c) || isSinglePhase(scale) || areAllPhasesDead(values, scale)) return undefined;
      const tolerance = TRIANGLE_SHARE * Math.max(a, b, c) + TRIANGLE_FLOOR * scale.lineVolts;
      return c <= a + b + tolerance && c >= Math.abs(a - b) - tolerance;
    },
    doubted: (values, scale) => wrongSet(values, scale) ?? sides,
  };
}

/**
 * When all voltages of one set lie where those of a live supply do, and all of the other far below, the other is wrong as
 * a whole, and alone: events are judged by the set that is left.
 */
function wrongSet(values: Columns, { lineVolts, phaseVolts }: Scale): readonly number[] | undefined {
  const phase = highestOf(values, PHASE) / phaseVolts;
  const line = highestOf(values, LINE) / lineVolts;
  if (areTooLow(phase, line) && isLive(lowestOf(values, LINE) / lineVolts, line)) return PHASE;
  if (areTooLow(line, phase) && isLive(lowestOf(values, PHASE) / phaseVolts, phase)) return LINE;
  return undefined;
}

function isLive(lowest: number, highest: number): boolean {
  return lowest >= LIVE_LOW && highest <= LIVE_HIGH;
}
