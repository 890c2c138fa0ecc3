import { createHash } from 'node:crypto';
import type { Packet } from './heard.ts';

const DAY = 86_400_000;
/** More than are ever in hand. */
const MOST_REMEMBERED = 10_000;
const HASH_LENGTH = 24;

/** What an event is known by, and when it came first. */
export interface Identity {
  readonly key: string;
  readonly start: number;
}

/**
 * Keys for events whose message gives neither key nor time. All there is to know them by is what they say, the number of
 * their message, which the broker repeats when it sends the message again (MQTT 3.1.1, 4.4), and its mark for that. A
 * repeated message is the same event; without the mark it is another one, however equal. The day is part of the key, for
 * numbers begin again: an event that is repeated across a restart and midnight is kept twice, and of two equal events of a
 * day only the first is kept when we and a broker that forgets its sessions were started anew between them and both came
 * with the same number. The session cannot be part of it, for after a restart of ours nobody knows when it began.
 */
export class UntimedEvents {
  readonly #known = new Map<string, Identity>();

  /** `place` is the event's in its message: one message may have two that are equal. */
  identityOf(meter: string, said: unknown, place: number, packet: Packet): Identity {
    const { arrivedAt, messageId, isRepeated = false } = packet;
    const hash = createHash('sha256')
      .update(JSON.stringify([place, said]))
      .digest('hex')
      .slice(0, HASH_LENGTH);
    // QoS 0: never repeated.
    if (messageId === undefined) return { key: `${hash}:${arrivedAt}`, start: arrivedAt };
    const id = `${messageId}:${hash}:${meter}`;
    const known = this.#known.get(id);
    if (known && isRepeated) return known;
    const usual = `${hash}:${messageId}:${Math.floor(arrivedAt / DAY)}`;
    const identity = { key: known ? `${usual}:${arrivedAt}` : usual, start: arrivedAt };
    this.#remember(id, identity);
    return identity;
  }

  #remember(id: string, identity: Identity): void {
    this.#known.delete(id);
    const [oldest] = this.#known.size >= MOST_REMEMBERED ? this.#known.keys() : [];
    if (oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(id, identity);
  }
}
