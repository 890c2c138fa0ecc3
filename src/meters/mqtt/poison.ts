import { asError } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import type { DeadLetters } from './dead-letters.ts';
import { type Packet, PoisonPayload } from './heard.ts';

const DAY = 86_400_000;
/** Whoever sends more kinds of it in a day is found by these. */
const MOST_REASONS = 3;
/** Topics that are remembered. Of more the oldest are forgotten and told again: none is silenced by another. */
const MOST_TOPICS = 10_000;

interface Told {
  /** When the first of the reasons was told, epoch milliseconds. */
  readonly since: number;
  readonly reasons: Set<string>;
}

/**
 * The messages of one broker that nobody understands: counted, written down, and told once a day for each topic and
 * reason. A payload may hold a secret: what it says gets into the file of dead letters and nowhere else.
 */
export class Poison {
  readonly #broker: string;
  readonly #deadLetters: DeadLetters;
  readonly #log: Log;
  readonly #told = new Map<string, Told>();
  #count = 0;

  constructor(broker: string, deadLetters: DeadLetters, log: Log) {
    this.#broker = broker;
    this.#deadLetters = deadLetters;
    this.#log = log;
  }

  get count(): number {
    return this.#count;
  }

  /** Returns the reason, in words that are not the payload's. Other than PoisonPayload it is a fault of ours. */
  found({ topic, payload, arrivedAt }: Packet, thrown: unknown): string {
    const error = asError(thrown);
    const isPoison = error instanceof PoisonPayload;
    const reason = isPoison ? error.message : `a fault of the program (${error.name})`;
    this.#count += 1;
    this.#deadLetters.add({ time: arrivedAt, broker: this.#broker, topic, reason: detailsOf(reason, error), payload });
    if (!this.#isNews(topic, reason, arrivedAt)) return reason;
    const fields = { broker: this.#broker, topic, reason };
    if (isPoison) this.#log.warn(fields, 'Payload is not understood');
    else this.#log.error({ ...fields, at: placeOf(error) }, 'Payload cannot be read, by a fault of the program');
    return reason;
  }

  #isNews(topic: string, reason: string, now: number): boolean {
    const told = this.#toldOf(topic, now);
    // The same at another place of the payload is the same.
    const kind = reason.replaceAll(/\d+/g, '#');
    if (told.reasons.has(kind) || told.reasons.size >= MOST_REASONS) return false;
    told.reasons.add(kind);
    return true;
  }

  #toldOf(topic: string, now: number): Told {
    const known = this.#told.get(topic);
    // A clock that was set back by more is followed.
    if (known && Math.abs(now - known.since) < DAY) return known;
    this.#told.delete(topic);
    const [oldest] = this.#told.size >= MOST_TOPICS ? this.#told.keys() : [];
    if (oldest !== undefined) this.#told.delete(oldest);
    const told = { since: now, reasons: new Set<string>() };
    this.#told.set(topic, told);
    return told;
  }
}

function detailsOf(reason: string, error: Error): string {
  if (!(error instanceof PoisonPayload)) return `${reason}: ${error.message}`;
  return error.cause instanceof Error ? `${reason}: ${error.cause.message}` : reason;
}

/** The frames of the stack: the message before them may quote the payload. */
function placeOf({ message, name, stack = '' }: Error): string {
  const head = `${name}: ${message}`;
  const frames = stack.startsWith(head) ? stack.slice(head.length) : stack;
  return frames
    .split('\n')
    .filter((line) => /^ {4}at /.test(line))
    .join('\n');
}
