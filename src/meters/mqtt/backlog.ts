import type { Reading } from '../../domain/reading.ts';
import type { Log } from '../../lib/log.ts';
import { ArrivalTimes } from './arrival-times.ts';
import { type Arrival, LONGEST_REPLAY, Replay } from './replay.ts';
import { UsualPace } from './usual-pace.ts';

/** A connection that the broker consented to. */
export interface Consent {
  /** The broker may have collected messages. */
  readonly isSessionKept: boolean;
  /** Milliseconds from the attempt to the consent: no round trip takes longer. */
  readonly answer: number;
}

/**
 * Tells what waited at the broker from what is said now, for messages that have no time of their own. A broker that kept
 * the session begins with what it kept, in order and as fast as it is taken, and does not say where that ends. It has
 * ended when there is a quiet moment, when messages come no faster than they did before the connection or clearly slower
 * than they began to, and after a minute at the latest. What is marked as sent before has waited, too.
 */
export class Backlog {
  readonly #broker: string;
  readonly #log: Log;
  readonly #times = new ArrivalTimes();
  readonly #pace = new UsualPace();
  #replay: Replay | undefined;
  #isTold = false;

  constructor(broker: string, log: Log) {
    this.#broker = broker;
    this.#log = log;
  }

  connected({ isSessionKept, answer }: Consent, now: number): void {
    this.#replay = isSessionKept ? new Replay(now, answer, this.#pace.rate) : undefined;
    this.#pace.begin(now);
    this.#isTold = false;
  }

  /** Messages were acknowledged; so many are in hand still. */
  acknowledged(inHand: number, now: number): void {
    this.#replay?.acknowledged(inHand, now);
  }

  /** Whether the message that arrives has waited. Call it once for each. */
  hasWaited(arrival: Arrival & { readonly isRepeated: boolean }, now: number): boolean {
    const end = this.#replay?.endsWith(arrival, now);
    if (end !== undefined) {
      this.#replay = undefined;
      this.#pace.begin(now);
    }
    if (end === 'overdue') this.#tellOverdue();
    if (!this.#replay) this.#pace.heard(now);
    return arrival.isRepeated || this.#replay !== undefined;
  }

  /** The reading at an instant that no other of its meter has. Of what has waited nobody knows the age. */
  stamped(reading: Reading, hasWaited: boolean): Reading {
    const stamp = this.#times.unused(reading.meter, reading.arrivedAt, hasWaited);
    if (!stamp.hasWaited) return { ...reading, time: stamp.time };
    this.#tell(reading.meter);
    return { ...reading, time: stamp.time, timeFault: 'age unknown' };
  }

  #tell(meter: string): void {
    if (this.#isTold) return;
    this.#isTold = true;
    this.#log.info(
      { broker: this.#broker, meter },
      'Messages without a time that can be true had waited, of this meter and perhaps others: they are kept, not judged',
    );
  }

  #tellOverdue(): void {
    this.#log.info(
      { broker: this.#broker },
      `For ${LONGEST_REPLAY / 1_000} s after the connection messages came as if they had waited: from now on they count as of now`,
    );
  }
}
