import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import { MeterError, ModbusException, NoAnswer, Unreachable } from './errors.ts';
import { Patience } from './patience.ts';

export interface AttemptParts {
  readonly meter: string;
  readonly model: string;
  /** What is asked for, as the log calls it: 'clock', 'events'. */
  readonly what: string;
  /** Milliseconds between two tries of what the meter does not give. */
  readonly probeInterval: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** Asks for what is beside a meter's readings: a meter that does not give it is told once, and asked rarely from then on. */
export class Attempt {
  readonly #parts: AttemptParts;
  readonly #patience: Patience;
  #isTold = false;

  constructor(parts: AttemptParts) {
    this.#parts = parts;
    this.#patience = new Patience(3, parts.probeInterval);
  }

  /** What the work gives; undefined when it is not tried now or the meter did not give it. Faults of ours are thrown on. */
  async of<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (this.#patience.isResting(this.#parts.clock.now())) return undefined;
    try {
      const result = await work();
      this.#patience.succeeded();
      this.#isTold = false;
      return result;
    } catch (error) {
      if (!(error instanceof MeterError)) throw error;
      const isAsked = !(error instanceof Unreachable || (error instanceof NoAnswer && error.isHeldBack));
      if (isAsked) this.#failed(error);
      return undefined;
    }
  }

  #failed(error: MeterError): void {
    const { clock, log, meter, model, what } = this.#parts;
    const now = clock.now();
    const isRefusal = error instanceof ModbusException && error.isFunctionOrAddressRefused;
    if (isRefusal) this.#patience.restFrom(now);
    else this.#patience.failed(now);
    if (this.#isTold || !this.#patience.isResting(now)) return;
    this.#isTold = true;
    const message = isRefusal
      ? 'Meter does not give what its model says it has'
      : 'What a meter has beside its readings could not be read';
    log.warn({ meter, model, what, reason: messageOf(error) }, message);
  }
}
