import { at, COLUMNS, type Columns, columnOf, emptyColumns } from './columns.ts';
import { stepsIn } from './resolution.ts';
import type { Scale } from './scale.ts';
import { SisterWatch } from './sister-watch.ts';
import { SpotChecks } from './spot-checks.ts';
import { ANALOGUE_COLUMNS, CURRENT_COLUMNS, IS_ANALOGUE, VOLTAGE_COLUMNS } from './still-columns.ts';
import { isInterrupted } from './supply.ts';

const FREQUENCY = columnOf('frequency');

const MINUTE = 60_000;

/** Readings, the first counted in. */
const AT_LEAST_READINGS = 10;

/**
 * With load, in fine steps: nothing real stands so still. More than a minute, because gateways that renew their values
 * once a minute are honest.
 */
const LOADED = 75_000;

/** Without load only the voltages tell, in steps of a tenth of a volt: a quiet night repeats them for a while. */
const UNLOADED = 10 * MINUTE;

/** Whole volts and amperes: a strong grid at night stays within one step for long. */
const COARSE = 60 * MINUTE;

/** Of so many steps a voltage or frequency consists that is shown finely (220.1 V, 50.01 Hz), and any other value. */
const FINE_VOLTAGE = 2_000;
const FINE_LOAD = 500;

/** How many values must stand still together, and how many fine ones without load. */
const VALUES = 4;
const FINE_VALUES_UNLOADED = 3;

/** Finds values that stand still although their meter goes on answering: stale copies under a new time. */
export class FrozenWatch {
  readonly #scale: Scale;
  readonly #ratios: Columns;
  readonly #sisters = new SisterWatch();
  readonly #last = emptyColumns();
  readonly #since = emptyColumns();
  #time = Number.NaN;
  #changedAt = Number.NaN;
  #repeats = 0;
  /** Whether something had changed when it was last looked at. */
  #isMoving = false;
  readonly #spotChecks = new SpotChecks();
  /** How long the values at hand may stand still; undefined until it is asked for. */
  #patience: number | undefined;

  constructor(scale: Scale, ratios: Columns) {
    this.#scale = scale;
    this.#ratios = ratios;
  }

  /** Calls `flag` for each column that is frozen. */
  judge(values: Columns, time: number, flag: (column: number) => void): void {
    if (!this.#spotChecks.isDue(time, this.#isMoving && !this.#sisters.hasStuck)) return;
    this.#sisters.turn(time, this.#since, this.#isFine);
    if (!this.#take(values, time)) return;
    if (this.#isFrozen(time)) this.#flagStill(values, flag);
    else this.#sisters.flagStuck(values, this.#since, flag);
  }

  /** False when the reading has nothing that could stand still. */
  #take(values: Columns, time: number): boolean {
    let [isAnalogue, hasChanged] = [false, false];
    for (let column = 0; column < COLUMNS; column += 1) {
      const value = at(values, column);
      if (Number.isNaN(value)) continue;
      const isMoving = value !== this.#last[column];
      if (isMoving) {
        this.#last[column] = value;
        this.#since[column] = time;
      }
      if (IS_ANALOGUE[column] === 0) continue;
      isAnalogue = true;
      hasChanged ||= isMoving;
      this.#sisters.see(column, value);
    }
    if (isAnalogue) this.#isMoving = hasChanged;
    if (hasChanged) this.#begin(time);
    else if (isAnalogue && time !== this.#time) this.#repeats += 1;
    if (isAnalogue) this.#time = time;
    return isAnalogue;
  }

  #begin(time: number): void {
    this.#changedAt = time;
    this.#repeats = 0;
    this.#patience = undefined;
  }

  #isFrozen(time: number): boolean {
    if (this.#repeats + 1 < AT_LEAST_READINGS || time - this.#changedAt < LOADED) return false;
    this.#patience ??= this.#patienceNow();
    return time - this.#changedAt >= this.#patience;
  }

  #patienceNow(): number {
    const measured = ANALOGUE_COLUMNS.filter(
      (column) => at(this.#last, column) !== 0 && !Number.isNaN(this.#last[column]),
    );
    // Zeros that stay are the truth in an interruption.
    if (measured.length < VALUES || isInterrupted(this.#last, this.#scale)) return Number.POSITIVE_INFINITY;
    const fine = measured.filter(this.#isFine).length;
    if (fine >= VALUES && CURRENT_COLUMNS.some(this.#isFine)) return LOADED;
    return fine >= FINE_VALUES_UNLOADED ? UNLOADED : COARSE;
  }

  readonly #isFine = (column: number): boolean => {
    const isLoad = !VOLTAGE_COLUMNS.includes(column) && column !== FREQUENCY;
    return stepsIn(at(this.#last, column), at(this.#ratios, column)) >= (isLoad ? FINE_LOAD : FINE_VOLTAGE);
  };

  /** What has changed since, such as an energy counter, is alive. */
  #flagStill(values: Columns, flag: (column: number) => void): void {
    for (let column = 0; column < COLUMNS; column += 1) {
      if (!Number.isNaN(at(values, column)) && at(this.#since, column) <= this.#changedAt) flag(column);
    }
  }
}
