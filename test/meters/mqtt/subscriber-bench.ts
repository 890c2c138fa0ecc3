import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest';
import type { Reading } from '../../../src/domain/reading.ts';
import { MeterHealth } from '../../../src/meters/meter-health.ts';
import { DeadLetters } from '../../../src/meters/mqtt/dead-letters.ts';
import type { PayloadModel } from '../../../src/meters/mqtt/mapping.ts';
import { payloadFile } from '../../../src/meters/mqtt/payload-schema.ts';
import { Subscriber } from '../../../src/meters/mqtt/subscriber.ts';
import type { EventSink, ReadingSink } from '../../../src/meters/reading-sink.ts';
import { Mosquitto, type MosquittoSettings } from '../../servers/mosquitto.ts';
import { newFolder } from '../../store/temporary-folder.ts';
import { placeOf, recordingLog } from '../fixtures.ts';
import { brokerOf } from './connection-bench.ts';

export const START = Date.UTC(2026, 2, 1, 8);
const clock = { now: () => START };
/** Longer than a pause between two attempts, and than the pause before messages are fetched again. */
export const PATIENT = { timeout: 30_000, interval: 20 };

/** One JSON object for each message, with a time and quantities by their names; a dip is an event. */
const WHOLE = payloadFile.parse({
  id: 'whole',
  name: 'Whole readings',
  source: 'test',
  transport: 'mqtt',
  format: 'json',
  topics: ['{meter}'],
  time: { path: 'time', format: 'auto' },
  quantities: '{quantity}',
});

/** Values and the dips since the last message, in one. */
const WITH_DIPS = payloadFile.parse({
  id: 'with-dips',
  name: 'Readings with dips',
  source: 'test',
  transport: 'mqtt',
  format: 'json',
  topics: ['{meter}'],
  time: 'time',
  quantities: '{quantity}',
  events: [{ each: 'dips', kind: 'dip', start: 'start', duration: { path: 'ms', unit: 'ms' } }],
});

/** One bare number for each message, on a topic that ends with the quantity's name. */
const PARTS = payloadFile.parse({
  id: 'parts',
  name: 'One value for each message',
  source: 'test',
  transport: 'mqtt',
  format: 'text',
  topics: ['{meter}/{name}'],
  value_name: '{name}',
  gather: '1s',
  quantities: '{quantity}',
});

export const models = { WHOLE, WITH_DIPS, PARTS };

export interface Conditions {
  readonly topics?: readonly string[];
  /** Keys of the broker's section. */
  readonly section?: Readonly<Record<string, unknown>>;
  readonly model?: PayloadModel;
  readonly onEvents?: EventSink;
  readonly pollInterval?: number;
}

/** A broker for all tests of a suite, and for each of them a publisher, a topic, a client id and subscribers of its own. */
export class SubscriberBench {
  readonly broker: Mosquitto;
  log = recordingLog();
  /** What `keep` was given. */
  readings: Reading[] = [];
  /** What the present subscriber handed on, whatever came of it. */
  handedOn: Reading[] = [];
  #publisher: MqttClient | undefined;
  #subscriber: Subscriber | undefined;
  #health: MeterHealth | undefined;
  #folder = '';
  #test = 0;

  constructor(broker: Mosquitto) {
    this.broker = broker;
  }

  async beginTest(): Promise<void> {
    this.#test += 1;
    this.log = recordingLog();
    this.readings = [];
    this.#folder = newFolder();
    this.#publisher = await connectAsync(this.broker.url, { reconnectPeriod: 50 });
  }

