import { describe, expect, it } from 'vitest';
import type { Meter } from '../../src/domain/customer.ts';
import { type Fleet, fleetOf } from '../../src/domain/fleet.ts';
import { SilenceWatch } from '../../src/rules/silence-watch.ts';
import { point } from './points.ts';

const LIMITS = { missed_polls: 5, at_least: 10_000 };
const GATEWAY = 'modbus-tcp://gw:502';

function fleet(...meters: readonly (readonly [id: string, host: string])[]): Fleet {
  const list: Meter[] = meters.map(([id, host], index) => ({
    id,
    model: 'sdm630',
    connection: { kind: 'modbus-tcp', host, port: 502, unit: index + 1 },
    pollInterval: 1_000,
    ctRatio: 1,
    ptRatio: 1,
  }));
  const customer = { id: 'c', name: 'c', class: 'first', industry: 'steel', accountManager: 'am' } as const;
  return fleetOf([{ ...customer, supplyPoints: [{ ...point(10), meters: list }] }]);
}

function standings(watch: SilenceWatch, now: number) {
  return Object.fromEntries(watch.judge(now).map(({ subject, verdict }) => [subject, verdict.standing]));
}

/** Every meter of `ids` is heard each second from `from` to `to`. */
function hear(watch: SilenceWatch, ids: readonly string[], from: number, to: number): void {
  for (let time = from; time <= to; time += 1_000) for (const id of ids) watch.heard(id, time);
}

describe('silent meters', () => {
  it('are silent after five missed polls, but not before ten seconds', () => {
    const watch = new SilenceWatch(fleet(['a', 'host']), LIMITS, 0);
    hear(watch, ['a'], 0, 5_000);
    expect(standings(watch, 15_000)).toEqual({ a: 'good' });
    expect(standings(watch, 15_001)).toEqual({ a: 'bad' });
    expect(watch.judge(16_000)[0]).toMatchObject({
      start: 5_000,
      verdict: { evidence: { judged: 11, limit: 10, unit: 's' } },
    });
  });

  it('are unknown, not good, until they were heard for the first time', () => {
    const watch = new SilenceWatch(fleet(['a', 'host']), LIMITS, 0);
    expect(standings(watch, 9_000)).toEqual({ a: 'cannot say' });
    expect(standings(watch, 10_001)).toEqual({ a: 'bad' });
    watch.heard('a', 11_000);
    expect(standings(watch, 11_500)).toEqual({ a: 'good' });
  });

  it('are one finding when the whole gateway is silent', () => {
    const watch = new SilenceWatch(fleet(['a', 'gw'], ['b', 'gw'], ['c', 'gw']), LIMITS, 0);
    hear(watch, ['a', 'b', 'c'], 0, 5_000);
    watch.heard('c', 5_900);
    for (const now of [15_100, 15_500, 15_900]) expect(Object.values(standings(watch, now))).not.toContain('bad');
    expect(standings(watch, 15_901)).toEqual({ [GATEWAY]: 'bad', a: 'cannot say', b: 'cannot say', c: 'cannot say' });
  });

  it('are blamed alone when their neighbours are heard', () => {
    const watch = new SilenceWatch(fleet(['a', 'gw'], ['b', 'gw']), LIMITS, 0);
    hear(watch, ['a', 'b'], 0, 5_000);
    hear(watch, ['b'], 6_000, 15_500);
    expect(standings(watch, 15_500)).toEqual({ [GATEWAY]: 'good', a: 'bad', b: 'good' });
  });

  it('get their time again when the gateway comes back, one after the other', () => {
    const watch = new SilenceWatch(fleet(['a', 'gw'], ['b', 'gw']), LIMITS, 0);
    hear(watch, ['a', 'b'], 0, 5_000);
    expect(standings(watch, 60_000)).toMatchObject({ [GATEWAY]: 'bad' });
    watch.heard('a', 60_500);
    expect(standings(watch, 61_000)).toEqual({ [GATEWAY]: 'good', a: 'good', b: 'good' });
    hear(watch, ['a'], 61_500, 71_000);
    expect(standings(watch, 71_000)).toEqual({ [GATEWAY]: 'good', a: 'good', b: 'bad' });
  });

  it('are followed when the clock is set back', () => {
    const watch = new SilenceWatch(fleet(['a', 'host']), LIMITS, 0);
    watch.heard('a', 3_600_000);
    watch.heard('a', 5_000);
    expect(standings(watch, 15_001)).toEqual({ a: 'bad' });
  });
});
