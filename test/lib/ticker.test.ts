import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { Ticker } from '../../src/lib/ticker.ts';
import { keepingLog } from '../store/keeping-log.ts';

const START = Date.UTC(2026, 2, 1, 8, 0, 0, 300);

beforeEach(() => {
  vi.useFakeTimers({ now: START });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a ticker', () => {
  it('ticks on the whole period, wherever it was started', async () => {
    const ticks: number[] = [];
    const ticker = new Ticker(1_000, systemClock, keepingLog(), async (now) => void ticks.push(now - START));
    ticker.start();
    await vi.advanceTimersByTimeAsync(3_000);
    expect(ticks).toEqual([700, 1_700, 2_700]);
    await ticker.stop();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(ticks).toHaveLength(3);
  });

  it('never ticks twice at once: a slow tick is waited for, the periods in it are left out', async () => {
    const ticks: number[] = [];
    let release: () => void = () => undefined;
    const ticker = new Ticker(1_000, systemClock, keepingLog(), (now) => {
      ticks.push(now - START);
      return ticks.length === 1 ? new Promise((resolve) => (release = resolve)) : Promise.resolve();
    });
    ticker.start();
    await vi.advanceTimersByTimeAsync(3_400);
    expect(ticks).toEqual([700]);
    release();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(ticks).toEqual([700, 3_700]);
    await ticker.stop();
  });

  it('goes on after a tick that throws, and says so', async () => {
    const log = keepingLog();
    let count = 0;
    const ticker = new Ticker(1_000, systemClock, log, async () => {
      count += 1;
      if (count === 1) throw new Error('a defect');
    });
    ticker.start();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(count).toBe(2);
    expect(log.messages('error')).toEqual(['A tick failed; the next one comes']);
    await ticker.stop();
  });

  it('ticks once per period even where the timer fires a little before the clock gets there', async () => {
    const behind = { now: () => Date.now() - 1 };
    const ticks: number[] = [];
    const clock = { now: () => (ticks.length === 0 ? Date.now() : behind.now()) };
    const ticker = new Ticker(1_000, clock, keepingLog(), async () => void ticks.push(Date.now() - START));
    ticker.start();
    await vi.advanceTimersByTimeAsync(3_500);
    expect(ticks).toEqual([700, 1_701, 2_701]);
    await ticker.stop();
  });

  it('goes on when the clock is set back', async () => {
    let offset = 0;
    let count = 0;
    const clock = { now: () => Date.now() + offset };
    const ticker = new Ticker(1_000, clock, keepingLog(), async () => {
      count += 1;
    });
    ticker.start();
    await vi.advanceTimersByTimeAsync(2_000);
    offset = -3_600_000;
    await vi.advanceTimersByTimeAsync(3_000);
    expect(count).toBe(5);
    await ticker.stop();
  });

  it('is stopped when its running tick has ended', async () => {
    let release: () => void = () => undefined;
    let isStopped = false;
    const ticker = new Ticker(1_000, systemClock, keepingLog(), () => new Promise((resolve) => (release = resolve)));
    ticker.start();
    await vi.advanceTimersByTimeAsync(1_000);
    const stopping = ticker.stop().then(() => {
      isStopped = true;
    });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(isStopped).toBe(false);
    release();
    await stopping;
    expect(vi.getTimerCount()).toBe(0);
  });
});
