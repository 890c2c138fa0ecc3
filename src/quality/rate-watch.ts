import { at, type Columns, columnOf, emptyColumns } from './columns.ts';
import type { Scale } from './scale.ts';

const FREQUENCY = columnOf('frequency');
const COUNTERS = [
  columnOf('energy_active_import'),
  columnOf('energy_active_export'),
  columnOf('energy_reactive_import'),
  columnOf('energy_reactive_export'),
];

/** Hz, and milliseconds between the readings: no large system moves so far so soon. */
const FREQUENCY_STEP = 2;
const FREQUENCY_GAP = 10_000;

/** How many readings in a row must tell of a new level before it is believed: a diesel set does, a new meter does. */
const FREQUENCY_READINGS = 2;
const COUNTER_READINGS = 3;

const HOUR = 3_600_000;

/** Over rated power, so that neither overload nor a mean over a gap can reach it. */
const FASTEST_COUNTING = 20;

/** Hours at rated power: counters of whole kWh behind transformers go forward in steps of an hour's energy and more. */
const COARSE_STEP = 10;

/** A counter that starts again, by reset or rollover, shows less than this share of what it had. */
const NEW_START = 0.01;

/** A float32 has seven figures: less than this is no fall. */
const ROUNDING = 1e-6;

/**
 * Steps that physics forbids: in frequency and in energy counters. Voltages, currents and powers may step to anything
 * at any time. A value is flagged only while it stands alone: a new level that stays is a fact.
 */
export class RateWatch {
  readonly #capacityVa: number;
  readonly #believed = emptyColumns();
  readonly #believedAt = emptyColumns();
  readonly #doubted = emptyColumns();
  readonly #doubtedAt = emptyColumns();
  readonly #inARow = emptyColumns().fill(0);

  constructor({ capacityVa }: Scale) {
    this.#capacityVa = capacityVa ?? Number.POSITIVE_INFINITY;
  }

  /** Calls `flag` for each column that changed too fast. Values that are out of their range must be NaN. */
  judge(values: Columns, time: number, flag: (column: number) => void): void {
    const hertz = at(values, FREQUENCY);
    if (!Number.isNaN(hertz) && !this.#isBelieved(FREQUENCY, hertz, time, FREQUENCY_READINGS)) flag(FREQUENCY);
    for (const column of COUNTERS) {
      const energy = at(values, column);
      if (!Number.isNaN(energy) && !this.#isBelieved(column, energy, time, COUNTER_READINGS)) flag(column);
    }
  }

  #isBelieved(column: number, value: number, time: number, readings: number): boolean {
    const before = at(this.#believed, column);
    const isPossible =
      Number.isNaN(before) || this.#canFollow(column, before, at(this.#believedAt, column), value, time);
    if (!isPossible && this.#countDoubt(column, value, time) < readings) return false;
    this.#believed[column] = value;
    this.#believedAt[column] = time;
    this.#inARow[column] = 0;
    return true;
  }

  #countDoubt(column: number, value: number, time: number): number {
    const inARow = at(this.#inARow, column);
    if (inARow > 0 && at(this.#doubtedAt, column) === time) return inARow;
    const goesOn =
      inARow > 0 && this.#canFollow(column, at(this.#doubted, column), at(this.#doubtedAt, column), value, time);
    this.#doubted[column] = value;
    this.#doubtedAt[column] = time;
    this.#inARow[column] = goesOn ? inARow + 1 : 1;
    return goesOn ? inARow + 1 : 1;
  }

  #canFollow(column: number, before: number, beforeAt: number, value: number, time: number): boolean {
    const elapsed = time - beforeAt;
    if (column === FREQUENCY) return elapsed > FREQUENCY_GAP || Math.abs(value - before) <= FREQUENCY_STEP;
    if (value < before * (1 - ROUNDING)) return value <= before * NEW_START;
    return value - before <= this.#capacityVa * ((FASTEST_COUNTING * elapsed) / HOUR + COARSE_STEP);
  }
}
