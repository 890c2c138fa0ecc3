import { CURRENTS, PHASE_VOLTAGES } from '../domain/quantity.ts';
import type { Agreement } from './agreement.ts';
import { at, type Columns, columnOf, columnsOf } from './columns.ts';
import { PLACES, type Powers } from './powers.ts';
import type { Scale } from './scale.ts';
import { arePhasesUnreal } from './supply.ts';
import type { Triple } from './wiring-sample.ts';

const PHASE = columnsOf(PHASE_VOLTAGES);
const CURRENT = columnsOf(CURRENTS);
const NEUTRAL = columnOf('current_n');
const APPARENT = columnsOf(['apparent_power_l1', 'apparent_power_l2', 'apparent_power_l3']);
const ACTIVE = columnsOf(['active_power_l1', 'active_power_l2', 'active_power_l3']);
const ACTIVE_TOTAL = columnOf('active_power_total');
const TOTALS = [ACTIVE_TOTAL, columnOf('reactive_power_total'), columnOf('apparent_power_total')];

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

const SUM_SHARE = 0.05;
const SUM_FLOOR = 0.01;

const SUMMED = [...ACTIVE, ACTIVE_TOTAL];

export const POWER_AGREEMENTS: readonly Agreement[] = [
  ...PLACES.map(powerTriangle),
  ...TOTALS.map(totalOfPhases),
  { reason: 'sum of phases disagrees', holds: sumHolds, doubted: () => SUMMED },
  ...PLACES.map(powerFactor),
];

function powerTriangle(powers: Powers): Agreement {
  const columns = [powers.active, powers.reactive, powers.apparent];
  return {
    reason: 'powers disagree',
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
    doubted: () => columns,
  };
}

/** Neither P nor Q nor S of all phases can pass what the phases' S, and voltages and currents, can make of it. */
function totalOfPhases(column: number): Agreement {
  const columns = [column];
  return {
    reason: 'powers disagree',
    holds(values, scale) {
      const total = Math.abs(at(values, column));
      if (Number.isNaN(total) || total < ENOUGH_LOAD * scale.ratedVa) return undefined;
      const isUnreal = arePhasesUnreal(values, scale);
      const byPhases = isUnreal ? 0 : largestTotal(phaseVoltAmps(values));
      const bounds = [byPhases, largestTotal(voltsTimesAmps(values, scale, isUnreal))];
      const known = bounds.filter((bound) => bound > 0);
      return known.length === 0 ? undefined : known.every((bound) => total <= MOST_OF_PHASES * bound);
    },
    doubted: () => columns,
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
function voltsTimesAmps(values: Columns, { phaseVolts }: Scale, arePhasesUnknown: boolean) {
  const most = HIGHEST_UNKNOWN * phaseVolts;
  const voltsOf = (index: 0 | 1 | 2) => {
    const volts = at(values, PHASE[index]);
    return arePhasesUnknown || Number.isNaN(volts) ? most : volts;
  };
  const neutral = Math.abs(at(values, NEUTRAL)) * Math.max(voltsOf(0), voltsOf(1), voltsOf(2));
  const phases = triple((index) => voltsOf(index) * Math.abs(at(values, CURRENT[index])));
  return Number.isNaN(neutral) ? { phases } : { phases, neutral };
}

function triple(of: (index: 0 | 1 | 2) => number): Triple {
  return [of(0), of(1), of(2)];
}

function powerFactor(powers: Powers): Agreement {
  const columns = [powers.factor];
  return {
    reason: 'powers disagree',
    holds(values, scale) {
      const [factor, s] = [Math.abs(at(values, powers.factor)), Math.abs(at(values, powers.apparent))];
      const expected = Math.abs(at(values, powers.active)) / s;
      if (Number.isNaN(factor + expected) || s < enoughVa(powers, scale)) return undefined;
      return factor >= expected - FACTOR_BELOW && factor <= expected + FACTOR_ABOVE;
    },
    doubted: () => columns,
  };
}

function enoughVa({ isTotal }: Powers, { ratedVa }: Scale): number {
  return ENOUGH_LOAD * (isTotal ? ratedVa : ratedVa / 3);
}

function sumHolds(values: Columns, scale: Scale): boolean | undefined {
  const [l1, l2, l3] = [at(values, ACTIVE[0]), at(values, ACTIVE[1]), at(values, ACTIVE[2])];
  const total = at(values, ACTIVE_TOTAL);
  const size = Math.abs(l1) + Math.abs(l2) + Math.abs(l3);
  // Three-wire meters give 0 for the phases, which they do not have, or what they make of voltages that are none.
  if (Number.isNaN(size + total) || size === 0 || arePhasesUnreal(values, scale)) return undefined;
  return Math.abs(l1 + l2 + l3 - total) <= SUM_SHARE * Math.max(size, Math.abs(total)) + SUM_FLOOR * scale.ratedVa;
}
