/**
 * While all is well one reading in seven is looked at, and each that comes ten seconds or more after the last look: what
 * must last a minute is found in time. Seven, so that meters that publish in several messages have each looked at in turn.
 */
const ONE_IN = 7;
const AFTER = 10_000;

/** Which readings of a meter are looked at closely. */
export class SpotChecks {
  #lookedAt = Number.NEGATIVE_INFINITY;
  #passed = 0;

  /** Whether the reading of `time` is to be looked at; all are while something is not well. */
  isDue(time: number, isAllWell: boolean): boolean {
    if (isAllWell && this.#passed < ONE_IN - 1 && time - this.#lookedAt < AFTER) {
      this.#passed += 1;
      return false;
    }
    this.#lookedAt = time;
    this.#passed = 0;
    return true;
  }
}
