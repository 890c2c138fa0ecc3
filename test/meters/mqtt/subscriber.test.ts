import { once } from 'node:events';
import { createServer } from 'node:net';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Reading } from '../../../src/domain/reading.ts';
import { Secret } from '../../../src/lib/secret.ts';
import { MeterHealth } from '../../../src/meters/meter-health.ts';
import { Subscriber } from '../../../src/meters/mqtt/subscriber.ts';
import type { BrokerOptions } from '../../../src/meters/options.ts';
import type { ReadingSink } from '../../../src/meters/reading-sink.ts';
import { Mosquitto } from '../../servers/mosquitto.ts';
import { describeWith } from '../../servers/require-server.ts';
import { placeOf, recordingLog, shippedModels } from '../fixtures.ts';

const START = Date.UTC(2026, 2, 1, 8);
const clock = { now: () => START };
/** Longer than the library waits before it connects again, and than the pause before messages are fetched again. */
const PATIENT = { timeout: 15_000, interval: 20 };

describeWith('mosquitto', 'a subscriber at a real broker', (path) => {
  let broker: Mosquitto;
  let publisher: MqttClient;
  let subscriber: Subscriber | undefined;
  let log: ReturnType<typeof recordingLog>;
  let readings: Reading[];
  /** What the present subscriber handed on, whatever came of it. */
  let handedOn: Reading[];
  let health: MeterHealth;
  let test = 0;

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

  const topic = () => `site/${test}/meter`;

  function started(onReading: ReadingSink = keep, topics = [topic()], more: Partial<BrokerOptions> = {}): Subscriber {
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

  async function keep(reading: Reading): Promise<void> {
    readings.push(reading);
  }

  async function publish(number: number, to = topic()): Promise<void> {
    await publisher.publishAsync(to, JSON.stringify({ time: START + number, voltage_l1_n: 230 }), { qos: 1 });
  }

  const connected = () => log.lines.filter(({ message }) => message === 'Broker connected').length;
  /** Subscribed for certain: a message came through. */
  async function ready(to = topic()): Promise<void> {
    await expect.poll(connected, PATIENT).toBeGreaterThan(0);
    await expect
      .poll(async () => {
        await publisher.publishAsync(to, JSON.stringify({ time: START, voltage_l1_n: 1 }), { qos: 1 });
        return handedOn.length;
      }, PATIENT)
      .toBeGreaterThan(0);
  }
  const numbers = () =>
    [...new Set(readings.map(({ time }) => time - START))].filter((number) => number > 0).sort((a, b) => a - b);
  const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

  it('hands on every message as a reading', async () => {
    started();
    await ready();
    for (const number of upTo(50)) await publish(number);
    await expect.poll(numbers, PATIENT).toEqual(upTo(50));
    expect(readings.at(-1)).toEqual({
      meter: topic(),
      time: START + 50,
      timeSource: 'payload',
      arrivedAt: START,
      values: { voltage_l1_n: 230 },
    });
    expect(health.status).toMatchObject({ answering: true, failed: 0, lastReadingAt: START + 50 });
  });

  it('keeps messages apart that have no time of their own and arrive in one millisecond', async () => {
    started();
    await ready();
    const before = readings.length;
    const values = upTo(20);
    for (const value of values)
      await publisher.publishAsync(topic(), JSON.stringify({ voltage_l1_n: value }), { qos: 1 });
    await expect.poll(() => readings.length, PATIENT).toBe(before + 20);
    const burst = readings.slice(before);
    expect(burst.map((reading) => reading.values.voltage_l1_n)).toEqual(values);
    expect(burst.map((reading) => reading.time)).toEqual(values.map((value) => START + value - 1));
  });

  it('does not wait for one reading to be durable before it takes the next', async () => {
    const waiting: (() => void)[] = [];
    started(() => new Promise((resolve) => waiting.push(resolve)));
    await ready();
    for (const number of upTo(10)) await publish(number);
    await expect.poll(() => waiting.length, PATIENT).toBeGreaterThan(10);
    for (const durable of waiting) durable();
  });

  it('misses nothing while it is away: the broker keeps its session', async () => {
    started();
    await ready();
    await subscriber?.stop();
    for (const number of upTo(300)) await publish(number);
    started();
    await expect.poll(numbers, PATIENT).toEqual(upTo(300));
  });

  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'loses nothing when the broker ends by %s and comes back',
    async (signal) => {
      let restart: Promise<void> | undefined;
      started(async (reading) => {
        await keep(reading);
        if (reading.time === START + 50) restart ??= broker.end(signal).then(() => broker.start());
      });
      await ready();
      const all = upTo(200);
      // Each is published when the one before was accepted: the broker ends amid them.
      for (const number of all) await publish(number);
      expect(restart).toBeDefined();
      await restart;
      await expect.poll(numbers, PATIENT).toEqual(all);
      expect(connected()).toBe(2);
    },
  );

  it('subscribes again at a broker that has forgotten it', async () => {
    started();
    await ready();
    const before = connected();
    await broker.end();
    await broker.forget();
    await broker.start();
    await expect.poll(connected, PATIENT).toBe(before + 1);
    await expect
      .poll(async () => {
        await publish(7);
        return numbers();
      }, PATIENT)
      .toEqual([7]);
    const states = log.lines.filter(({ level }) => level === 'warn');
    expect(states).toMatchObject([{ message: 'Broker is not connected' }]);
  });

  it('is not troubled by a broker that is not there at the start', async () => {
    await broker.end();
    started();
    await expect.poll(() => log.lines.length, PATIENT).toBe(1);
    expect(log.lines[0]).toMatchObject({
      level: 'warn',
      message: 'Broker is not connected',
      fields: { broker: 'main' },
    });
    await broker.start();
    await ready();
    expect(log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
  });

  it('is sent again what it could not store, without being asked', async () => {
    let isFull = true;
    started(async (reading) => {
      if (isFull && reading.time > START) throw new Error('disk full');
      await keep(reading);
    });
    await ready();
    for (const number of upTo(5)) await publish(number);
    await expect
      .poll(() => log.lines.at(-1), PATIENT)
      .toMatchObject({
        level: 'error',
        fields: { broker: 'main', topic: topic(), err: { message: 'disk full' } },
      });
    expect(numbers()).toEqual([]);
    isFull = false;
    await expect.poll(numbers, PATIENT).toEqual(upTo(5));
    expect(log.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
  });

  it('is sent again what was in hand when it ended', async () => {
    started((reading) => (reading.time > START ? new Promise(() => undefined) : undefined));
    await ready();
    await publish(1);
    await expect.poll(() => handedOn.at(-1)?.time, PATIENT).toBe(START + 1);
    const start = performance.now();
    await subscriber?.stop();
    expect(performance.now() - start).toBeLessThan(2_000);
    started();
    await expect.poll(numbers, PATIENT).toEqual([1]);
  });

  it('drops what nobody can understand, tells it once for each topic, and goes on', async () => {
    started();
    await ready();
    for (const poison of ['', 'no json', '[1]', '{"voltage_l1_n":', `{"x":"${'x'.repeat(300_000)}"}`]) {
      await publisher.publishAsync(topic(), poison, { qos: 1 });
    }
    await publish(1);
    await expect.poll(numbers, PATIENT).toEqual([1]);
    expect(log.lines.filter(({ level }) => level === 'warn')).toMatchObject([
      { message: 'Payload is not understood', fields: { topic: topic(), meter: topic() } },
    ]);
    expect(health.status.failed).toBe(5);
    // Acknowledged all of them: a new connection is not sent them again.
    await subscriber?.stop();
    started();
    await publish(2);
    await expect.poll(numbers, PATIENT).toEqual([1, 2]);
    expect(health.status.failed).toBe(0);
  });

  it('takes no retained message for news', async () => {
    await publisher.publishAsync(topic(), JSON.stringify({ time: START + 9, voltage_l1_n: 1 }), {
      qos: 1,
      retain: true,
    });
    started();
    // What a broker kept is sent upon the subscription, before anything else.
    await ready();
    await publish(1);
    await expect.poll(numbers, PATIENT).toEqual([1]);
  });

  it('follows a change of its topics, and drops those that are gone from the session', async () => {
    started(keep, ['gone/1']);
    await ready('gone/1');
    await subscriber?.stop();
    started(keep, [topic()]);
    await ready();
    await publish(1, 'gone/1');
    await publish(2);
    await expect.poll(numbers, PATIENT).toEqual([2]);
    await subscriber?.stop();
    // Its session no longer collects messages of the topic that was gone: nobody is sent them later.
    await publish(3, 'gone/1');
    await publish(4);
    started(keep, ['gone/1', topic()]);
    await expect.poll(numbers, PATIENT).toEqual([2, 4]);
  });

  it('tries again after a broker refused it', async () => {
    let connections = 0;
    const refusing = createServer((socket) => {
      connections += 1;
      // The client hangs up as it likes.
      socket.on('error', () => socket.destroy());
      // CONNACK with return code 3: the server is not available.
      socket.once('data', () => socket.end(Buffer.from([0x20, 2, 0, 3])));
    });
    refusing.listen(0, '127.0.0.1');
    await once(refusing, 'listening');
    const address = refusing.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    started(keep, [topic()], { url: `mqtt://127.0.0.1:${port}` });
    await expect.poll(() => connections, PATIENT).toBe(2);
    expect(log.lines.map(({ level, message }) => `${level} ${message}`)).toEqual(['warn Broker is not connected']);
    await subscriber?.stop();
    refusing.close();
    await once(refusing, 'close');
  });

  it('never writes its password into the log', async () => {
    started(keep, [topic()], { username: 'u', password: new Secret('top-secret'), url: 'mqtt://127.0.0.1:1' });
    await expect.poll(() => log.lines.length, PATIENT).toBeGreaterThan(0);
    expect(JSON.stringify(log.lines)).not.toContain('top-secret');
  });
});
