import { expect, it } from 'vitest';
import { describeWith } from '../../servers/require-server.ts';
import { PATIENT, START, upTo, useSubscribers } from './subscriber-bench.ts';

describeWith('mosquitto', 'a subscriber at a real broker', (path) => {
  const bench = useSubscribers(path);

  it('hands on every message as a reading', async () => {
    await bench.listening();
    for (const number of upTo(50)) await bench.publish(number);
    await bench.kept(upTo(50));
    expect(bench.readings.at(-1)).toEqual({
      meter: bench.topic,
      time: START + 50,
      timeSource: 'payload',
      arrivedAt: START,
      values: { voltage_l1_n: 230 },
    });
    expect(bench.health.status).toMatchObject({ answering: true, failed: 0, lastReadingAt: START + 50 });
  });

  it('keeps messages apart that have no time of their own and arrive in one millisecond', async () => {
    await bench.listening();
    const before = bench.readings.length;
    const values = upTo(20);
    for (const value of values) await bench.say({ voltage_l1_n: value });
    await expect.poll(() => bench.readings.length, PATIENT).toBe(before + 20);
    const burst = bench.readings.slice(before);
    expect(burst.map((reading) => reading.values.voltage_l1_n)).toEqual(values);
    expect(burst.map((reading) => reading.time)).toEqual(values.map((value) => START + value - 1));
  });

  it('does not wait for one reading to be durable before it takes the next', async () => {
    const waiting: (() => void)[] = [];
    await bench.listening(() => new Promise((resolve) => waiting.push(resolve)));
    for (const number of upTo(10)) await bench.publish(number);
    await expect.poll(() => waiting.length, PATIENT).toBeGreaterThan(10);
    for (const durable of waiting) durable();
  });

  it('acknowledges what nobody can understand, keeps it aside, tells it once for each reason, and goes on', async () => {
    await bench.listening();
    for (const poison of ['', 'no json', '[1]', '{"voltage_l1_n":', `{"x":"${'x'.repeat(300_000)}"}`]) {
      await bench.publisher.publishAsync(bench.topic, poison, { qos: 1 });
    }
    await bench.publish(1);
    await bench.kept([1]);
    const warnings = bench.log.lines.filter(({ level }) => level === 'warn');
    expect(new Set(warnings.map(({ message }) => message))).toEqual(new Set(['Payload is not understood']));
    expect(new Set(warnings.map(({ fields }) => JSON.stringify(fields))).size).toBe(warnings.length);
    expect(warnings[0]?.fields).toMatchObject({ broker: 'main', topic: bench.topic });
    expect(bench.health.status.failed).toBe(5);
    expect(bench.subscriber.status().poison).toBe(5);
    await expect.poll(bench.deadLetters, PATIENT).toHaveLength(5);
    expect(bench.deadLetters()[3]).toMatchObject({
      broker: 'main',
      topic: bench.topic,
      time: new Date(START).toISOString(),
      payload: Buffer.from('{"voltage_l1_n":').toString('base64'),
    });
    // Acknowledged all of them: a new connection is not sent them again.
    await bench.subscriber.stop();
    bench.started();
    await bench.publish(2);
    await bench.kept([1, 2]);
    expect(bench.health.status.failed).toBe(0);
  });

  it('takes no retained message for news', async () => {
    await bench.publisher.publishAsync(bench.topic, JSON.stringify({ time: START + 9, voltage_l1_n: 1 }), {
      qos: 1,
      retain: true,
    });
    bench.started();
    // What a broker kept is sent upon the subscription, before anything else.
    await bench.ready();
    await bench.publish(1);
    await bench.kept([1]);
  });

  it('never writes its password into the log', async () => {
    bench.started(bench.keep, { section: { username: 'u', password: 'top-secret', url: 'mqtt://127.0.0.1:1' } });
    await expect.poll(() => bench.log.lines.length, PATIENT).toBeGreaterThan(0);
    expect(JSON.stringify(bench.log.lines)).not.toContain('top-secret');
  });
});
