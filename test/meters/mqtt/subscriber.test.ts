import { expect, it } from 'vitest';
import { describeWith } from '../../servers/require-server.ts';
import {
  deadLetters,
  health,
  keep,
  log,
  numbers,
  PATIENT,
  publish,
  publisher,
  readings,
  ready,
  START,
  started,
  subscriber,
  topic,
  upTo,
  useBroker,
} from './subscriber-bench.ts';

describeWith('mosquitto', 'a subscriber at a real broker', (path) => {
  useBroker(path);

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

  it('acknowledges what nobody can understand, keeps it aside, tells it once for each reason, and goes on', async () => {
    started();
    await ready();
    for (const poison of ['', 'no json', '[1]', '{"voltage_l1_n":', `{"x":"${'x'.repeat(300_000)}"}`]) {
      await publisher.publishAsync(topic(), poison, { qos: 1 });
    }
    await publish(1);
    await expect.poll(numbers, PATIENT).toEqual([1]);
    const warnings = log.lines.filter(({ level }) => level === 'warn');
    expect(new Set(warnings.map(({ message }) => message))).toEqual(new Set(['Payload is not understood']));
    expect(new Set(warnings.map(({ fields }) => JSON.stringify(fields))).size).toBe(warnings.length);
    expect(warnings[0]?.fields).toMatchObject({ broker: 'main', topic: topic() });
    expect(health.status.failed).toBe(5);
    expect(subscriber?.status().poison).toBe(5);
    await expect.poll(deadLetters, PATIENT).toHaveLength(5);
    expect(deadLetters()[3]).toMatchObject({
      broker: 'main',
      topic: topic(),
      time: new Date(START).toISOString(),
      payload: Buffer.from('{"voltage_l1_n":').toString('base64'),
    });
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

  it('never writes its password into the log', async () => {
    started(keep, { section: { username: 'u', password: 'top-secret', url: 'mqtt://127.0.0.1:1' } });
    await expect.poll(() => log.lines.length, PATIENT).toBeGreaterThan(0);
    expect(JSON.stringify(log.lines)).not.toContain('top-secret');
  });
});
