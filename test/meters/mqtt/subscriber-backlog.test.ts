import { expect, it, onTestFinished } from 'vitest';
import { changes, bench as pipelineBench } from '../../pipeline-bench.ts';
import { phases, star } from '../../rules/points.ts';
import { describeWith } from '../../servers/require-server.ts';
import { TcpProxy } from '../../servers/tcp-proxy.ts';
import { PATIENT, START, upTo, useSubscribers } from './subscriber-bench.ts';

const COUNT = 3_000;
/** A replay ends after a few, and the machine may be busy. */
const FEW_SECONDS = { timeout: 30_000, interval: 50 };
const LONG = { timeout: 40_000, interval: 50 };
/** Longer than the quiet moment after which a broker has no more of what it kept. */
const NOW_AND_THEN = { timeout: 40_000, interval: 700 };

describeWith('mosquitto', 'a subscriber that was away while messages without a time came', (path) => {
  // With every message on disk the broker itself would be the slow one.
  const bench = useSubscribers(path, { isPersistent: false });

  it.each(['3.1.1', '5'])(
    'keeps each of them and judges none as of now, and judges what comes then (%s)',
    async (protocol) => {
      const each = await pipelineBench();
      const section = { protocol };
      await bench.listening(bench.keep, { section });
      await bench.subscriber.stop();
      // A dip, hours ago perhaps.
      await Promise.all(upTo(COUNT).map(() => bench.say(phases(100, 220, 220))));
      const own = bench.started((reading) => each.pipeline.accept({ ...reading, meter: 'lv' }), { section });
      await expect.poll(() => own.status().received, LONG).toBe(COUNT);
      await expect.poll(() => own.status().inHand, LONG).toBe(0);
      expect(changes(each)).toEqual([]);

      const stored = () => each.store.readings('lv', START - 60_000, START + 60_000);
      const kept = await stored();
      expect(kept).toHaveLength(COUNT);
      expect(kept.every(({ values }) => Object.keys(values).length === 0)).toBe(true);
      const reasons = kept.flatMap(({ suspect = {} }) =>
        Object.values(suspect).map(({ value, reason }) => `${value} ${reason}`),
      );
      expect(new Set(reasons)).toEqual(new Set(['100 age unknown', '220 age unknown']));
      expect(reasons).toHaveLength(3 * COUNT);
      await each.tick(0);
      expect(each.book.open()).toEqual([]);

      const ofNow = () => bench.handedOn.filter(({ timeFault }) => timeFault === undefined);
      await expect
        .poll(async () => {
          await bench.say(star(220, 220, 220));
          return ofNow().length;
        }, NOW_AND_THEN)
        .toBeGreaterThan(0);
      await bench.say(phases(90, 220, 220));
      await expect.poll(() => changes(each), PATIENT).toEqual([expect.stringMatching(/^voltage_dip lv firing/)]);
      await expect.poll(() => own.status().inHand, PATIENT).toBe(0);
      expect((await stored()).filter(({ values }) => values.voltage_l1_n === 90)).toHaveLength(1);
    },
    90_000,
  );

  it('judges what comes again within seconds, however many speak and whatever their intervals say', async () => {
    const conditions = { pollInterval: 10_000 };
    await bench.listening(bench.keep, conditions);
    await bench.subscriber.stop();
    await Promise.all(upTo(COUNT).map(() => bench.say({ voltage_l1_n: 1 })));
    bench.started(bench.keep, conditions);
    await expect.poll(() => bench.handedOn.length, LONG).toBe(COUNT);
    const senders = setInterval(() => bench.publisher.publish(bench.topic, '{"voltage_l1_n":2}', { qos: 1 }), 50);
    onTestFinished(() => clearInterval(senders));
    await expect.poll(() => bench.handedOn.some(({ timeFault }) => !timeFault), FEW_SECONDS).toBe(true);
    const first = bench.handedOn.findIndex(({ timeFault }) => !timeFault);
    expect(first).toBeGreaterThanOrEqual(COUNT);
    expect(bench.handedOn.slice(first).every(({ timeFault }) => !timeFault)).toBe(true);
  });

  it('does not take the round trips of a slow line for quiet moments, and hears that its meter lives', async () => {
    const proxy = new TcpProxy(bench.broker.port, 300);
    const url = `mqtt://127.0.0.1:${await proxy.start()}`;
    onTestFinished(() => proxy.stop());
    await bench.listening();
    await bench.subscriber.stop();
    // Three times what the broker sends before it waits.
    for (const voltage of upTo(60)) await bench.say({ voltage_l1_n: voltage });
    bench.started(bench.keep, { section: { url } });
    await expect.poll(() => bench.handedOn.length, LONG).toBe(60);
    expect(bench.handedOn.every(({ timeFault }) => timeFault === 'age unknown')).toBe(true);
    expect(bench.health.status).toMatchObject({ answering: true, lastReadingAt: START, polls: 60 });
  });

  it('knows that the broker waits for the disk, also while messages come that nobody acknowledges', async () => {
    await bench.listening();
    await bench.subscriber.stop();
    for (const voltage of upTo(40)) await bench.say({ voltage_l1_n: voltage });
    let goOn = (): void => undefined;
    const disk = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    bench.started(async ({ values }) => (values.voltage_l1_n === undefined ? undefined : disk));
    await expect.poll(() => bench.handedOn.length, LONG).toBe(20);
    await expect
      .poll(() => {
        bench.publisher.publish(bench.topic, '{"voltage_l2_n":2}', { qos: 0 });
        return bench.handedOn.length;
      }, NOW_AND_THEN)
      .toBe(24);
    goOn();
    await expect.poll(() => bench.handedOn.filter(({ values }) => values.voltage_l1_n).length, LONG).toBe(40);
    expect(bench.handedOn.filter(({ timeFault }) => timeFault !== 'age unknown')).toEqual([]);
  });
});
