import type { Log } from '../../lib/log.ts';

/** Milliseconds over which the polls of a line are counted. */
const SPAN = 60_000;
const TOLD_EVERY = 3_600_000;
/** A single slow answer skips a poll now and then; more than this share is a line that cannot keep up. */
const MOST_SKIPPED = 0.1;

export interface Due {
  /** The poll before was not done. */
  readonly isSkipped: boolean;
  /** Milliseconds that one poll of every meter of the line takes. */
  shortestCycle(): number;
}

/** Tells, at most once an hour, that a line is too slow for the intervals of its meters. Times are epoch milliseconds. */
export class SkippedPolls {
  readonly #parts: { readonly line: string; readonly log: Log };
  #since = Number.NEGATIVE_INFINITY;
  #polls = 0;
  #skipped = 0;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(parts: { readonly line: string; readonly log: Log }) {
    this.#parts = parts;
  }

  /** A poll was due. */
  due(now: number, { isSkipped, shortestCycle }: Due): void {
    const passed = now - this.#since;
    // A clock that was set back begins anew, and so does what was not polled for long.
    if (passed < 0 || passed >= SPAN) {
      if (passed >= SPAN && this.#skipped > MOST_SKIPPED * this.#polls) this.#tell(now, shortestCycle());
      this.#since = now;
      this.#polls = 0;
      this.#skipped = 0;
    }
    this.#polls += 1;
    if (isSkipped) this.#skipped += 1;
  }

  #tell(now: number, shortestCycle: number): void {
    const passed = now - this.#toldAt;
    if (passed >= 0 && passed < TOLD_EVERY) return;
    this.#toldAt = now;
    const { line, log } = this.#parts;
    const share = Math.round((100 * this.#skipped) / this.#polls);
    log.warn(
      { line, skippedPercent: share, shortestCycle, hint: 'poll_interval' },
      'Line is too slow for the intervals of its meters: polls are skipped',
    );
  }
}
