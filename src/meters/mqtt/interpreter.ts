import type { MeterPlace } from '../../domain/fleet.ts';
import { joined } from '../../domain/joined-reading.ts';
import type { Reading } from '../../domain/reading.ts';
import { messageOf } from '../../lib/errors.ts';
import { EdgeListener } from './edge-listener.ts';
import { FaultListener } from './fault-listener.ts';
import { connectionPlaceholders, filledMapping } from './filled-mapping.ts';
import { type Heard, type Packet, PoisonPayload } from './heard.ts';
import { Incoming, NOTHING_USABLE, type Outcome, type TopicListener } from './incoming.ts';
import type { MessageMapping, PayloadModel } from './mapping.ts';
import { type DocumentFormat, MessageListener, type ReadyMapping, readyMapping } from './message-listener.ts';
import { MeterVoice } from './meter-voice.ts';
import { connectionProblem, levelsOf, meterNames } from './topic-pattern.ts';
import { TopicTree } from './topic-tree.ts';
import { ValueReader } from './value-reader.ts';

const MAX_BYTES = 256 * 1024;
const NOTHING: Heard = { readings: [], events: [], requests: [] };

/** So many topics are remembered with those who listen to them. */
const MOST_TOPICS = 20_000;

interface Ears {
  readonly levels: readonly string[];
  readonly listeners: readonly TopicListener[];
}

export interface SpokenFor {
  readonly place: MeterPlace;
  readonly model: PayloadModel;
}

/**
 * Understands the messages of one broker: which meters they are of, and what they say of them. Keeps what the dialects want
 * kept between messages, and nothing else. Throws only PoisonPayload, and in the constructor Error for a connection that
 * its model's topics cannot be made of.
 */
export class Interpreter {
  readonly #timeZone: string;
  readonly #tree = new TopicTree<TopicListener>();
  readonly #voices = new Map<string, MeterVoice>();
  readonly #edges = new Map<string, EdgeListener>();
  /** Of topics that were heard lately. */
  readonly #ears = new Map<string, Ears>();
  readonly #ready = new Map<MessageMapping, ReadyMapping>();

  /** `timeZone` of the site (IANA name): for times that have none. */
  constructor(places: readonly SpokenFor[], timeZone: string) {
    this.#timeZone = timeZone;
    for (const { place, model } of places) this.#add(place, model);
  }

  /** The filters to subscribe to, each topic in as few of them as can be. */
  topics(): readonly string[] {
    return this.#tree.filters();
  }

