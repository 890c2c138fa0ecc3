import { describe, expect, it } from 'vitest';
import { health, line, lineWith, log, now, pass, putMeter, readings, server } from './line-bench.ts';

const UNITS = [1, 2, 3, 4];
const METERS = UNITS.map((unit) => `m${unit}`);

/** Polls four meters every second, each of which takes so many milliseconds. */
async function run(seconds: number, pollTime: number): Promise<void> {
  for (const unit of UNITS) putMeter(unit);
  let due = now;
  let asked = 0;
  const tick = () => {
    due += 1_000;
    for (const meter of METERS) {
      asked += 1;
      line?.poll(meter);
    }
  };
  server.fault = ({ start }) => {
    if (start === 0) pass(pollTime);
    // A tick that comes while a poll runs.
    while (due <= now) tick();
    return undefined;
  };
  lineWith(UNITS);
  const isIdle = () => {
    const all = [...health.values()].map(({ status }) => status.polls + status.skipped);
    return all.reduce((sum, each) => sum + each, 0) === asked;
  };
  const end = now + 1_000 * seconds;
  while (now < end) {
    if (now < due) pass(due - now);
    tick();
    await expect.poll(isIdle, { interval: 1, timeout: 10_000 }).toBe(true);
  }
}

const told = () => log.lines.filter(({ message }) => message.startsWith('Line is too slow'));

describe('a line that is too slow for its meters', () => {
  it('serves all of them alike, and tells it once an hour', async () => {
    // 4 × 260 ms are 40 ms more than the interval: in every other second the last is still being asked.
    await run(130, 260);
    const counts = METERS.map((meter) => readings.filter((reading) => reading.meter === meter).length);
    expect(counts.reduce((sum, each) => sum + each, 0)).toBeLessThan(0.9 * 4 * 130);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(2);
    expect(told()).toMatchObject([
      { level: 'warn', fields: { skippedPercent: 13, shortestCycle: 1_040, hint: 'poll_interval' } },
    ]);
  });

  it('is not one that skips a poll now and then', async () => {
    await run(130, 240);
    expect(told()).toEqual([]);
    expect(readings.length).toBeGreaterThanOrEqual(4 * 130);
  });
});
