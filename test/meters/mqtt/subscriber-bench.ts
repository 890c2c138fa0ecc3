import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
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
export const PATIENT = { timeout: 15_000, interval: 20 };

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

/** One for all tests of a file. */
export let broker: Mosquitto;
export let publisher: MqttClient;
export let subscriber: Subscriber | undefined;
export let log: ReturnType<typeof recordingLog>;
/** What `keep` was given. */
export let readings: Reading[];
/** What the present subscriber handed on, whatever came of it. */
export let handedOn: Reading[];
/** Of the meter that was named last. */
export let health: MeterHealth;
let folder: string;
let test = 0;

/** Gives the suite that calls it a broker, and each of its tests a publisher, a topic and a client id of its own. */
export function useBroker(path: string, settings: MosquittoSettings = {}): void {
  beforeAll(async () => {
    broker = new Mosquitto(path, settings);
    await broker.start();
  });
  afterAll(() => broker.remove());

  beforeEach(async () => {
    test += 1;
    log = recordingLog();
    readings = [];
    folder = newFolder();
    publisher = await connectAsync(broker.url, { reconnectPeriod: 50 });
  });
  afterEach(async () => {
    await subscriber?.stop();
    await publisher.endAsync(true);
    await rm(folder, { recursive: true });
  });
}

export function topic(): string {
  return `site/${test}/meter`;
}

export interface Conditions {
  readonly topics?: readonly string[];
  /** Keys of the broker's section. */
  readonly section?: Readonly<Record<string, unknown>>;
  readonly model?: PayloadModel;
  readonly onEvents?: EventSink;
  readonly pollInterval?: number;
}

export const models = { WHOLE, PARTS };

/** Starts the subscriber of the test, with a meter for each topic, named as the topic. */
export function started(onReading: ReadingSink = keep, conditions: Conditions = {}): Subscriber {
  const { topics = [topic()], section = {}, model = WHOLE, onEvents = noEvents, pollInterval = 1_000 } = conditions;
  const healths = new Map<string, MeterHealth>();
  const places = topics.map((own) => {
    const connection = { kind: 'mqtt', broker: 'main', topic: own } as const;
    const place = placeOf({ id: own, model: model.id, connection, pollInterval });
    health = new MeterHealth(place, log);
    healths.set(own, health);
    return { place, model };
  });
  handedOn = [];
  subscriber = new Subscriber({
    broker: brokerOf({ url: broker.url, client_id: `butler-${test}`, ...section }),
    places,
    timeZone: 'Asia/Shanghai',
    health: (meter) => healths.get(meter),
    deadLetters: new DeadLetters(folder, log),
    clock,
    log,
    onReading: (reading) => {
      handedOn.push(reading);
      return onReading(reading);
    },
    onEvents,
  });
  subscriber.start();
  return subscriber;
}

export async function keep(reading: Reading): Promise<void> {
  readings.push(reading);
}

async function noEvents(): Promise<void> {
  // These tests' meters have none.
}

export function deadLetters(): readonly Record<string, unknown>[] {
  const text = readFileSync(join(folder, 'dead-letters.jsonl'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** A message that `numbers` knows by its number. */
export async function publish(number: number, to = topic()): Promise<void> {
  await publisher.publishAsync(to, JSON.stringify({ time: START + number, voltage_l1_n: 230 }), { qos: 1 });
}

/** How often a subscriber of the test was connected. */
export function connected(): number {
  return log.lines.filter(({ message }) => message === 'Broker connected').length;
}

/** Subscribed for certain: a message came through. */
export async function ready(to = topic()): Promise<void> {
  await expect.poll(connected, PATIENT).toBeGreaterThan(0);
  await expect
    .poll(async () => {
      await publisher.publishAsync(to, JSON.stringify({ time: START, voltage_l1_n: 1 }), { qos: 1 });
      return handedOn.length;
    }, PATIENT)
    .toBeGreaterThan(0);
}

/** The numbers that were kept, each once, in order. */
export function numbers(): number[] {
  return [...new Set(readings.map(({ time }) => time - START))].filter((number) => number > 0).sort((a, b) => a - b);
}

export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
