import { describe, expect, it, onTestFinished } from 'vitest';
import type { Reading } from '../../src/domain/reading.ts';
import { openBench } from '../pipeline-bench.ts';
import { star } from './points.ts';

const HIGH = (10_000 / Math.sqrt(3)) * 1.08;
const WHOLE = star(HIGH, HIGH, HIGH);
const MINUTES = 6;

/** The alerts after minutes of voltage 8 % too high; `read` gives the reading of each second of a minute. */
async function alertsWhere(read: (second: number) => Partial<Reading> | undefined): Promise<readonly string[]> {
  const bench = await openBench();
  onTestFinished(async () => {
    await bench.close();
    bench.remove();
  });
  for (let second = 0; second < MINUTES * 60; second++) {
    const reading = read(second % 60);
    if (reading) void bench.read('mv', second, {}, reading);
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
    expect(await alertsWhere((second) => (kept(second) ? { values: WHOLE } : undefined))).toEqual(alerts);
  });
});

/** Every second has a reading; what counts is in how many of them the voltages can be trusted. */
describe('a window with too few values to be trusted', () => {
  const MISSING: Reading['missing'] = Object.fromEntries(Object.keys(WHOLE).map((name) => [name, 'not readable']));
  const SUSPECT: Reading['suspect'] = Object.fromEntries(
    Object.entries(WHOLE).map(([name, value]) => [name, { value, reason: 'marked by the meter' }]),
  );

  it.each([
    ['54 of 60 are there', { missing: MISSING }, (second: number) => second % 10 !== 0, ['voltage_deviation firing']],
    ['53 of 60 are there', { missing: MISSING }, (second: number) => second % 10 !== 0 && second !== 59, []],
    ['54 of 60 are sound', { suspect: SUSPECT }, (second: number) => second % 10 !== 0, ['voltage_deviation firing']],
    ['53 of 60 are sound', { suspect: SUSPECT }, (second: number) => second % 10 !== 0 && second !== 59, []],
  ])('opens no alert, a complete one does: %s', async (_, otherwise, kept, alerts) => {
    const read = (second: number) => (kept(second) ? { values: WHOLE } : { values: { frequency: 50 }, ...otherwise });
    expect(await alertsWhere(read)).toEqual(alerts);
  });

  it('opens one for a quantity that is read once a minute', async () => {
    const read = (second: number) => ({ values: second === 7 ? WHOLE : { frequency: 50 } });
    expect(await alertsWhere(read)).toEqual(['voltage_deviation firing']);
  });
});
