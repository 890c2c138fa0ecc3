import type { MeterEvent } from '../../domain/meter-event.ts';
import type { Reading } from '../../domain/reading.ts';
import type { Outgoing, Packet } from './heard.ts';
import { parseJson } from './json-text.ts';
import { parseLines } from './line-protocol.ts';
import type { PayloadFormat } from './mapping.ts';
import { decodePayload, type SparkplugPayload } from './sparkplug-payload.ts';

/** The most samples, points or metrics in one message. */
export const MOST_SAMPLES = 10_000;

/** A packet that is decoded once for all who listen to its topic, and only if someone does. */
export class Incoming {
  readonly packet: Packet;
  readonly levels: readonly string[];
  #json: { readonly value: unknown } | undefined;
  #lines: readonly unknown[] | undefined;
  #sparkplug: SparkplugPayload | undefined;

  constructor(packet: Packet, levels: readonly string[]) {
    this.packet = packet;
    this.levels = levels;
  }

  text(): string {
    return this.packet.payload.toString('utf8').trim();
  }

  /** The payload's documents; line protocol has one for each line. Throws PoisonPayload. */
  documents(format: Exclude<PayloadFormat, 'sparkplug'>): readonly unknown[] {
    if (format === 'text') {
      // Nothing at all is how a kept message is taken back.
      const text = this.text();
      return text === '' ? [] : [text];
    }
    if (format === 'json') {
      this.#json ??= { value: parseJson(this.packet.payload) };
      return [this.#json.value];
    }
    this.#lines ??= parseLines(this.packet.payload.toString('utf8'), MOST_SAMPLES);
    return this.#lines;
  }

  sparkplug(): SparkplugPayload {
    this.#sparkplug ??= decodePayload(this.packet.payload, MOST_SAMPLES);
    return this.#sparkplug;
  }
}

/** What a listener makes of a message. */
export interface Outcome {
  readonly readings: readonly Reading[];
  readonly events: readonly MeterEvent[];
  readonly requests: readonly Outgoing[];
  /** Why nothing can be made of it. */
  readonly poison?: string;
}

/** A right message without news. */
export const NO_NEWS: Outcome = { readings: [], events: [], requests: [] };

export const NOTHING_USABLE: Outcome = { ...NO_NEWS, poison: 'no usable value of any known quantity' };

/** Whoever has an ear on a topic. */
export interface TopicListener {
  /** The meters that a topic may speak for. */
  metersOf(levels: readonly string[]): readonly string[];
  /** Undefined: the message is about something else. */
  hear(incoming: Incoming): Outcome | undefined;
}

export function poisonous(reason: string): Outcome {
  return { readings: [], events: [], requests: [], poison: reason };
}
