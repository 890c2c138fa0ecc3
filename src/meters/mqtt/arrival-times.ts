/** Milliseconds by which the stamps of a burst may run ahead of the clock. */
const LONGEST_BURST = 1_000;

/**
 * Times for readings that have none of their own: that of arrival, but never the same millisecond twice for one meter.
 * Such messages come in bursts, and a meter has one reading for an instant.
 */
export class ArrivalTimes {
  readonly #latest = new Map<string, number>();

  unused(meter: string, arrivedAt: number): number {
    const latest = this.#latest.get(meter);
    // A clock that was set back is followed.
    const isBurst = latest !== undefined && latest >= arrivedAt && latest - arrivedAt < LONGEST_BURST;
    const time = isBurst ? latest + 1 : arrivedAt;
    this.#latest.set(meter, time);
    return time;
  }
}
