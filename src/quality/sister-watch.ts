import { at, COLUMNS, type Columns, emptyColumns } from './columns.ts';
import { ANALOGUE_COLUMNS, SISTERS } from './still-columns.ts';

/** Milliseconds: movement is looked at in spans of the clock, each for itself. */
const SPAN = 10 * 60_000;

/** Readings in a span, to speak of movement. */
const AT_LEAST_READINGS = 10;

/** Finds the one phase that stands still for a whole span while the two others move. */
export class SisterWatch {
  readonly #lowest = emptyColumns();
  readonly #highest = emptyColumns();
  readonly #seen = new Uint32Array(COLUMNS);
  /** Since when a column that was found has shown the value that it shows; NaN for those that were not. */
  readonly #stuckSince = emptyColumns();
  #span = Number.NaN;
  #hasStuck = false;

  /** Whether there is one that was found and may not have changed since. */
  get hasStuck(): boolean {
    return this.#hasStuck;
  }

  /** Time has come to `time`: judges the span that has ended, by since when each column has its value. */
  turn(time: number, since: Columns, isFine: (column: number) => boolean): void {
    const span = Math.floor(time / SPAN);
    if (span === this.#span) return;
    if (span === this.#span + 1) this.#findStuck(since, isFine);
    this.#span = span;
    for (const column of ANALOGUE_COLUMNS) {
      this.#lowest[column] = Number.POSITIVE_INFINITY;
      this.#highest[column] = Number.NEGATIVE_INFINITY;
      this.#seen[column] = 0;
    }
  }

  see(column: number, value: number): void {
    if (value < at(this.#lowest, column)) this.#lowest[column] = value;
    if (value > at(this.#highest, column)) this.#highest[column] = value;
    this.#seen[column] = (this.#seen[column] ?? 0) + 1;
  }

  /** Calls `flag` for each column that was found and has not changed since. */
  flagStuck(values: Columns, since: Columns, flag: (column: number) => void): void {
    if (!this.#hasStuck) return;
    this.#hasStuck = false;
    for (const column of ANALOGUE_COLUMNS) {
      const stuckSince = at(this.#stuckSince, column);
      if (Number.isNaN(stuckSince)) continue;
      if (at(since, column) === stuckSince) {
        this.#hasStuck = true;
        if (!Number.isNaN(at(values, column))) flag(column);
      } else this.#stuckSince[column] = Number.NaN;
    }
  }

  /** A phase without voltage or load shows 0 for as long as it likes; coarse steps hide small movement. */
  #findStuck(since: Columns, isFine: (column: number) => boolean): void {
    for (const { columns, moved } of SISTERS) {
      for (const column of columns) {
        const wasStill = at(since, column) <= this.#span * SPAN && this.#isSeen(column);
        if (!wasStill || !isFine(column)) continue;
        const others = columns.filter((other) => other !== column);
        if (!others.every((other) => this.#isSeen(other) && this.#movement(other) > moved)) continue;
        this.#stuckSince[column] = at(since, column);
        this.#hasStuck = true;
      }
    }
  }

  #isSeen(column: number): boolean {
    return (this.#seen[column] ?? 0) >= AT_LEAST_READINGS;
  }

  /** Width of what a column showed, as a share of its size. */
  #movement(column: number): number {
    const [lowest, highest] = [at(this.#lowest, column), at(this.#highest, column)];
    return (highest - lowest) / Math.max(Math.abs(lowest), Math.abs(highest));
  }
}
