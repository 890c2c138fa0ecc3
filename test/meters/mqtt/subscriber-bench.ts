import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import type { Reading } from '../../../src/domain/reading.ts';
import { MeterHealth } from '../../../src/meters/meter-health.ts';
import { Subscriber } from '../../../src/meters/mqtt/subscriber.ts';
import type { BrokerOptions } from '../../../src/meters/options.ts';
import type { ReadingSink } from '../../../src/meters/reading-sink.ts';
import { Mosquitto } from '../../servers/mosquitto.ts';
import { placeOf, recordingLog, shippedModels } from '../fixtures.ts';

export const START = Date.UTC(2026, 2, 1, 8);
const clock = { now: () => START };
/** Longer than the library waits before it connects again, and than the pause before messages are fetched again. */
export const PATIENT = { timeout: 15_000, interval: 20 };

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
let test = 0;

/** Gives the suite that calls it a broker, and each of its tests a publisher, a topic and a client id of its own. */
export function useBroker(path: string): void {
  beforeAll(async () => {
    broker = new Mosquitto(path);
    await broker.start();
  });
  afterAll(() => broker.remove());

  beforeEach(async () => {
    test += 1;
    log = recordingLog();
    readings = [];
    publisher = await connectAsync(broker.url, { reconnectPeriod: 50 });
  });
  afterEach(async () => {
    await subscriber?.stop();
    await publisher.endAsync(true);
  });
}

export function topic(): string {
  return `site/${test}/meter`;
}

/** Starts the subscriber of the test, with a meter for each topic. */
export function started(
  onReading: ReadingSink = keep,
  topics = [topic()],
  more: Partial<BrokerOptions> = {},
): Subscriber {
  const model = shippedModels().get('plain-json');
  if (model?.transport !== 'mqtt') throw new Error('no plain-json');
  const meters = topics.map((own) => {
    const place = placeOf({ id: own, model: model.id, connection: { kind: 'mqtt', broker: 'main', topic: own } });
    health = new MeterHealth(place, log);
    return { place, topic: own, model, health };
  });
  const options = { id: 'main', url: broker.url, clientId: `butler-${test}`, ...more };
  handedOn = [];
  const sink: ReadingSink = (reading) => {
    handedOn.push(reading);
    return onReading(reading);
  };
  subscriber = new Subscriber({ broker: options, meters, clock, log, onReading: sink });
  subscriber.start();
  return subscriber;
}

export async function keep(reading: Reading): Promise<void> {
  readings.push(reading);
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
