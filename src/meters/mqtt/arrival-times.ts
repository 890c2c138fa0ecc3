/** Milliseconds that the stamps of a meter may run ahead of the clock: no meter says so much in no time. */
const LONGEST_BURST = 1_000;
/** Milliseconds: more than time synchronisation moves a clock that is right. */
export const CLOCK_SET_BACK = 5_000;

/** What a meter's readings were stamped with. */
interface Stamps {
  arrivedAt: number;
  /** The latest of those that are of now. */
  latest: number;
  /** The first and the latest of those that had waited. */
  firstWaited: number;
  lastWaited: number;
}

export interface Stamp {
  readonly time: number;
  /** The reading is of an unknown time before. */
  readonly hasWaited: boolean;
}

/**
 * Times for readings that have none of their own: that of arrival, but never the same millisecond twice for one meter,
 * which has one reading for an instant. What comes faster than any meter speaks was held up somewhere and has waited, too.
 * What has waited gets odd milliseconds only, so that however much of it runs ahead of the clock, what is of now finds room
 * in between.
 */
export class ArrivalTimes {
  readonly #stamps = new Map<string, Stamps>();

  /** `hasWaited`: it is known that the reading is not of now. */
  unused(meter: string, arrivedAt: number, hasWaited = false): Stamp {
    const stamps = this.#stampsOf(meter, arrivedAt);
    const next = Math.max(arrivedAt, stamps.latest + 1);
    if (hasWaited || next - arrivedAt >= LONGEST_BURST)
      return { time: afterWaiting(stamps, arrivedAt), hasWaited: true };
    const isTaken = isOdd(next) && next >= stamps.firstWaited && next <= stamps.lastWaited;
    stamps.latest = isTaken ? next + 1 : next;
    return { time: stamps.latest, hasWaited: false };
  }

  /** A clock that was set back is followed: an hour that comes twice has its times twice. */
  #stampsOf(meter: string, arrivedAt: number): Stamps {
    const known = this.#stamps.get(meter);
    if (known && known.arrivedAt - arrivedAt < CLOCK_SET_BACK) {
      known.arrivedAt = arrivedAt;
      return known;
    }
    const none = Number.NEGATIVE_INFINITY;
    const stamps = { arrivedAt, latest: none, firstWaited: Number.POSITIVE_INFINITY, lastWaited: none };
    this.#stamps.set(meter, stamps);
    return stamps;
  }
}

function afterWaiting(stamps: Stamps, arrivedAt: number): number {
  const earliest = Math.max(arrivedAt, stamps.latest + 1, stamps.lastWaited + 2);
  stamps.lastWaited = isOdd(earliest) ? earliest : earliest + 1;
  stamps.firstWaited = Math.min(stamps.firstWaited, stamps.lastWaited);
  return stamps.lastWaited;
}

function isOdd(time: number): boolean {
  return time % 2 !== 0;
}
