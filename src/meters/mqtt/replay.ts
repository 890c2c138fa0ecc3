/** Milliseconds with nothing to do, upon which the broker has no more of it: at least, and in times of its last answer. */
const SHORTEST_QUIET = 500;
const ANSWERS_OF_QUIET = 4;
/** Milliseconds for which messages are counted together, at least, and so many counts in a row that tell a pace. */
const SHORTEST_COUNT = 1_000;
const COUNTS = 3;
/** What is no faster than the usual pace times this is of now, and what is faster than it times that is not. */
const NEAR_USUAL = 1.5;
const FAR_FROM_USUAL = 4;
/** In between, or when nothing is usual: counts so far below the fastest one, and so near to each other, are of now. */
const DROP = 4;
const STEADY = 2;
/** Milliseconds. Whatever comes then is taken for news: nobody is blinded for long. */
export const LONGEST_REPLAY = 60_000;

/** A message that came. */
export interface Arrival {
  /** The broker counts it, and sends only so many before it waits (QoS 1 and 2). */
  readonly isCounted: boolean;
  /** Messages in hand, with this one. */
  readonly inHand: number;
}

/**
 * What a broker sends after a connection to a session that it kept, until that is known to be of now. A replay goes as fast
 * as it is taken, so the time for which the broker may have waited for us is no time in it: from a message that makes as
 * many in hand as there ever were until one of them is acknowledged. Times are milliseconds of a clock that is never set.
 */
export class Replay {
  readonly #since: number;
  readonly #quiet: number;
  readonly #usual: number | undefined;
  readonly #counts: number[] = [];
  #idleSince: number | undefined;
  #mostInHand = 1;
  #heldSince: number | undefined;
  #heldFor = 0;

  /** `answer`: how long the broker took to consent. `usual`: messages per millisecond, as far as they are known. */
  constructor(since: number, answer: number, usual: number | undefined) {
    this.#since = since;
    this.#quiet = Math.max(SHORTEST_QUIET, ANSWERS_OF_QUIET * answer);
    this.#usual = usual;
    this.#idleSince = since;
  }

  /** What comes next may have waited for that. */
  acknowledged(inHand: number, now: number): void {
    if (inHand === 0) this.#idleSince = now;
    if (this.#heldSince === undefined || inHand >= this.#mostInHand) return;
    this.#heldFor += now - this.#heldSince;
    this.#heldSince = undefined;
  }

  /** Why what arrives is of now; undefined when it may have waited. Call it once for each message. */
  endsWith({ isCounted, inHand }: Arrival, now: number): 'quiet' | 'pace' | 'overdue' | undefined {
    const isQuiet = this.#idleSince !== undefined && now - this.#idleSince >= this.#quiet;
    this.#idleSince = undefined;
    const past = (this.#heldSince ?? now) - this.#since - this.#heldFor;
    const isPaceOfNow = this.#count(past) && this.#isPaceOfNow();
    // If it was thought to wait already, it did not until now.
    if (isCounted && inHand >= this.#mostInHand) {
      this.#mostInHand = inHand;
      this.#heldSince = now;
    }
    if (isQuiet) return 'quiet';
    if (isPaceOfNow) return 'pace';
    return past >= LONGEST_REPLAY ? 'overdue' : undefined;
  }

  /** A count lasts longer than many round trips, or what a slow line carries at once would look like a pace. */
  get #span(): number {
    return Math.max(SHORTEST_COUNT, this.#quiet);
  }

  /** Whether it is the first message of a count. */
  #count(past: number): boolean {
    const index = Math.floor(past / this.#span);
    const isFirst = index >= this.#counts.length;
    while (this.#counts.length <= index) this.#counts.push(0);
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    return isFirst;
  }

  #isPaceOfNow(): boolean {
    const whole = this.#counts.slice(0, -1);
    if (whole.length < COUNTS) return false;
    const last = whole.slice(-COUNTS);
    const sum = last.reduce((all, each) => all + each);
    const ofUsual = this.#usual === undefined ? undefined : sum / (this.#usual * this.#span * COUNTS);
    if (ofUsual !== undefined && ofUsual <= NEAR_USUAL) return true;
    if (ofUsual !== undefined && ofUsual > FAR_FROM_USUAL) return false;
    const highest = Math.max(...last);
    return Math.max(...whole) >= DROP * highest && highest <= STEADY * Math.min(...last);
  }
}
