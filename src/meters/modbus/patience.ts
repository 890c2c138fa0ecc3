/**
 * When something that failed may be asked again: at once up to `limit` failures in a row, then only once in each `rest`
 * (milliseconds).
 */
export class Patience {
  readonly #limit: number;
  readonly #rest: number;
  #failures = 0;
  #restingSince = Number.NEGATIVE_INFINITY;

  constructor(limit: number, rest: number) {
    this.#limit = limit;
    this.#rest = rest;
  }

  isResting(now: number): boolean {
    const rested = now - this.#restingSince;
    // A clock that was set back must not make a long rest of a short one.
    return rested >= 0 && rested < this.#rest;
  }

  /** It has failed too often in a row: after its rest it is tried once, not asked as usual. */
  get isSpent(): boolean {
    return this.#failures >= this.#limit;
  }

  /** The latest try failed. */
  get hasFailed(): boolean {
    return this.#failures > 0;
  }

  failed(now: number): void {
    this.#failures += 1;
    if (this.isSpent) this.restFrom(now);
  }

  restFrom(now: number): void {
    this.#restingSince = now;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#restingSince = Number.NEGATIVE_INFINITY;
  }
}
