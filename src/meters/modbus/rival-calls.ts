import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';

export interface RivalCallsParts {
  readonly listener: string;
  /** Undefined where every caller is the line. */
  readonly registration: string | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/** A modem that lost its network calls again once; so many calls in so short a time are of two that want the line. */
const MOST = 3;
const SPAN = 600_000;
const TOLD_EVERY = 3_600_000;

/** Tells, at most once an hour, that a line is called again and again while a call of it stands. */
export class RivalCalls {
  readonly #parts: RivalCallsParts;
  #times: number[] = [];
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(parts: RivalCallsParts) {
    this.#parts = parts;
  }

  /** A call came while one stood; each with its address. */
  called(standing: string | undefined, rival: string | undefined): void {
    const { clock, listener, log, registration } = this.#parts;
    const now = clock.now();
    log.debug({ listener, registration, standing, rival }, 'a call waits while another stands');
    this.#times = [...this.#times, now].slice(-MOST);
    const [first = now] = this.#times;
    const sinceTold = now - this.#toldAt;
    const isOften = this.#times.length === MOST && now - first < SPAN;
    if (!isOften || (sinceTold >= 0 && sinceTold < TOLD_EVERY)) return;
    this.#toldAt = now;
    const about = { listener, registration, from: [...new Set([standing, rival])] };
    const what = registration === undefined ? 'for one line' : 'with one registration';
    log.warn(about, `modems ${what} call again and again while a call stands: are there two of them?`);
  }
}
