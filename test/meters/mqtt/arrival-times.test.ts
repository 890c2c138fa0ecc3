import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ArrivalTimes } from '../../../src/meters/mqtt/arrival-times.ts';

const START = Date.UTC(2026, 2, 1, 8);

it('gives a meter no instant twice, whatever comes how fast and whether it waited', () => {
  const arrivals = fc.array(fc.tuple(fc.nat({ max: 40 }), fc.boolean(), fc.nat({ max: 300 })), { maxLength: 40 });
  fc.assert(
    fc.property(arrivals, (bursts) => {
      const times = new ArrivalTimes();
      const used = new Set<number>();
      let now = START;
      let count = 0;
      for (const [pause, hasWaited, size] of bursts) {
        now += pause;
        for (let each = 0; each < size; each += 1) {
          const stamp = times.unused('m1', now, hasWaited);
          used.add(stamp.time);
          count += 1;
          expect(stamp.time).toBeGreaterThanOrEqual(now);
          // What is of now stays near now, however much has waited.
          if (!stamp.hasWaited) expect(stamp.time - now).toBeLessThanOrEqual(1_000);
          if (hasWaited) expect(stamp.hasWaited).toBe(true);
        }
      }
      expect(used.size).toBe(count);
    }),
  );
});

it('keeps the order of what waited, and gives what is of now its own time as nearly as can be', () => {
  const times = new ArrivalTimes();
  const waited = Array.from({ length: 7_200 }, () => times.unused('m1', START, true).time);
  expect(waited).toEqual([...waited].sort((a, b) => a - b));
  expect(new Set(waited).size).toBe(7_200);
  for (const after of [0, 1_000, 2_000, 2_501]) {
    const { time, hasWaited } = times.unused('m1', START + after);
    expect(hasWaited).toBe(false);
    expect(time - START - after).toBeLessThanOrEqual(1);
    expect(waited).not.toContain(time);
  }
  // Another meter has its own.
  expect(times.unused('m2', START)).toEqual({ time: START, hasWaited: false });
});

it('takes for held up what comes faster than any meter speaks', () => {
  const times = new ArrivalTimes();
  const stamps = Array.from({ length: 7_200 }, () => times.unused('m1', START));
  expect(new Set(stamps.map(({ time }) => time)).size).toBe(7_200);
  // One for each millisecond of a second.
  expect(stamps.filter(({ hasWaited }) => !hasWaited)).toHaveLength(1_000);
  expect(stamps.findIndex(({ hasWaited }) => hasWaited)).toBe(1_000);
});

it('follows a clock that is set back by much, and goes on where it is set back by little', () => {
  const times = new ArrivalTimes();
  times.unused('m1', START);
  expect(times.unused('m1', START - 900).time).toBe(START + 1);
  expect(times.unused('m1', START - 3_600_000).time).toBe(START - 3_600_000);
});
