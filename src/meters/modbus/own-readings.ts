/** A time in which a meter gave no reading: after `from`, and before `to`. Epoch milliseconds. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

const SHORTEST_GAP = 10_000;
const POLLS_IN_A_GAP = 3;
/** A line that comes and goes for days; what lies between joins. */
const MOST_GAPS = 100;

/** When a meter gave readings of its own, so that its records fill only what is between them. */
export class OwnReadings {
  readonly #longestStep: number;
  #gaps: Gap[] = [];
  #first: number | undefined;
  #latest: number | undefined;

  constructor(pollInterval: number) {
    this.#longestStep = Math.max(SHORTEST_GAP, POLLS_IN_A_GAP * pollInterval);
  }

  /** In an earlier life of the daemon readings came until then, with these gaps. */
  resume(until: number, gaps: readonly Gap[]): void {
    this.#gaps.unshift(...gaps);
    if (this.#first !== undefined) this.#step(until, this.#first);
  }

  get latest(): number | undefined {
    return this.#latest;
  }

  get gaps(): readonly Gap[] {
    return this.#gaps;
  }

  get hasGaps(): boolean {
    return this.#gaps.length > 0;
  }

  /** A reading came. */
  came(time: number): void {
    if (this.#latest !== undefined) this.#step(this.#latest, time);
    this.#first ??= time;
    this.#latest = time;
  }

  isMissing(time: number): boolean {
    return this.#gaps.some(({ from, to }) => from < time && time < to);
  }

  /** Nothing more will fill what ended before this time. */
  forget(before: number): void {
    this.#gaps = this.#gaps.filter(({ to }) => to >= before);
  }

  #step(from: number, to: number): void {
    if (to - from <= this.#longestStep) return;
    this.#gaps.push({ from, to });
    if (this.#gaps.length <= MOST_GAPS) return;
    const [first, second, ...others] = this.#gaps;
    if (first && second) this.#gaps = [{ from: first.from, to: second.to }, ...others];
  }
}