  /** The ids of the meters that a topic may speak for, each once. */
  meterOf(topic: string): readonly string[] {
    const levels = topic.split('/');
    return [...new Set(this.#tree.find(levels).flatMap((listener) => listener.metersOf(levels)))];
  }

  /** What a message says. Empty for topics of others and messages without news; throws PoisonPayload. */
  hear(packet: Packet): Heard {
    const { levels, listeners } = this.#earsOf(packet.topic);
    if (listeners.length === 0) return NOTHING;
    // A broker hands out what it kept upon every subscription: it is no news, however long it is.
    if (packet.isRetained && packet.payload.length > MAX_BYTES) return NOTHING;
    if (packet.payload.length > MAX_BYTES) {
      throw new PoisonPayload(`${packet.payload.length} bytes, more than ${MAX_BYTES}`);
    }
    const incoming = new Incoming(packet, levels);
    const [only] = listeners;
    const outcome = listeners.length === 1 ? only?.hear(incoming) : heardByAll(listeners, incoming);
    if (!outcome) return NOTHING;
    if (outcome.poison !== undefined) throw new PoisonPayload(outcome.poison);
    return outcome.readings.length > 1 ? { ...outcome, readings: inOrder(outcome.readings) } : outcome;
  }

  /** A reading that was gathered from parts, with what its meter's model holds added to it. */
  completed(reading: Reading): Reading {
    return this.#voices.get(reading.meter)?.completed(reading) ?? reading;
  }

  #earsOf(topic: string): Ears {
    const known = this.#ears.get(topic);
    if (known) return known;
    const levels = topic.split('/');
    const ears = { levels, listeners: this.#tree.find(levels) };
    if (this.#ears.size === MOST_TOPICS) this.#ears.clear();
    this.#ears.set(topic, ears);
    return ears;
  }

  #add(place: MeterPlace, model: PayloadModel): void {
    const { connection } = place.meter;
    if (connection.kind !== 'mqtt') return;
    const problem = connectionProblem(model, connection.topic, connection.select);
    if (problem !== undefined) throw new Error(`Meter ${place.meter.id}: ${problem}`);
    const names = meterNames(connection.topic, model.meter);
    const select = Object.entries(connection.select ?? {});
    const used = connectionPlaceholders(model);
    const fills = new Map([...names, ...select.filter(([name]) => used.has(name))]);
    const { format } = model;
    const voice = new MeterVoice(place, model);
    this.#voices.set(place.meter.id, voice);
    for (const message of model.messages) {
      // Without placeholders the mapping is the same for every meter.
      const mapping = used.size === 0 ? message : filledMapping(message, fills);
      if (!mapping) continue;
      if (format === 'sparkplug') {
        const values = new ValueReader(mapping.values, model.notAvailable);
        this.#edgeOf(names).add({ device: names.get('device') ?? '', voice, values, hold: model.hold });
        continue;
      }
      for (const topic of mapping.topics) {
        const levels = levelsOf(topic, names);
        const { fault } = mapping;
        const listener = fault
          ? new FaultListener(model, mapping, fault, levels, voice)
          : new MessageListener(
              this.#readyOf(mapping, format, model.notAvailable),
              levels,
              voice,
              select.filter(([name]) => !used.has(name)),
            );
        this.#tree.add(levels, listener);
      }
    }
  }

  #readyOf(mapping: MessageMapping, format: DocumentFormat, notAvailable: PayloadModel['notAvailable']): ReadyMapping {
    const known = this.#ready.get(mapping);
    if (known) return known;
    const made = readyMapping(mapping, format, notAvailable, this.#timeZone);
    this.#ready.set(mapping, made);
    return made;
  }

  #edgeOf(names: ReadonlyMap<string, string>): EdgeListener {
    const group = names.get('group') ?? '';
    const edge = names.get('edge') ?? '';
    const known = this.#edges.get(`${group}/${edge}`);
    if (known) return known;
    const made = new EdgeListener(group, edge);
    this.#edges.set(`${group}/${edge}`, made);
    this.#tree.add(levelsOf('spBv1.0/{group}/{type}/{edge}', names, true), made);
    return made;
  }
}

/** A message is poison when it should mean something to one of its listeners and nothing is made of it by any. */
function heardByAll(listeners: readonly TopicListener[], incoming: Incoming): Outcome | undefined {
  const understood: Outcome[] = [];
  const poison: PoisonPayload[] = [];
  for (const listener of listeners) {
    const outcome = heardBy(listener, incoming);
    if (outcome instanceof PoisonPayload) poison.push(outcome);
    else if (outcome) understood.push(outcome);
  }
  const [only] = understood;
  if (!only && poison.length > 0) throw poisonOf(poison);
  if (understood.length < 2) return only;
  return {
    readings: understood.flatMap(({ readings }) => readings),
    events: understood.flatMap(({ events }) => events),
    requests: understood.flatMap(({ requests }) => requests),
  };
}

function heardBy(listener: TopicListener, incoming: Incoming): Outcome | PoisonPayload | undefined {
  try {
    const outcome = listener.hear(incoming);
    return outcome?.poison === undefined ? outcome : new PoisonPayload(outcome.poison);
  } catch (error) {
    if (!(error instanceof PoisonPayload)) throw error;
    return error;
  }
}

/** Every reason and every cause once; that nothing in it can be used says little beside another reason. */
function poisonOf(found: readonly PoisonPayload[]): PoisonPayload {
  const telling = found.filter(({ message }) => message !== NOTHING_USABLE.poison);
  const byReason = new Map((telling.length > 0 ? telling : found).map((each) => [each.message, each]));
  const [only, another] = byReason.values();
  if (only && !another) return only;
  const causes = new Map([...byReason.values()].flatMap(({ cause }) => (cause ? [[messageOf(cause), cause]] : [])));
  const cause = causes.size > 0 && new AggregateError(causes.values(), [...causes.keys()].join('; '));
  return new PoisonPayload([...byReason.keys()].join('; '), cause ? { cause } : {});
}

/** By time, and what is said of one meter at one instant in one reading, of which the latest part counts. */
function inOrder(readings: readonly Reading[]): readonly Reading[] {
  const sorted = [...readings].sort((a, b) => a.time - b.time);
  const byInstant = new Map<string, Reading>();
  for (const reading of sorted) {
    const key = `${reading.time} ${reading.meter}`;
    const before = byInstant.get(key);
    byInstant.set(key, before ? joined(before, reading, 'second counts') : reading);
  }
  return [...byInstant.values()];
}
