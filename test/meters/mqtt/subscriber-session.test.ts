import { connectAsync } from 'mqtt';
import { expect, it, onTestFinished } from 'vitest';
import { describeWith } from '../../servers/require-server.ts';
import { TcpProxy } from '../../servers/tcp-proxy.ts';
import { PATIENT, START, upTo, useSubscribers } from './subscriber-bench.ts';

describeWith('mosquitto', 'a subscriber at a real broker', (path) => {
  const bench = useSubscribers(path);

  it.each(['3.1.1', '5'])('misses nothing while it is away: the broker keeps its session (%s)', async (protocol) => {
    await bench.listening(bench.keep, { section: { protocol } });
    await bench.subscriber.stop();
    for (const number of upTo(300)) await bench.publish(number);
    bench.started(bench.keep, { section: { protocol } });
    await bench.kept(upTo(300));
  });

  it.each([
    ['SIGTERM', '3.1.1'],
    ['SIGKILL', '3.1.1'],
    ['SIGKILL', '5'],
  ] as const)('loses nothing when the broker ends by %s and comes back (%s)', async (signal, protocol) => {
    let restart: Promise<void> | undefined;
    await bench.listening(
      async (reading) => {
        await bench.keep(reading);
        if (reading.time === START + 50) restart ??= bench.broker.end(signal).then(() => bench.broker.start());
      },
      { section: { protocol } },
    );
    const all = upTo(200);
    // Each is published when the one before was accepted: the broker ends amid them.
    for (const number of all) await bench.publish(number);
    expect(restart).toBeDefined();
    await restart;
    await bench.kept(all);
    expect(bench.connected()).toBe(2);
  });

  it('subscribes again at a broker that has forgotten it', async () => {
    await bench.listening();
    const before = bench.connected();
    await bench.broker.end();
    await bench.broker.forget();
    await bench.broker.start();
    await expect.poll(bench.connected, PATIENT).toBe(before + 1);
    await expect
      .poll(async () => {
        await bench.publish(7);
        return bench.numbers();
      }, PATIENT)
      .toEqual([7]);
    const states = bench.log.lines.filter(({ level }) => level === 'warn');
    expect(states).toMatchObject([{ message: 'Broker is not connected' }]);
  });

  it('takes back a wildcard that an earlier configuration left in its session', async () => {
    const section = { client_id: 'wildcard' };
    const earlier = await connectAsync(bench.broker.url, { clientId: 'wildcard', clean: false });
    await earlier.subscribeAsync('plant/+/#', { qos: 1 });
    await earlier.endAsync();
    await bench.listening(bench.keep, { section });
    await bench.publish(1, 'plant/7/a');
    await bench.publish(2);
    await bench.kept([2]);
    await bench.subscriber.stop();
    for (const number of upTo(50)) await bench.publish(number, `plant/${number}/b`);
    await bench.publish(3);
    const later = bench.started(bench.keep, { section });
    await bench.kept([2, 3]);
    expect(later.status()).toMatchObject({ received: 1, poison: 0 });
    expect(bench.log.lines.filter(({ level }) => level === 'warn')).toEqual([]);
  });

  it('tells one of all the topics that an earlier configuration left in its session', async () => {
    const section = { client_id: 'left' };
    const earlier = await connectAsync(bench.broker.url, { clientId: 'left', clean: false });
    await earlier.subscribeAsync('left/#', { qos: 1 });
    await earlier.endAsync();
    for (const number of upTo(50)) await bench.publish(number, `left/${number}`);
    const own = bench.started(bench.keep, { section });
    await expect.poll(() => own.status().received, PATIENT).toBeGreaterThanOrEqual(50);
    await bench.ready();
    const told = bench.log.lines.filter(
      ({ level, message }) => level !== 'debug' && message.includes('earlier configuration'),
    );
    expect(told).toHaveLength(1);
    expect(bench.readings.filter(({ time }) => time > START)).toEqual([]);
  });

  it('is sent everything once, however often it was connected', async () => {
    const proxy = new TcpProxy(bench.broker.port);
    const url = `mqtt://127.0.0.1:${await proxy.start()}`;
    onTestFinished(() => proxy.stop());
    const own = await bench.listening(bench.keep, { section: { url } });
    proxy.cut();
    await expect.poll(bench.connected, PATIENT).toBe(2);
    await expect.poll(() => own.status().inHand, PATIENT).toBe(0);
    const before = bench.readings.length;
    for (const number of upTo(20)) await bench.publish(number);
    await bench.kept(upTo(20));
    expect(bench.readings).toHaveLength(before + 20);
  });

  it('loses nothing on a line that is cut and goes silent again and again', async () => {
    const proxy = new TcpProxy(bench.broker.port);
    const url = `mqtt://127.0.0.1:${await proxy.start()}`;
    onTestFinished(() => proxy.stop());
    const own = await bench.listening(bench.keep, { section: { url, keepalive: '1s' } });
    const all = upTo(300);
    for (const number of all) {
      await bench.publish(number);
      if (number === 100 || number === 150) proxy.cut();
      if (number === 200) proxy.silence();
    }
    await expect.poll(() => own.status().isConnected, PATIENT).toBe(false);
    proxy.speak();
    await expect.poll(bench.numbers, { ...PATIENT, timeout: 30_000 }).toEqual(all);
    expect(own.status()).toMatchObject({ isConnected: true, poison: 0 });
  }, 60_000);

  it('is not troubled by a broker that is not there at the start', async () => {
    await bench.broker.end();
    const own = bench.started();
    expect(own.status().lastError).toBeUndefined();
    await expect.poll(() => bench.log.lines.length, PATIENT).toBe(1);
    expect(own.status()).toMatchObject({ isConnected: false, lastError: expect.stringContaining('ECONNREFUSED') });
    expect(bench.log.lines[0]).toMatchObject({
      level: 'warn',
      message: 'Broker is not connected',
      fields: { broker: 'main' },
    });
    await bench.broker.start();
    await bench.ready();
    expect(bench.log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
    expect(own.status()).not.toHaveProperty('lastError');
  });

  it('is sent again what it could not store, without being asked', async () => {
    let isFull = true;
    await bench.listening(async (reading) => {
      if (isFull && reading.time > START) throw new Error('disk full');
      await bench.keep(reading);
    });
    for (const number of upTo(5)) await bench.publish(number);
    await expect
      .poll(() => bench.log.lines.at(-1), PATIENT)
      .toMatchObject({
        level: 'error',
        fields: { broker: 'main', topic: bench.topic, err: { message: 'disk full' } },
      });
    expect(bench.numbers()).toEqual([]);
    isFull = false;
    await bench.kept(upTo(5));
    expect(bench.log.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
  });

  it('is sent again what was in hand when it ended', async () => {
    await bench.listening((reading) => (reading.time > START ? new Promise(() => undefined) : undefined));
    await bench.publish(1);
    await expect.poll(() => bench.handedOn.at(-1)?.time, PATIENT).toBe(START + 1);
    const start = performance.now();
    await bench.subscriber.stop();
    expect(performance.now() - start).toBeLessThan(10_000);
    bench.started();
    await bench.kept([1]);
  });

  it('follows a change of its topics, and drops those that are gone from the session', async () => {
    await bench.listening(bench.keep, { topics: ['gone/1'] });
    await bench.subscriber.stop();
    await bench.listening();
    await bench.publish(1, 'gone/1');
    await bench.publish(2);
    await bench.kept([2]);
    await bench.subscriber.stop();
    // Its session no longer collects messages of the topic that was gone: nobody is sent them later.
    await bench.publish(3, 'gone/1');
    await bench.publish(4);
    bench.started(bench.keep, { topics: ['gone/1', bench.topic] });
    await bench.kept([2, 4]);
  });
});
