import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { GroupCommit } from '../../src/store/group-commit.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A commit whose store takes `writeMs` for each write, with the number of readings of each. */
function committing(writeMs = 0) {
  const writes: number[] = [];
  const store = {
    writeReadings: async (readings: readonly unknown[]) => {
      writes.push(readings.length);
      if (writeMs > 0) await new Promise((resolve) => setTimeout(resolve, writeMs));
    },
  };
  const commit = new GroupCommit(store, pino({ level: 'silent' }));
  let time = 0;
  const add = (count: number): void => {
    for (let each = 0; each < count; each += 1) {
      time += 1;
      void commit.add({ meter: 'm1', time, arrivedAt: time, timeSource: 'payload', values: { frequency: 50 } });
      commit.flushSoon();
    }
  };
  return { writes, add };
}

it('writes what a broker sends at once as soon as no more comes', async () => {
  const { writes, add } = committing();
  add(12);
  await vi.advanceTimersByTimeAsync(1);
  add(8);
  await vi.advanceTimersByTimeAsync(1);
  expect(writes).toEqual([]);
  await vi.advanceTimersByTimeAsync(2);
  expect(writes).toEqual([20]);
});

it('writes what comes without end every 20 ms', async () => {
  const { writes, add } = committing();
  for (let ms = 0; ms < 100; ms += 1) {
    add(1);
    await vi.advanceTimersByTimeAsync(1);
  }
  expect(writes.length).toBeGreaterThanOrEqual(4);
  expect(writes.length).toBeLessThanOrEqual(5);
  for (const count of writes) expect(Math.abs(count - 20)).toBeLessThanOrEqual(1);
});

it('lets the disk rest from a trickle, and not from groups that are worth a write', async () => {
  const { writes, add } = committing(5);
  const turns = async (count: number) => {
    writes.length = 0;
    // One group every 10 ms for a second, a write of which takes half of that.
    for (let turn = 0; turn < 100; turn += 1) {
      add(count);
      await vi.advanceTimersByTimeAsync(10);
    }
    return writes.length;
  };
  // 20 ms until a write, and 5 ms for it, in steps of 10 ms.
  const trickle = await turns(1);
  expect(trickle).toBeGreaterThanOrEqual(33);
  expect(trickle).toBeLessThanOrEqual(50);
  expect(await turns(10)).toBeGreaterThanOrEqual(95);
});
