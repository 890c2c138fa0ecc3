/** Milliseconds over which messages are counted for one look at their pace. */
const LOOK = 10_000;
/** What the last look says of the pace; the rest is what was known. */
const WEIGHT = 0.3;

/** How fast messages come while they are of now. Times are milliseconds of a clock that is never set. */
export class UsualPace {
  #since = 0;
  #count = 0;
  #rate: number | undefined;

  /** Messages per millisecond; undefined until it was looked at for 10 s. */
  get rate(): number | undefined {
    return this.#rate;
  }

  /** What comes from now on is of now. */
  begin(now: number): void {
    this.#since = now;
    this.#count = 0;
  }

  heard(now: number): void {
    const past = now - this.#since;
    if (past >= LOOK) {
      const rate = this.#count / past;
      this.#rate = this.#rate === undefined ? rate : this.#rate + WEIGHT * (rate - this.#rate);
      this.begin(now);
    }
    this.#count += 1;
  }
}
