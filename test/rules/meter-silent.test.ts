import { describe, expect, it } from 'vitest';
import type { Meter } from '../../src/domain/customer.ts';
import { type Fleet, fleetOf } from '../../src/domain/fleet.ts';
import type { Reading, Values } from '../../src/domain/reading.ts';
import { SilenceWatch } from '../../src/rules/silence-watch.ts';
import { point } from './points.ts';

type Judged = Pick<Reading, 'values' | 'suspect' | 'missing'>;

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

const always = () => true;
const GOOD: Values = { voltage_l1_n: 230 };

function standings(watch: SilenceWatch, now: number) {
  return Object.fromEntries([...watch.judge(now, always)].map(({ subject, verdict }) => [subject, verdict.standing]));
}

/** Every meter of `ids` is heard each second from `from` to `to`. */
function hear(watch: SilenceWatch, ids: readonly string[], from: number, to: number): void {
  for (let time = from; time <= to; time += 1_000) for (const id of ids) watch.heard(id, time, { values: GOOD });
}

describe('silent meters', () => {
  it('are silent after five missed polls, but not before ten seconds', () => {
    const watch = new SilenceWatch(fleet(['a', 'host']), LIMITS, 0);
    hear(watch, ['a'], 0, 5_000);
    expect(standings(watch, 15_000)).toEqual({ a: 'good' });
    expect(standings(watch, 15_001)).toEqual({ a: 'bad' });
    expect([...watch.judge(16_000, always)][0]).toMatchObject({
      start: 5_000,
      verdict: { evidence: { judged: 11, limit: 10, unit: 's' } },
    });
  });

  it('are unknown, not good, until they were heard for the first time', () => {
    const watch = new SilenceWatch(fleet(['a', 'host']), LIMITS, 0);
    expect(standings(watch, 9_000)).toEqual({ a: 'cannot say' });
    expect(standings(watch, 10_001)).toEqual({ a: 'bad' });
    watch.heard('a', 11_000, { values: GOOD });
    expect(standings(watch, 11_500)).toEqual({ a: 'good' });
  });

  it('are one finding when the whole gateway is silent', () => {
    const watch = new SilenceWatch(fleet(['a', 'gw'], ['b', 'gw'], ['c', 'gw']), LIMITS, 0);
    hear(watch, ['a', 'b', 'c'], 0, 5_000);
    watch.heard('c', 5_900, { values: GOOD });
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
    watch.heard('a', 60_500, { values: GOOD });
    expect(standings(watch, 61_000)).toEqual({ [GATEWAY]: 'good', a: 'good', b: 'good' });
    hear(watch, ['a'], 61_500, 71_000);
    expect(standings(watch, 71_000)).toEqual({ [GATEWAY]: 'good', a: 'good', b: 'bad' });
  });

  it('cost nothing while all is well and no alert is open', () => {
    const watch = new SilenceWatch(fleet(['a', 'gw'], ['b', 'gw'], ['c', 'host']), LIMITS, 0);
    hear(watch, ['a', 'b', 'c'], 0, 5_000);
    expect([...watch.judge(15_000, () => false)]).toEqual([]);
    expect([...watch.judge(15_000, (subject) => subject === 'c')]).toMatchObject([{ subject: 'c' }]);
    hear(watch, ['b', 'c'], 6_000, 15_500);
    expect([...watch.judge(15_500, () => false)]).toMatchObject([
      { subject: GATEWAY, verdict: { standing: 'good' } },
      { subject: 'a', verdict: { standing: 'bad' }, start: 5_000 },
      { subject: 'b', verdict: { standing: 'good' } },
    ]);
  });

  it('are followed when the clock is set back', () => {
    const watch = new SilenceWatch(fleet(['a', 'host']), LIMITS, 0);
    watch.heard('a', 3_600_000, { values: GOOD });
    watch.heard('a', 5_000, { values: GOOD });
    expect(standings(watch, 15_001)).toEqual({ a: 'bad' });
  });
});

