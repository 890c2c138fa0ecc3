import type { MeterEvent } from '../../domain/meter-event.ts';
import type { Reading } from '../../domain/reading.ts';

/** A message as it came from a broker. */
export interface Packet {
  readonly topic: string;
  readonly payload: Buffer;
  /** The broker had kept it: it may be of any age. */
  readonly isRetained: boolean;
  readonly arrivedAt: number;
  /** It waited at the broker, nobody knows for how long: what it says without a time is not of now. */
  readonly hasWaited?: boolean;
  /** The broker marked it as sent before. */
  readonly isRepeated?: boolean;
  /** The same when it is sent again; absent for QoS 0. */
  readonly messageId?: number;
}

/** What a message says. Nothing at all is an answer too: a message that is right and carries no news. */
export interface Heard {
  /** Readings of one or more meters; with an array of samples, several of one meter in order of time. */
  readonly readings: readonly Reading[];
  readonly events: readonly MeterEvent[];
  /** What must be asked of the sender to understand it on: a Sparkplug node is asked for its birth. */
  readonly requests: readonly Outgoing[];
}

export interface Outgoing {
  readonly topic: string;
  readonly payload: Buffer;
}

/** A payload that nobody will ever understand, with the reason in words. */
export class PoisonPayload extends Error {
  override readonly name = 'PoisonPayload';
}
