import type { MeterEvent } from '../../domain/meter-event.ts';
import type { Reading } from '../../domain/reading.ts';
import { EventReader } from './event-reader.ts';
import type { Packet } from './heard.ts';
import { type Incoming, NO_NEWS, NOTHING_USABLE, type Outcome, poisonous, type TopicListener } from './incoming.ts';
import { finderOf, isRecord } from './json-path.ts';
import type { MessageMapping, PayloadFormat, PayloadModel } from './mapping.ts';
import type { MeterVoice } from './meter-voice.ts';
import { filled } from './placeholders.ts';
import { SampleReader } from './sample-reader.ts';
import { capturesOf, type Level } from './topic-pattern.ts';
import { type Test, testOf } from './value-reader.ts';

/** A mapping that is ready to be used: the same for all meters whose connections say nothing of their own. */
export interface ReadyMapping {
  readonly mapping: MessageMapping;
  readonly format: DocumentFormat;
  readonly when: readonly Test[];
  readonly samples: SampleReader;
  readonly events: readonly EventReader[];
}

/** Formats whose messages speak for themselves. */
export type DocumentFormat = Exclude<PayloadFormat, 'sparkplug'>;

export function readyMapping(
  mapping: MessageMapping,
  format: DocumentFormat,
  notAvailable: PayloadModel['notAvailable'],
  timeZone: string,
): ReadyMapping {
  return {
    mapping,
    format,
    when: mapping.when.map(testOf),
    samples: new SampleReader(mapping, notAvailable, timeZone),
    events: mapping.events.map((event) => new EventReader(event, timeZone)),
  };
}

interface EventsIn {
  readonly found: readonly MeterEvent[];
  /** The message is about events, and nothing else in it counts. */
  readonly isWhole: boolean;
}

const NO_EVENTS: EventsIn = { found: [], isWhole: false };

/** One meter's ear for one kind of message on one topic. */
export class MessageListener implements TopicListener {
  readonly #ready: ReadyMapping;
  readonly #levels: readonly Level[];
  readonly #voice: MeterVoice;
  readonly #select: readonly Test[];

  /** `select`: what a message must say to speak for the meter, field → value. */
  constructor(
    ready: ReadyMapping,
    levels: readonly Level[],
    voice: MeterVoice,
    select: readonly (readonly [string, string])[],
  ) {
    this.#ready = ready;
    this.#levels = levels;
    this.#voice = voice;
    this.#select = select.map(([field, value]) => selection(ready.mapping, field, value));
  }

  metersOf(): readonly string[] {
    return [this.#voice.place.meter.id];
  }

  hear(incoming: Incoming): Outcome | undefined {
    // What a broker kept may be of any age, and is not news.
    if (incoming.packet.isRetained) return undefined;
    const name = this.#nameIn(incoming);
    const documents = incoming.documents(this.#ready.format);
    const [first] = documents;
    if (documents.length === 1) return this.#hearOne(first, name, incoming);
    const outcomes = documents.flatMap((document) => this.#hearOne(document, name, incoming) ?? []);
    if (outcomes.length === 0) return undefined;
    const readings = outcomes.flatMap((outcome) => outcome.readings);
    const events = outcomes.flatMap((outcome) => outcome.events);
    const isNews = readings.length > 0 || events.length > 0;
    return isNews ? { readings, events, requests: [] } : outcomes[0];
  }

  #nameIn({ levels }: Incoming): string | undefined {
    const { valueName } = this.#ready.mapping;
    return valueName === undefined ? undefined : filled(valueName, capturesOf(this.#levels, levels));
  }

  #hearOne(document: unknown, name: string | undefined, incoming: Incoming): Outcome | undefined {
    const { mapping, when, samples } = this.#ready;
    const message = name === undefined ? document : { [name]: document };
    if (!when.every((test) => test(message)) || !this.#select.every((test) => test(message))) return undefined;
    if (!isRecord(message) && !mapping.samples) return poisonous('no JSON object');
    const { packet } = incoming;
    const { arrivedAt } = packet;
    const events = this.#eventsIn(message, packet);
    if (events.isWhole) return { readings: [], events: events.found, requests: [] };
    const mark = name !== undefined && this.#voice.faults.has(name) ? 'suspect' : undefined;
    const readings: Reading[] = [];
    let isMissing = mapping.isPartial;
    for (const sample of samples.read(message, mark, arrivedAt)) {
      // What has waited may be as old as can be: nothing that is held is joined with it, and it is not held.
      const isHistorical = packet.hasWaited === true && sample.time === undefined;
      const reading = this.#voice.readingOf(isHistorical ? { ...sample, isHistorical } : sample, arrivedAt);
      if (reading) readings.push(reading);
      else isMissing ||= sample.said.values.some(([, value]) => value === 'not available');
    }
    if (readings.length > 0 || events.found.length > 0) return { readings, events: events.found, requests: [] };
    return isMissing ? NO_NEWS : NOTHING_USABLE;
  }

  #eventsIn(message: unknown, packet: Packet): EventsIn {
    if (this.#ready.events.length === 0) return NO_EVENTS;
    let isWhole = false;
    const found = this.#ready.events.flatMap((reader) => {
      const events = reader.read(message, this.#voice.place, packet);
      isWhole ||= events !== undefined && reader.isWhole;
      return events ?? [];
    });
    return { found, isWhole };
  }
}

function selection({ select }: MessageMapping, field: string, value: string): Test {
  const named = new Map([['field', field]]);
  const paths = select.map((path) =>
    path.map((step) => (step.kind === 'key' ? { ...step, key: filled(step.key, named) ?? step.key } : step)),
  );
  const find = finderOf(paths);
  return (message) => {
    const found = find(message);
    return (typeof found === 'string' || typeof found === 'number') && String(found) === value;
  };
}
