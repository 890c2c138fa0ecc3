import { describe, expect, it, onTestFinished } from 'vitest';
import { openBench } from '../pipeline-bench.ts';
import { star } from './points.ts';

const HIGH = (10_000 / Math.sqrt(3)) * 1.08;
const MINUTES = 6;

/** The alerts after minutes of voltage 8 % too high; of each minute only the `kept` seconds have a reading. */
async function alertsWhere(kept: (second: number) => boolean): Promise<readonly string[]> {
  const bench = await openBench();
  onTestFinished(async () => {
    await bench.close();
    bench.remove();
  });
  for (let second = 0; second < MINUTES * 60; second++) {
    if (kept(second % 60)) void bench.read('mv', second, star(HIGH, HIGH, HIGH));
    await bench.tick(second + 0.5);
  }
  const alerts = bench.state.recentAlerts(100).filter(({ subject }) => subject === 'mv');
  return alerts.map(({ rule, state }) => `${rule} ${state}`);
}

/** The shipped pack wants 90 % of the readings: 54 of the 60 that one poll a second promises. */
describe('a window with too few readings', () => {
  it.each([
    ['all', () => true, ['voltage_deviation firing']],
    ['54 of 60', (second: number) => second % 10 !== 0, ['voltage_deviation firing']],
    ['53 of 60', (second: number) => second % 10 !== 0 && second !== 59, []],
    ['half', (second: number) => second % 2 === 0, []],
  ])('opens no alert, a complete one does: %s', async (_, kept, alerts) => {
    expect(await alertsWhere(kept)).toEqual(alerts);
  });
});