describe('a meter that answers', () => {
  const FROZEN: Judged['suspect'] = { voltage_l1_n: { value: 230, reason: 'frozen' } };
  const GONE: Judged['missing'] = { voltage_l1_n: 'not available' };
  const COUNTING: Values = { energy_active_import: 1 };

  it.each<[string, Judged | undefined, number]>([
    ['whose time cannot be true, or that says again what it said', undefined, 5_000],
    ['with no value', { values: {} }, 5_000],
    // Two such readings may be disturbed messages.
    ['whose voltages are doubted, though it counts energy', { values: COUNTING, suspect: FROZEN }, 7_000],
    ['whose voltages are missing, though it counts energy', { values: COUNTING, missing: GONE }, 7_000],
  ])('%s, is told of like a silent one, and alone', (_, judged, trusted) => {
    const watch = new SilenceWatch(fleet(['a', 'gw'], ['b', 'gw']), LIMITS, 0);
    hear(watch, ['a', 'b'], 0, 5_000);
    for (let time = 6_000; time <= 40_000; time += 1_000) {
      watch.heard('a', time, judged);
      watch.heard('b', time, { values: GOOD });
      const verdicts = new Map([...watch.judge(time, always)].map((each) => [each.subject, each]));
      expect(verdicts.get(GATEWAY)?.verdict.standing).toBe('good');
      expect(verdicts.get('b')?.verdict.standing).toBe('good');
      // Ten seconds after the last value that could be trusted.
      const isLong = time > trusted + 10_000;
      expect(verdicts.get('a')?.verdict.standing).toBe(isLong ? 'bad' : 'good');
      if (isLong)
        expect(verdicts.get('a')).toMatchObject({ start: trusted, verdict: { evidence: { kind: 'doubted' } } });
    }
    watch.heard('a', 41_000, { values: GOOD });
    expect(standings(watch, 41_000)).toMatchObject({ a: 'good' });
  });

  it('is trusted while one of its voltages is', () => {
    const watch = new SilenceWatch(fleet(['a', 'host']), LIMITS, 0);
    for (let time = 0; time <= 40_000; time += 1_000) {
      watch.heard('a', time, { values: { voltage_l2_n: 230 }, suspect: FROZEN });
    }
    expect(standings(watch, 40_000)).toEqual({ a: 'good' });
  });

  it('that says in one message what is doubted and in another what is not, is not trusted', () => {
    const watch = new SilenceWatch(fleet(['a', 'host']), LIMITS, 0);
    hear(watch, ['a'], 0, 1_000);
    for (let time = 2_000; time <= 20_000; time += 1_000) {
      watch.heard('a', time, { values: {}, suspect: FROZEN });
      watch.heard('a', time + 100, { values: COUNTING });
    }
    expect(standings(watch, 20_000)).toEqual({ a: 'bad' });
    watch.heard('a', 21_000, { values: GOOD });
    expect(standings(watch, 21_000)).toEqual({ a: 'good' });
  });

  it('is trusted when one message of many was disturbed, also where it says its voltages once a minute', () => {
    const watch = new SilenceWatch(fleet(['a', 'host']), LIMITS, 0);
    for (let time = 0; time <= 300_000; time += 1_000) {
      if (time === 120_000) watch.heard('a', time, { values: {}, suspect: FROZEN });
      else watch.heard('a', time, { values: time % 60_000 === 0 ? GOOD : COUNTING });
      if (time > 0) expect(standings(watch, time)).toEqual({ a: 'good' });
    }
  });

  it('is one finding with all others of its gateway when none of them can be trusted', () => {
    const watch = new SilenceWatch(fleet(['a', 'gw'], ['b', 'gw'], ['c', 'gw']), LIMITS, 0);
    hear(watch, ['a'], 0, 5_000);
    hear(watch, ['b', 'c'], 0, 9_000);
    for (let time = 9_000; time <= 40_000; time += 1_000) {
      for (const meter of ['a', 'b', 'c']) watch.heard(meter, time, undefined);
      const isLong = time > 19_000;
      if (time >= 9_000 && !isLong) expect(Object.values(standings(watch, time))).not.toContain('bad');
      if (!isLong) continue;
      expect(standings(watch, time)).toEqual({ [GATEWAY]: 'bad', a: 'cannot say', b: 'cannot say', c: 'cannot say' });
      expect([...watch.judge(time, always)][0]).toMatchObject({
        start: 9_000,
        verdict: { evidence: { kind: 'doubted line' } },
      });
    }
    hear(watch, ['a', 'b', 'c'], 41_000, 41_000);
    hear(watch, ['a'], 42_000, 52_000);
    for (const meter of ['b', 'c']) watch.heard(meter, 52_000, undefined);
    expect(standings(watch, 52_000)).toEqual({ [GATEWAY]: 'good', a: 'good', b: 'bad', c: 'bad' });
  });

  it('has become worse when it falls silent, and no better when it answers with nonsense', () => {
    const watch = new SilenceWatch(fleet(['a', 'host']), LIMITS, 0);
    hear(watch, ['a'], 0, 1_000);
    watch.heard('a', 3_600_000, undefined);
    const badness = (now: number) => [...watch.judge(now, always)][0]?.verdict.evidence?.badness;
    const doubted = badness(3_600_000);
    const silent = badness(3_610_001);
    expect(silent).toBeGreaterThan(doubted ?? Number.NaN);
    watch.heard('a', 3_620_000, undefined);
    expect(badness(3_620_000)).toBeLessThan(silent ?? Number.NaN);
  });
});
