import { asError } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import type { DeadLetters } from './dead-letters.ts';
import { type Packet, PoisonPayload } from './heard.ts';

/** Topics with their reasons that are told; whoever sends more kinds of it is found by these. */
const MOST_TOLD = 1_000;

/** The messages of one broker that nobody understands: counted, written down, and told once for each topic and reason. */
export class Poison {
  readonly #broker: string;
  readonly #deadLetters: DeadLetters;
  readonly #log: Log;
  readonly #told = new Set<string>();
  #count = 0;

  constructor(broker: string, deadLetters: DeadLetters, log: Log) {
    this.#broker = broker;
    this.#deadLetters = deadLetters;
    this.#log = log;
  }

  get count(): number {
    return this.#count;
  }

  /** An error other than PoisonPayload is a fault of ours that the payload found. */
  found({ topic, payload, arrivedAt }: Packet, thrown: unknown): void {
    const error = asError(thrown);
    const reason = error.message;
    this.#count += 1;
    this.#deadLetters.add({ time: arrivedAt, broker: this.#broker, topic, reason, payload });
    const key = `${topic}\n${reason}`;
    if (this.#told.has(key) || this.#told.size >= MOST_TOLD) return;
    this.#told.add(key);
    const fields = { broker: this.#broker, topic, reason };
    if (error instanceof PoisonPayload) this.#log.warn(fields, 'Payload is not understood');
    else this.#log.error({ ...fields, err: error }, 'Payload cannot be read, by a fault of the program');
  }
}