  async endTest(): Promise<void> {
    await this.#subscriber?.stop();
    this.#subscriber = undefined;
    await this.#publisher?.endAsync(true);
    await rm(this.#folder, { recursive: true });
  }

  get topic(): string {
    return `site/${this.#test}/meter`;
  }

  get publisher(): MqttClient {
    return present(this.#publisher);
  }

  get subscriber(): Subscriber {
    return present(this.#subscriber);
  }

  /** Of the meter that was named last. */
  get health(): MeterHealth {
    return present(this.#health);
  }

  readonly keep = async (reading: Reading): Promise<void> => {
    this.readings.push(reading);
  };

  /** Starts the subscriber of the test, with a meter for each topic, named as the topic. */
  started(onReading: ReadingSink = this.keep, conditions: Conditions = {}): Subscriber {
    const { section = {}, onEvents = noEvents } = conditions;
    const { healths, places } = this.#metersOf(conditions);
    this.handedOn = [];
    const subscriber = new Subscriber({
      broker: brokerOf({ url: this.broker.url, client_id: `butler-${this.#test}`, ...section }),
      places,
      timeZone: 'Asia/Shanghai',
      health: (meter) => healths.get(meter),
      deadLetters: new DeadLetters(this.#folder, this.log),
      clock,
      log: this.log,
      onReading: (reading) => {
        this.handedOn.push(reading);
        return onReading(reading);
      },
      onEvents,
    });
    this.#subscriber = subscriber;
    subscriber.start();
    return subscriber;
  }

  /** Starts it, and waits until a message to its first topic came through: it is subscribed for certain. */
  async listening(onReading: ReadingSink = this.keep, conditions: Conditions = {}): Promise<Subscriber> {
    const subscriber = this.started(onReading, conditions);
    await this.ready(conditions.topics?.[0]);
    return subscriber;
  }

  async ready(to = this.topic): Promise<void> {
    await expect.poll(this.connected, PATIENT).toBeGreaterThan(0);
    await this.handsOn(() => this.say({ time: START, voltage_l1_n: 1 }, to));
  }

  /** Sends again and again, until something is handed on. */
  async handsOn(send: () => Promise<unknown>): Promise<void> {
    const handedOn = async () => {
      await send();
      return this.handedOn.length;
    };
    await expect.poll(handedOn, PATIENT).toBeGreaterThan(0);
  }

  /** A message that `numbers` knows by its number. */
  async publish(number: number, to = this.topic): Promise<void> {
    await this.say({ time: START + number, voltage_l1_n: 230 }, to);
  }

  async say(message: unknown, to = this.topic): Promise<void> {
    await this.publisher.publishAsync(to, JSON.stringify(message), { qos: 1 });
  }

  /** How often a subscriber of the test was connected. */
  readonly connected = (): number => this.log.lines.filter(({ message }) => message === 'Broker connected').length;

  /** The numbers that were kept, each once, in order. */
  readonly numbers = (): number[] => {
    const all = this.readings.map(({ time }) => time - START).filter((number) => number > 0);
    return [...new Set(all)].sort((a, b) => a - b);
  };

  /** Waits until these numbers are kept, and no others. */
  async kept(numbers: readonly number[], patience = PATIENT): Promise<void> {
    await expect.poll(this.numbers, patience).toEqual(numbers);
  }

  readonly deadLetters = (): readonly Record<string, unknown>[] => {
    const text = readFileSync(join(this.#folder, 'dead-letters.jsonl'), 'utf8');
    return text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  };

  #metersOf({ topics = [this.topic], model = WHOLE, pollInterval = 1_000 }: Conditions) {
    const healths = new Map<string, MeterHealth>();
    const places = topics.map((topic) => {
      const connection = { kind: 'mqtt', broker: 'main', topic } as const;
      const place = placeOf({ id: topic, model: model.id, connection, pollInterval });
      this.#health = new MeterHealth(place, this.log);
      healths.set(topic, this.#health);
      return { place, model };
    });
    return { healths, places };
  }
}

/** Gives the suite that calls it a broker, and its tests time for more than one of their long waits. */
export function useSubscribers(path: string, settings: MosquittoSettings = {}): SubscriberBench {
  const bench = new SubscriberBench(new Mosquitto(path, settings));
  vi.setConfig({ testTimeout: 60_000 });
  beforeAll(() => bench.broker.start());
  afterAll(() => bench.broker.remove());
  beforeEach(() => bench.beginTest());
  afterEach(() => bench.endTest());
  return bench;
}

export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

async function noEvents(): Promise<void> {
  // These tests' meters have none.
}

function present<T>(thing: T | undefined): T {
  if (thing === undefined) throw new Error('there is none outside of a test, or before it is started');
  return thing;
}
