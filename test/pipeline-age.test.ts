import { expect, it } from 'vitest';
import { type Bench, bench, changes, HEALTHY, run, START } from './pipeline-bench.ts';
import { phases } from './rules/points.ts';

function waited(each: Bench, second: number): Promise<void> {
  const time = START + second * 1_000;
  const values = phases(20, 220, 220);
  return each.pipeline.accept({
    meter: 'lv',
    time,
    arrivedAt: time,
    timeSource: 'arrival',
    timeFault: 'age unknown',
    values,
  });
}

it('takes readings of an unknown age for a sign of life, and no more', async () => {
  const each = await bench();
  for (let second = 0; second < 60; second += 1) {
    void waited(each, second);
    void each.read('mv', second, { ...HEALTHY.mv, frequency: 50 + 0.01 * (second % 3) });
    await each.tick(second + 0.5);
  }
  expect(changes(each)).toEqual([]);
});

it('neither opens nor ends an alert upon them, and keeps them out of windows', async () => {
  const each = await bench();
  await run(each, 0, 5, { lv: phases(150, 220, 220) });
  const open = changes(each);
  expect(open).toEqual(['voltage_dip lv firing 0']);
  for (let index = 0; index < 10; index += 1) {
    const time = START + 4_001 + index;
    void each.pipeline.accept({
      meter: 'lv',
      time,
      arrivedAt: time,
      timeSource: 'arrival',
      timeFault: 'age unknown',
      values: HEALTHY.lv,
    });
  }
  expect(changes(each)).toEqual(open);
  await run(each, 5, 70, { lv: phases(150, 220, 220) });
  const [window] = await each.store.windows('lv', '1m', START, START + 60_000);
  expect(window).toMatchObject({ count: 60, aggregates: { voltage_l1_n: { max: 150, count: 60 } } });
  // All are on disk: 70 of now and 10 of some time.
  expect(await each.store.readings('lv', START, START + 70_000)).toHaveLength(80);
});
