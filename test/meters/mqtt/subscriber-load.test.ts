import { expect, it } from 'vitest';
import { describeWith } from '../../servers/require-server.ts';
import { models, PATIENT, START, upTo, useSubscribers } from './subscriber-bench.ts';

const LONG = { timeout: 40_000, interval: 50 };

describeWith('mosquitto', 'a subscriber under load', (path) => {
  // With every message on disk the broker itself would be the slow one.
  const bench = useSubscribers(path, { isPersistent: false, lines: ['max_inflight_messages 20'] });

  it('is not held up by a storm of poison', async () => {
    await bench.listening();
    const storm = upTo(5_000).map((count) => bench.publisher.publishAsync(bench.topic, `{"x":${count}`, { qos: 1 }));
    await Promise.all(storm);
    await bench.publish(1);
    await bench.kept([1], LONG);
    expect(bench.subscriber.status()).toMatchObject({ poison: 5_000, inHand: 0 });
    expect(bench.log.lines.filter(({ level }) => level === 'warn').length).toBeLessThan(10);
  });

  it('says nothing of each of many messages, whatever is in them and whether they could be stored', async () => {
    const topics = upTo(500).map((count) => `${bench.topic}/${count}`);
    let isFull = true;
    const own = await bench.listening(
      async (reading) => {
        if (isFull && reading.timeSource === 'payload' && reading.time > START) throw new Error('disk full');
        return bench.keep(reading);
      },
      { topics, model: models.WITH_DIPS, onEvents: async () => undefined },
    );
    const payloads = [
      { time: START + 5_000, voltage_l1_n: 230, dips: [{ start: START - 5_000 }] },
      { time: START + 86_400_000, voltage_l1_n: 230 },
      { time: START - 86_400_000 * 8, voltage_l1_n: 230, dips: [{ start: 'never' }] },
    ];
    const sent = topics.flatMap((each) => payloads.map((payload) => bench.say(payload, each)));
    // The broker sends 20 of them, which cannot be stored, and the same again with each of two new connections.
    await expect.poll(() => own.status().redelivered, LONG).toBeGreaterThanOrEqual(40);
    isFull = false;
    const kept = () =>
      new Set(bench.readings.filter(({ time }) => time === START + 5_000).map(({ meter }) => meter)).size;
    await expect.poll(kept, LONG).toBe(500);
    await Promise.all(sent);
    await expect.poll(() => own.status().inHand, LONG).toBe(0);
    expect(bench.log.lines.filter(({ level }) => level !== 'debug').map(({ message }) => message)).toEqual([
      'Broker connected',
      'A reading could not be stored; its message is fetched again',
      // Of those whose own time cannot be true, once for all.
      expect.stringContaining('had waited'),
    ]);
  }, 90_000);

  it('takes thousands of retained messages and none of them for news', async () => {
    const topics = upTo(10_000).map((count) => `${bench.topic}/${count}`);
    await Promise.all(
      topics.map((each) =>
        bench.publisher.publishAsync(each, JSON.stringify({ time: START, voltage_l1_n: 1 }), { qos: 1, retain: true }),
      ),
    );
    const first = topics[0] ?? '';
    const own = bench.started(bench.keep, { topics });
    await expect.poll(() => own.status().received, LONG).toBeGreaterThanOrEqual(10_000);
    expect(bench.readings).toEqual([]);
    await bench.publish(1, first);
    await bench.kept([1], LONG);
    expect(own.status()).toMatchObject({ isConnected: true, poison: 0 });
    // They would come up again with every subscription of a later test.
    // One after the other: each that is sent while the socket is full waits for it with a listener of its own.
    for (const each of topics) await bench.publisher.publishAsync(each, '', { qos: 0, retain: true });
  }, 90_000);

  it('holds back what it cannot take, and takes it when there is room', async () => {
    let isOpen = false;
    const waiting: (() => void)[] = [];
    const own = bench.started((reading) => {
      if (isOpen) return bench.keep(reading);
      return new Promise<void>((resolve) => waiting.push(resolve)).then(() => bench.keep(reading));
    });
    // With QoS 0 no broker waits for an acknowledgement: only we can hold it back.
    await expect.poll(() => own.status().isConnected, PATIENT).toBe(true);
    await bench.handsOn(() => bench.publish(1));
    for (const number of upTo(8_000)) {
      bench.publisher.publish(bench.topic, JSON.stringify({ time: START + number, voltage_l1_n: 230 }), { qos: 0 });
    }
    await expect.poll(() => own.status().inHand, LONG).toBe(5_000);
    expect(bench.handedOn.length).toBe(5_000);
    isOpen = true;
    for (const durable of waiting) durable();
    await bench.kept(upTo(8_000), LONG);
    await expect.poll(() => own.status().inHand, PATIENT).toBe(0);
  }, 90_000);

  it.each([
    ['3.1.1', 2],
    ['5', 1],
  ] as const)('makes one reading of more parts than a broker sends unacknowledged (%s)', async (protocol, atMost) => {
    const own = bench.started(bench.keep, { model: models.PARTS, section: { protocol } });
    await expect.poll(() => own.status().isConnected, PATIENT).toBe(true);
    const quantities = [1, 2, 3].flatMap((phase) =>
      [
        'voltage_l#_n',
        'current_l#',
        'active_power_l#',
        'reactive_power_l#',
        'apparent_power_l#',
        'power_factor_l#',
        'thd_u_l#',
        'thd_i_l#',
      ].map((name) => name.replace('#', String(phase))),
    );
    await bench.handsOn(() => bench.publisher.publishAsync(`${bench.topic}/frequency`, '50', { qos: 1 }));
    await expect.poll(() => own.status().inHand, PATIENT).toBe(0);
    const before = bench.readings.length;
    await Promise.all(
      quantities.map((name) => bench.publisher.publishAsync(`${bench.topic}/${name}`, '0.5', { qos: 1 })),
    );
    const parts = () => bench.readings.slice(before);
    await expect
      .poll(
        () =>
          parts()
            .flatMap(({ values }) => Object.keys(values))
            .sort(),
        PATIENT,
      )
      .toEqual(quantities.sort());
    expect(parts().length).toBeLessThanOrEqual(atMost);
    expect(new Set(parts().map(({ time }) => time)).size).toBe(1);
    await expect.poll(() => own.status().inHand, PATIENT).toBe(0);
  });

  it('hands on what it has gathered when it is ended', async () => {
    const own = bench.started(bench.keep, { model: models.PARTS });
    await expect.poll(() => own.status().isConnected, PATIENT).toBe(true);
    await expect
      .poll(async () => {
        await bench.publisher.publishAsync(`${bench.topic}/voltage_l1_n`, '230', { qos: 0 });
        return own.status().inHand;
      }, PATIENT)
      .toBeGreaterThan(0);
    await bench.publisher.publishAsync(`${bench.topic}/voltage_l2_n`, '231', { qos: 1 });
    await expect.poll(() => own.status().inHand, PATIENT).toBeGreaterThan(1);
    await own.stop();
    expect(bench.readings.at(-1)?.values).toEqual({ voltage_l1_n: 230, voltage_l2_n: 231 });
    expect(own.status()).toMatchObject({ inHand: 0, isConnected: false });
  });
});
