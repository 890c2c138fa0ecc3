import { expect, it } from 'vitest';
import { refill } from '../../src/windows/refill.ts';
import { Windows } from '../../src/windows/windows.ts';

const START = Date.UTC(2026, 2, 1, 8, 0, 0);

it('fills windows with what was measured in them, and not with what only arrived in them', async () => {
  const windows = new Windows(() => 1_000, START);
  const old = { value: 100, reason: 'age unknown' } as const;
  await refill(windows, ['m'], START + 40_000, async (meter) =>
    Array.from({ length: 80 }, (_, index) => {
      const time = START + index * 500;
      return index % 2 === 0
        ? { meter, time, values: { voltage_l1_n: 230 } }
        : { meter, time, values: {}, suspect: { voltage_l1_n: old } };
    }),
  );
  const [minute] = windows.close(START + 70_000);
  expect(minute).toMatchObject({ count: 40, aggregates: { voltage_l1_n: { value: 230, count: 40 } } });
  expect(minute?.aggregates.voltage_l1_n).not.toHaveProperty('untrusted');
});
