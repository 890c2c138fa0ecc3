import { connectAsync } from 'mqtt';
import { expect, it, onTestFinished } from 'vitest';
import { describeWith } from '../../servers/require-server.ts';
import { TcpProxy } from '../../servers/tcp-proxy.ts';
import {
  broker,
  connected,
  handedOn,
  keep,
  log,
  numbers,
  PATIENT,
  publish,
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

  it.each(['3.1.1', '5'])('misses nothing while it is away: the broker keeps its session (%s)', async (protocol) => {
    started(keep, { section: { protocol } });
    await ready();
    await subscriber?.stop();
    for (const number of upTo(300)) await publish(number);
    started(keep, { section: { protocol } });
    await expect.poll(numbers, PATIENT).toEqual(upTo(300));
  });

  it.each([
    ['SIGTERM', '3.1.1'],
    ['SIGKILL', '3.1.1'],
    ['SIGKILL', '5'],
  ] as const)('loses nothing when the broker ends by %s and comes back (%s)', async (signal, protocol) => {
    let restart: Promise<void> | undefined;
    started(
      async (reading) => {
        await keep(reading);
        if (reading.time === START + 50) restart ??= broker.end(signal).then(() => broker.start());
      },
      { section: { protocol } },
    );
    await ready();
    const all = upTo(200);
    // Each is published when the one before was accepted: the broker ends amid them.
    for (const number of all) await publish(number);
    expect(restart).toBeDefined();
    await restart;
    await expect.poll(numbers, PATIENT).toEqual(all);
    expect(connected()).toBe(2);
  });

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

  it('takes back a wildcard that an earlier configuration left in its session', async () => {
    const section = { client_id: 'wildcard' };
    const earlier = await connectAsync(broker.url, { clientId: 'wildcard', clean: false });
    await earlier.subscribeAsync('plant/+/#', { qos: 1 });
    await earlier.endAsync();
    started(keep, { section });
    await ready();
    await publish(1, 'plant/7/a');
    await publish(2);
    await expect.poll(numbers, PATIENT).toEqual([2]);
    await subscriber?.stop();
    for (const number of upTo(50)) await publish(number, `plant/${number}/b`);
    await publish(3);
    const later = started(keep, { section });
    await expect.poll(numbers, PATIENT).toEqual([2, 3]);
    expect(later.status()).toMatchObject({ received: 1, poison: 0 });
    expect(log.lines.filter(({ level }) => level === 'warn')).toEqual([]);
  });

  it('tells one of all the topics that an earlier configuration left in its session', async () => {
    const section = { client_id: 'left' };
    const earlier = await connectAsync(broker.url, { clientId: 'left', clean: false });
    await earlier.subscribeAsync('left/#', { qos: 1 });
    await earlier.endAsync();
    for (const number of upTo(50)) await publish(number, `left/${number}`);
    const own = started(keep, { section });
    await expect.poll(() => own.status().received, PATIENT).toBeGreaterThanOrEqual(50);
    await ready();
    const told = log.lines.filter(
      ({ level, message }) => level !== 'debug' && message.includes('earlier configuration'),
    );
    expect(told).toHaveLength(1);
    expect(readings.filter(({ time }) => time > START)).toEqual([]);
  });

  it('is sent everything once, however often it was connected', async () => {
    const proxy = new TcpProxy(broker.port);
    const url = `mqtt://127.0.0.1:${await proxy.start()}`;
    onTestFinished(() => proxy.stop());
    const own = started(keep, { section: { url } });
    await ready();
    proxy.cut();
    await expect.poll(connected, PATIENT).toBe(2);
    await expect.poll(() => own.status().inHand, PATIENT).toBe(0);
    const before = readings.length;
    for (const number of upTo(20)) await publish(number);
    await expect.poll(numbers, PATIENT).toEqual(upTo(20));
    expect(readings).toHaveLength(before + 20);
  });

  it('loses nothing on a line that is cut and goes silent again and again', async () => {
    const proxy = new TcpProxy(broker.port);
    const url = `mqtt://127.0.0.1:${await proxy.start()}`;
    onTestFinished(() => proxy.stop());
    const own = started(keep, { section: { url, keepalive: '1s' } });
    await ready();
    const all = upTo(300);
    for (const number of all) {
      await publish(number);
      if (number === 100 || number === 150) proxy.cut();
      if (number === 200) proxy.silence();
    }
    await expect.poll(() => own.status().isConnected, PATIENT).toBe(false);
    proxy.speak();
    await expect.poll(numbers, { ...PATIENT, timeout: 30_000 }).toEqual(all);
    expect(own.status()).toMatchObject({ isConnected: true, poison: 0 });
  }, 60_000);

  it('is not troubled by a broker that is not there at the start', async () => {
    await broker.end();
    const own = started();
    expect(own.status().lastError).toBeUndefined();
    await expect.poll(() => log.lines.length, PATIENT).toBe(1);
    expect(own.status()).toMatchObject({ isConnected: false, lastError: expect.stringContaining('ECONNREFUSED') });
    expect(log.lines[0]).toMatchObject({
      level: 'warn',
      message: 'Broker is not connected',
      fields: { broker: 'main' },
    });
    await broker.start();
    await ready();
    expect(log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
    expect(own.status()).not.toHaveProperty('lastError');
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

  it('follows a change of its topics, and drops those that are gone from the session', async () => {
    started(keep, { topics: ['gone/1'] });
    await ready('gone/1');
    await subscriber?.stop();
    started();
    await ready();
    await publish(1, 'gone/1');
    await publish(2);
    await expect.poll(numbers, PATIENT).toEqual([2]);
    await subscriber?.stop();
    // Its session no longer collects messages of the topic that was gone: nobody is sent them later.
    await publish(3, 'gone/1');
    await publish(4);
    started(keep, { topics: ['gone/1', topic()] });
    await expect.poll(numbers, PATIENT).toEqual([2, 4]);
  });
});
