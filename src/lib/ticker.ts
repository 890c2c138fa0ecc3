import type { Clock } from './clock.ts';
import type { Log } from './log.ts';

/**
 * Calls `onTick` with the time, once per period, aligned to the clock; never twice at once. A tick that throws is logged
 * and the next one comes all the same.
 */
export class Ticker {
  readonly #period: number;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #onTick: (now: number) => Promise<void>;
  #timer: NodeJS.Timeout | undefined;
  #target = Number.NEGATIVE_INFINITY;
  #running: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(period: number, clock: Clock, log: Log, onTick: (now: number) => Promise<void>) {
    this.#period = period;
    this.#clock = clock;
    this.#log = log;
    this.#onTick = onTick;
  }

  start(): void {
    this.#schedule();
  }

  /** Resolves when a running tick has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  #schedule(): void {
    if (this.#isStopped) return;
    const now = this.#clock.now();
    const next = now - (now % this.#period) + this.#period;
    // A timer may fire a little before its time: that was the tick of the period that is about to begin.
    this.#target = next === this.#target ? next + this.#period : next;
    this.#timer = setTimeout(() => {
      this.#running = this.#tick().finally(() => this.#schedule());
    }, this.#target - now);
  }

  async #tick(): Promise<void> {
    try {
      await this.#onTick(this.#clock.now());
    } catch (error) {
      this.#log.error({ err: error }, 'A tick failed; the next one comes');
    }
  }
}
