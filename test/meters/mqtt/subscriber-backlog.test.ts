import { expect, it } from 'vitest';
import { changes, bench as pipelineBench } from '../../pipeline-bench.ts';
import { phases, star } from '../../rules/points.ts';
import { describeWith } from '../../servers/require-server.ts';
import { PATIENT, START, upTo, useSubscribers } from './subscriber-bench.ts';

const COUNT = 3_000;
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
});
