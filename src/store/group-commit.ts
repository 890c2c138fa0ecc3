import { setImmediate } from 'node:timers/promises';
import type { Reading } from '../domain/reading.ts';
import { asError } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import type { SeriesStore } from './series-store.ts';

/** Readings that may wait in memory for a disk that refuses them: some 45 minutes of 70 meters at 1 s. */
const MOST_WAITING = 200_000;
/** Lost at once when there are more, so that it is told now and then and not for each. */
const LOST_AT_ONCE = 10_000;
/** Readings of one transaction: after a refusal thousands may wait, and the loop must not stand still for them. */
const SLICE = 2_000;

/** Milliseconds without a reading: a broker hands out some twenty messages at once and waits for their acknowledgement. */
const QUIET = 2;
/** Milliseconds that a reading waits at most. */
const SOON = 20;
/** Fewer are not worth a write so early: a trickle would cost a write for each. */
const WORTHWHILE = 10;

/**
 * Many readings, one commit. `add` resolves when the reading is durable. Readings that a refused commit leaves behind are
 * written again with the next one.
 */
export class GroupCommit {
  readonly #store: Pick<SeriesStore, 'writeReadings'>;
  readonly #log: Log;
  #waiting: Reading[] = [];
  #next: Deferred | undefined;
  #writing: Promise<void> | undefined;
  #soon: NodeJS.Timeout | undefined;
  #firstSoon = 0;
  #latestSoon = 0;
  #failing = false;

  constructor(store: Pick<SeriesStore, 'writeReadings'>, log: Log) {
    this.#store = store;
    this.#log = log;
  }

  add(reading: Reading): Promise<void> {
    if (this.#waiting.length >= MOST_WAITING) {
      const lost = this.#waiting.splice(0, LOST_AT_ONCE).length;
      this.#log.error(
        { lost, waiting: this.#waiting.length },
        'The store refuses readings for too long: the oldest are lost',
      );
    }
    this.#waiting.push(reading);
    this.#next ??= deferred();
    return this.#next.promise;
  }

  /** Writes all that waits when no more comes, in a few milliseconds; in any case in a moment. */
  flushSoon(): void {
    this.#latestSoon = performance.now();
    const isWorthwhile = this.#waiting.length === WORTHWHILE;
    if (this.#soon && !isWorthwhile) return;
    if (!this.#soon) this.#firstSoon = this.#latestSoon;
    clearTimeout(this.#soon);
    this.#soon = setTimeout(this.#flushWhenQuiet, QUIET);
  }

  /** Writes all that waits; never rejects. Calls that overlap share one write after the other. */
  async flush(): Promise<void> {
    clearTimeout(this.#soon);
    this.#soon = undefined;
    while (this.#writing !== undefined) await this.#writing;
    if (this.#waiting.length === 0) return;
    this.#writing = this.#write();
    await this.#writing;
  }

  readonly #flushWhenQuiet = (): void => {
    const latest = this.#firstSoon + SOON;
    const due = this.#waiting.length >= WORTHWHILE ? Math.min(this.#latestSoon + QUIET, latest) : latest;
    const left = due - performance.now();
    if (left > 0) this.#soon = setTimeout(this.#flushWhenQuiet, Math.ceil(left));
    else void this.flush();
  };

  async #write(): Promise<void> {
    const batch = this.#waiting;
    const done = this.#next;
    this.#waiting = [];
    this.#next = undefined;
    let written = 0;
    try {
      for (; written < batch.length; written += SLICE) {
        if (written > 0) await setImmediate();
        await this.#store.writeReadings(batch.slice(written, written + SLICE));
      }
      done?.resolve();
      if (this.#failing) this.#log.info({ readings: batch.length }, 'The store takes readings again');
      this.#failing = false;
    } catch (error) {
      this.#waiting = [...batch.slice(written), ...this.#waiting];
      done?.reject(asError(error));
      if (!this.#failing) {
        this.#log.error(
          { err: error, readings: this.#waiting.length },
          'The store refuses readings: they wait in memory',
        );
      }
      this.#failing = true;
    } finally {
      this.#writing = undefined;
    }
  }
}

interface Deferred {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

function deferred(): Deferred {
  let resolve: () => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<void>((onDone, onError) => {
    resolve = onDone;
    reject = onError;
  });
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
