import { LINE_VOLTAGES, PHASE_VOLTAGES } from '../domain/quantity.ts';
import type { SuspectReason } from '../domain/reading.ts';
import { at, type Columns, columnOf, columnsOf } from './columns.ts';
import type { Scale } from './scale.ts';

/** One thing that values of one reading must agree on. */
export interface Agreement {
  readonly reason: SuspectReason;
  /** What is not trusted when they disagree. */
  readonly columns: readonly number[];
  /** Undefined when a value is missing, or when there is too little load to tell. */
  holds(values: Columns, scale: Scale): boolean | undefined;
}

const PHASE = columnsOf(PHASE_VOLTAGES);
const LINE = columnsOf(LINE_VOLTAGES);
const ACTIVE = columnsOf(['active_power_l1', 'active_power_l2', 'active_power_l3']);
const ACTIVE_TOTAL = columnOf('active_power_total');

/** What the powers of a phase, or of all, are called. */
const POWERS = (['l1', 'l2', 'l3', 'total'] as const).map((place) => ({
  isTotal: place === 'total',
  active: columnOf(`active_power_${place}`),
  reactive: columnOf(`reactive_power_${place}`),
  apparent: columnOf(`apparent_power_${place}`),
  factor: columnOf(`power_factor_${place}`),
}));

type Powers = (typeof POWERS)[number];

/** Of the largest side, and of the nominal line voltage: class of meter and transformers, and noise. */
const TRIANGLE_SHARE = 0.03;
const TRIANGLE_FLOOR = 0.01;

/** Of nominal: phase voltages below it all together are those that a three-wire meter does not have and gives as 0. */
const LIVE = 0.01;

/** Of rated power: below it meters round more than they measure. */
const ENOUGH_LOAD = 0.05;

/** P² + Q² over S². More than 1 is impossible, whatever the distortion; the rest is for the class of the meter. */
const MOST_OF_SQUARE = 1.1;

/** P over S where Q is not measured. */
const MOST_OF_APPARENT = 1.05;

/** S over √(P² + Q²): distortion makes S larger. Twice would be a current THD of 173 %. */
const MOST_DISTORTED = 2;

/**
 * A power factor must not lie under P / S. Some meters give that of the fundamental, which lies above: by 0.29 with a
 * current THD of 100 %.
 */
const FACTOR_BELOW = 0.1;
const FACTOR_ABOVE = 0.3;

const SUM_SHARE = 0.05;
const SUM_FLOOR = 0.01;

/** Every agreement that is looked at, in the order in which reasons are given. */
export const AGREEMENTS: readonly Agreement[] = [
  triangle(LINE[0], PHASE[0], PHASE[1]),
  triangle(LINE[1], PHASE[1], PHASE[2]),
  triangle(LINE[2], PHASE[2], PHASE[0]),
  ...POWERS.map(powerTriangle),
  { reason: 'sum of phases disagrees', columns: [...ACTIVE, ACTIVE_TOTAL], holds: sumHolds },
  ...POWERS.map(powerFactor),
];

/**
 * A line voltage and its two phase voltages are the sides of a triangle, however the neutral point is shifted: dips,
 * earth faults and lost phases keep to that, broken readings need not.
 */
function triangle(line: number, from: number, to: number): Agreement {
  return {
    reason: 'phase and line voltages disagree',
    columns: [line, from, to],
    holds(values, { lineVolts }) {
      const [a, b, c] = [at(values, from), at(values, to), at(values, line)];
      if (Number.isNaN(a + b + c) || isThreeWire(values, lineVolts)) return undefined;
      const tolerance = TRIANGLE_SHARE * Math.max(a, b, c) + TRIANGLE_FLOOR * lineVolts;
      return c <= a + b + tolerance && c >= Math.abs(a - b) - tolerance;
    },
  };
}

function isThreeWire(values: Columns, lineVolts: number): boolean {
  const dead = LIVE * lineVolts;
  return !(at(values, PHASE[0]) >= dead || at(values, PHASE[1]) >= dead || at(values, PHASE[2]) >= dead);
}

function powerTriangle(powers: Powers): Agreement {
  return {
    reason: 'powers disagree',
    columns: [powers.active, powers.reactive, powers.apparent],
    holds(values, scale) {
      const [p, q, s] = [at(values, powers.active), at(values, powers.reactive), Math.abs(at(values, powers.apparent))];
      if (Number.isNaN(p + s)) return undefined;
      if (Math.max(Math.abs(p), s) < enoughVa(powers, scale)) return undefined;
      if (Number.isNaN(q)) return Math.abs(p) <= MOST_OF_APPARENT * s;
      const square = p * p + q * q;
      if (square > MOST_OF_SQUARE * s * s) return false;
      // A total S may be the sum of the phases' S and then knows no bound; in three-wire wiring a phase may have no P and Q.
      return powers.isTotal || square === 0 || s * s <= MOST_DISTORTED ** 2 * square;
    },
  };
}

function powerFactor(powers: Powers): Agreement {
  return {
    reason: 'powers disagree',
    columns: [powers.factor],
    holds(values, scale) {
      const [factor, s] = [Math.abs(at(values, powers.factor)), Math.abs(at(values, powers.apparent))];
      const expected = Math.abs(at(values, powers.active)) / s;
      if (Number.isNaN(factor + expected) || s < enoughVa(powers, scale)) return undefined;
      return factor >= expected - FACTOR_BELOW && factor <= expected + FACTOR_ABOVE;
    },
  };
}

function enoughVa({ isTotal }: Powers, { ratedVa }: Scale): number {
  return ENOUGH_LOAD * (isTotal ? ratedVa : ratedVa / 3);
}

function sumHolds(values: Columns, { ratedVa }: Scale): boolean | undefined {
  const [l1, l2, l3] = [at(values, ACTIVE[0]), at(values, ACTIVE[1]), at(values, ACTIVE[2])];
  const total = at(values, ACTIVE_TOTAL);
  const size = Math.abs(l1) + Math.abs(l2) + Math.abs(l3);
  // Three-wire meters give 0 for the phases, which they do not have.
  if (Number.isNaN(size + total) || size === 0) return undefined;
  return Math.abs(l1 + l2 + l3 - total) <= SUM_SHARE * Math.max(size, Math.abs(total)) + SUM_FLOOR * ratedVa;
}
