import type { SuspectReason } from '../domain/reading.ts';
import { AGREEMENTS } from './agreements.ts';
import type { Columns } from './columns.ts';
import type { Scale } from './scale.ts';
import { SpotChecks } from './spot-checks.ts';

/**
 * The values of one reading are read one after another, some 10 to 100 ms apart, and meters average some of them over
 * up to a minute: a step of load or voltage makes honest values disagree. Only what goes on disagreeing is doubted, so
 * neither a dip nor the beginning of an interruption ever is.
 */
const READINGS_IN_A_ROW = 3;
const FOR_AT_LEAST = 60_000;

interface Broken {
  readonly reason: SuspectReason;
  readonly doubted: readonly number[];
}

/** Which agreements a meter has been breaking, and since when. */
export class AgreementWatch {
  readonly #scale: Scale;
  readonly #inARow = new Uint32Array(AGREEMENTS.length);
  readonly #since = new Float64Array(AGREEMENTS.length);
  readonly #latest = new Float64Array(AGREEMENTS.length);
  #areAllKept = false;
  readonly #spotChecks = new SpotChecks();

  constructor(scale: Scale) {
    this.#scale = scale;
  }

  /** Calls `flag` for each column of an agreement that has been broken for long enough. Doubted values must be NaN. */
  judge(values: Columns, time: number, flag: (column: number, reason: SuspectReason) => void): void {
    if (!this.#spotChecks.isDue(time, this.#areAllKept)) return;
    let broken: Broken[] | undefined;
    for (let index = 0; index < AGREEMENTS.length; index += 1) {
      const agreement = AGREEMENTS[index];
      const holds = agreement?.holds(values, this.#scale);
      if (!agreement || holds === undefined) continue;
      if (holds) this.#inARow[index] = 0;
      else if (this.#isLasting(index, time)) {
        broken ??= [];
        broken.push({ reason: agreement.reason, doubted: agreement.doubted(values, this.#scale) });
      }
    }
    // Only now, because a column that is flagged is gone for the agreements after it.
    for (const { doubted, reason } of broken ?? []) for (const column of doubted) flag(column, reason);
    this.#areAllKept = this.#inARow.every((count) => count === 0);
  }

  #isLasting(index: number, time: number): boolean {
    const before = this.#inARow[index] ?? 0;
    const inARow = before > 0 && this.#latest[index] === time ? before : before + 1;
    this.#inARow[index] = inARow;
    this.#latest[index] = time;
    if (before === 0) this.#since[index] = time;
    return inARow >= READINGS_IN_A_ROW && time - (this.#since[index] ?? time) >= FOR_AT_LEAST;
  }
}
