import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';

export interface ReplacedCallsParts {
  readonly listener: string;
  /** Undefined where every caller is the line. */
  readonly registration: string | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/** A modem that lost its network replaces its own call once; so many in so short a time are two that fight for the line. */
const MOST = 3;
const SPAN = 600_000;
const TOLD_EVERY = 3_600_000;

/** Tells, at most once an hour, that the calls of a line replace each other. */
export class ReplacedCalls {
  readonly #parts: ReplacedCallsParts;
  #times: number[] = [];
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(parts: ReplacedCallsParts) {
    this.#parts = parts;
  }

  /** A call that stood was hung up on for a new one. */
  replaced(old: string | undefined, by: string | undefined): void {
    const { clock, listener, log, registration } = this.#parts;
    const now = clock.now();
    this.#times = [...this.#times, now].slice(-MOST);
    const [first = now] = this.#times;
    const sinceTold = now - this.#toldAt;
    const isOften = this.#times.length === MOST && now - first < SPAN;
    if (!isOften || (sinceTold >= 0 && sinceTold < TOLD_EVERY)) return;
    this.#toldAt = now;
    const about = { listener, registration, from: [...new Set([old, by])] };
    const what = registration === undefined ? 'for one line' : 'with one registration';
    log.warn(about, `modems ${what} hang up on each other again and again: are there two of them?`);
  }
}
