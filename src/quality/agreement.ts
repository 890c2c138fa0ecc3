import { CURRENTS, LINE_VOLTAGES, PHASE_VOLTAGES } from '../domain/quantity.ts';
import type { SuspectReason } from '../domain/reading.ts';
import { ratedAmps, ratedVaOf } from './bounds.ts';
import { at, type Columns, columnOf, columnsOf } from './columns.ts';
import type { Scale } from './scale.ts';
import type { Triple } from './wiring-sample.ts';

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
const CURRENT = columnsOf(CURRENTS);
const NEUTRAL = columnOf('current_n');
const APPARENT = columnsOf(['apparent_power_l1', 'apparent_power_l2', 'apparent_power_l3']);
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

/**
 * A total over the most that its phases can make of it. What is over is for classes, for unlike voltages and for triple
 * harmonics in a neutral that is not measured.
 */
const MOST_OF_PHASES = 1.25;

/** V over nominal, for a phase whose voltage is not known: load rejection raises it to 1.5. */
const HIGHEST_UNKNOWN = 2;

/** Over what is rated, for a minute and more: an overload that a plant survives so long is 3 times at the most. */
const HIGHEST_LASTING = 10;

const SUM_SHARE = 0.05;
const SUM_FLOOR = 0.01;

/** Every agreement that is looked at, in the order in which reasons are given. */
export const AGREEMENTS: readonly Agreement[] = [
  ...CURRENT.map(lastingCurrent),
  ...POWERS.map(lastingPower),
  triangle(LINE[0], PHASE[0], PHASE[1]),
  triangle(LINE[1], PHASE[1], PHASE[2]),
  triangle(LINE[2], PHASE[2], PHASE[0]),
  ...POWERS.map(powerTriangle),
  ...[ACTIVE_TOTAL, columnOf('reactive_power_total'), columnOf('apparent_power_total')].map(totalOfPhases),
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

/** Neither P nor Q nor S of all phases can pass what the phases' S, and voltages and currents, can make of it. */
function totalOfPhases(column: number): Agreement {
  return {
    reason: 'powers disagree',
    columns: [column],
    holds(values, scale) {
      const total = Math.abs(at(values, column));
      if (Number.isNaN(total) || total < ENOUGH_LOAD * scale.ratedVa) return undefined;
      const bounds = [largestTotal(phaseVoltAmps(values)), largestTotal(voltsTimesAmps(values, scale))];
      const known = bounds.filter((bound) => bound > 0);
      return known.length === 0 ? undefined : known.every((bound) => total <= MOST_OF_PHASES * bound);
    },
  };
}

/**
 * VA of phases, with that of the neutral where it is measured, as the largest S of all that is in use: the collective
 * one of DIN 40110-2, which counts the neutral too. Where the phases are alike it is their sum; else it is more.
 */
function largestTotal({ phases: [a, b, c], neutral }: { readonly phases: Triple; readonly neutral?: number }): number {
  const squares = a * a + b * b + c * c;
  const fundamental = squares - a * b - b * c - c * a;
  const returned = Math.max(fundamental, (neutral ?? 0) ** 2);
  return Math.sqrt(3 * (squares + returned));
}

function phaseVoltAmps(values: Columns) {
  return { phases: triple((index) => Math.abs(at(values, APPARENT[index]))) };
}

/** NaN without all three currents. Three-wire meters give no phase voltages, and some voltages may be doubted. */
function voltsTimesAmps(values: Columns, { phaseVolts, lineVolts }: Scale) {
  const isThreeWired = isThreeWire(values, lineVolts);
  const most = HIGHEST_UNKNOWN * phaseVolts;
  const voltsOf = (index: 0 | 1 | 2) => {
    const volts = at(values, PHASE[index]);
    return isThreeWired || Number.isNaN(volts) ? most : volts;
  };
  const neutral = at(values, NEUTRAL) * Math.max(voltsOf(0), voltsOf(1), voltsOf(2));
  const phases = triple((index) => voltsOf(index) * at(values, CURRENT[index]));
  return Number.isNaN(neutral) ? { phases } : { phases, neutral };
}

function triple(of: (index: 0 | 1 | 2) => number): Triple {
  return [of(0), of(1), of(2)];
}

function lastingCurrent(column: number): Agreement {
  return {
    reason: 'out of range',
    columns: [column],
    holds(values, scale) {
      const [amps, rated] = [at(values, column), ratedAmps(scale)];
      return rated === undefined || Number.isNaN(amps) ? undefined : amps <= HIGHEST_LASTING * rated;
    },
  };
}

/** P, Q and S of a place carry the same wrong factor. */
function lastingPower({ isTotal, active, reactive, apparent }: Powers): Agreement {
  const columns = [active, reactive, apparent];
  return {
    reason: 'out of range',
    columns,
    holds(values, scale) {
      const rated = ratedVaOf(isTotal ? 'total' : 'phase', scale);
      const powers = columns.map((column) => Math.abs(at(values, column))).filter((power) => !Number.isNaN(power));
      if (rated === undefined || powers.length === 0) return undefined;
      return powers.every((power) => power <= HIGHEST_LASTING * rated);
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
