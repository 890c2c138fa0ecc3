import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { describeWith } from '../../servers/require-server.ts';
import {
  broker,
  connected,
  handedOn,
  keep,
  log,
  numbers,
  PATIENT,
  publish,
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
});
