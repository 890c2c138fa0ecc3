import { setTimeout as wait } from 'node:timers/promises';
import type { Log } from '../lib/log.ts';
import { StoreUnavailable } from './series-store.ts';

export interface SenderParts {
  /** Makes sure that the database can take data; asked at the start and after each failure. */
  readonly connect: () => Promise<void>;
  /** Sends the next piece; false when nothing waits. */
  readonly sendNext: () => Promise<boolean>;
  readonly log: Log;
  /** Pauses after failures double from the first to the last, in milliseconds. */
  readonly firstRetryMs: number;
  readonly lastRetryMs: number;
}

/**
 * The loop that empties the spool. While the database takes data it sends whenever it is woken; after a failure it
 * waits, whoever wakes it, and tries again for ever. It tells once that the database went away, and once that it is back.
 */
export class Sender {
  readonly #parts: SenderParts;
  readonly #pause = new AbortController();
  #health: 'unknown' | 'good' | 'bad' = 'unknown';
  #failures = 0;
  #stopping = false;
  #woken = false;
  #wakeUp: () => void = () => undefined;
  #loop: Promise<void> | undefined;

  constructor(parts: SenderParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#loop = this.#run();
  }

  wake(): void {
    this.#woken = true;
    this.#wakeUp();
  }

  /** Lets the loop send what waits, once more even if the database was away; it ends at its first failure. */
  async finish(): Promise<void> {
    this.#stopping = true;
    this.#pause.abort();
    this.wake();
    await this.#loop;
  }

  async #run(): Promise<void> {
    for (;;) {
      try {
        if (this.#health !== 'good') await this.#parts.connect();
        this.#woken = false;
        const sent = await this.#parts.sendNext();
        this.#isGood();
        if (sent) continue;
        if (this.#stopping) return;
        await this.#sleep();
      } catch (error) {
        this.#isBad(error);
        if (this.#stopping) return;
        await this.#backOff();
      }
    }
  }

  #isGood(): void {
    if (this.#health === 'bad') this.#parts.log.info('The database takes data again');
    this.#health = 'good';
    this.#failures = 0;
  }

  #isBad(error: unknown): void {
    if (!(error instanceof StoreUnavailable)) {
      // Not the database: a full disk, a damaged spool. The loop must go on, and a person must know.
      this.#parts.log.error({ err: error }, 'The spool cannot be sent');
    } else if (this.#health !== 'bad') {
      this.#parts.log.warn({ reason: error.message }, 'The database takes no data: it is kept in the spool');
    } else {
      this.#parts.log.debug({ reason: error.message, failures: this.#failures }, 'The database still takes no data');
    }
    this.#health = 'bad';
    this.#failures += 1;
  }

  async #backOff(): Promise<void> {
    const { firstRetryMs, lastRetryMs } = this.#parts;
    const pause = Math.min(lastRetryMs, firstRetryMs * 2 ** (this.#failures - 1));
    // Between half and all of it, so that several daemons do not come back in step.
    const jittered = pause * (0.5 + Math.random() / 2);
    await wait(jittered, undefined, { signal: this.#pause.signal }).catch(() => {
      // Stopping: the pause ends early, and nothing is wrong.
    });
  }

  async #sleep(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wakeUp = resolve;
      if (this.#woken) resolve();
    });
  }
}
