import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Holds, type Judgement, step } from '../../src/alerts/lifecycle.ts';
import type { Alert, AlertChange } from '../../src/domain/alert.ts';
import type { Standing } from '../../src/domain/verdict.ts';

const HOLDS: Holds = { openAfter: 10_000, clearAfter: 5_000, maxGap: 60_000 };

function judgement(standing: Standing, time: number, badness = 1): Judgement {
  const evidence = { judged: 0, limit: 0, unit: '%', kind: 'dip', phases: [], badness } as const;
  const verdict = standing === 'cannot say' ? { standing, why: 'test' } : { standing, evidence };
  return { rule: 'voltage_dip', subject: 'm', severity: 'critical', verdict, start: time, end: time };
}

/** Plays a story of 'second standing' lines; gives the alert after each and all changes. */
function play(story: readonly (readonly [number, Standing, number?])[], holds = HOLDS) {
  let alert: Alert | undefined;
  const changes: AlertChange[] = [];
  const states = story.map(([second, standing, badness]) => {
    const current = alert?.state === 'resolved' ? undefined : alert;
    const result = step(current, judgement(standing, second * 1000, badness), holds);
    alert = result.alert;
    if (result.change) changes.push(result.change);
    return alert?.state ?? 'none';
  });
  return { states, changes, alert };
}

describe('the life of an alert', () => {
  it('waits for the opening time, fires, waits for the clearing time, is resolved', () => {
    const { states, changes, alert } = play([
      [0, 'bad'],
      [9.999, 'bad'],
      [10, 'bad'],
      [20, 'good'],
      [24.999, 'good'],
      [25, 'good'],
    ]);
    expect(states).toEqual(['pending', 'pending', 'firing', 'firing', 'firing', 'resolved']);
    expect(changes.map(({ kind, reason, time }) => [kind, reason, time])).toEqual([
      ['fired', 'held for the opening time', 10_000],
      ['resolved', 'good for the clearing time', 25_000],
    ]);
    expect(alert).toMatchObject({ since: 0, firedAt: 10_000, lastBad: 10_000, resolvedAt: 20_000 });
  });

  it('fires at once where the opening time is 0', () => {
    expect(play([[3, 'bad']], { ...HOLDS, openAfter: 0 }).changes).toMatchObject([{ kind: 'fired', time: 3_000 }]);
  });

  it('forgets a pending alert at one contrary sample, the hysteresis band included', () => {
    expect(
      play([
        [0, 'bad'],
        [5, 'between'],
        [6, 'bad'],
        [11, 'bad'],
      ]).states,
    ).toEqual(['pending', 'none', 'pending', 'pending']);
    expect(
      play([
        [0, 'bad'],
        [5, 'good'],
        [6, 'bad'],
        [16, 'bad'],
      ]).states,
    ).toEqual(['pending', 'none', 'pending', 'firing']);
  });

  it('is not ended by the hysteresis band, and a good spell begins anew after it', () => {
    const { states, alert } = play([
      [0, 'bad'],
      [10, 'bad'],
      [11, 'good'],
      [14, 'between'],
      [15, 'good'],
      [19, 'good'],
      [20, 'good'],
    ]);
    expect(states).toEqual(['pending', 'firing', 'firing', 'firing', 'firing', 'firing', 'resolved']);
    expect(alert?.resolvedAt).toBe(15_000);
  });

  it('leaves everything as it was when the rule cannot say', () => {
    expect(
      play([
        [0, 'bad'],
        [5, 'cannot say'],
        [10, 'bad'],
        [11, 'cannot say'],
      ]).states,
    ).toEqual(['pending', 'pending', 'firing', 'firing']);
    expect(play([[0, 'cannot say']]).states).toEqual(['none']);
  });

  it('does not run a hold time over a gap that nobody saw', () => {
    const opening = play([
      [0, 'bad'],
      [61, 'bad'],
      [71, 'bad'],
    ]);
    expect(opening.states).toEqual(['pending', 'pending', 'firing']);
    expect(opening.alert?.since).toBe(61_000);
    const clearing = play([
      [0, 'bad'],
      [10, 'bad'],
      [11, 'good'],
      [72, 'good'],
      [77, 'good'],
    ]);
    expect(clearing.states).toEqual(['pending', 'firing', 'firing', 'firing', 'resolved']);
  });

  it('keeps the evidence that opened it and the worst', () => {
    const { alert } = play([
      [0, 'bad', 3],
      [5, 'bad', 9],
      [10, 'bad', 4],
    ]);
    expect(alert?.first.badness).toBe(3);
    expect(alert?.worst.badness).toBe(9);
  });

  it('gives the same alert the same id, and another one another', () => {
    const id = (second: number) => play([[second, 'bad']]).alert?.id;
    expect(id(1)).toBe(id(1));
    expect(id(1)).not.toBe(id(2));
    expect(id(1)).toMatch(/^[0-9a-f]{20}$/);
  });

  it('learns nothing from a window that it has judged already', () => {
    const fired = play([
      [0, 'bad'],
      [10, 'bad'],
    ]).alert;
    const window = { ...judgement('good', 10_000), start: 0 };
    expect(step(fired, window, { ...HOLDS, clearAfter: 0 }).alert).toBe(fired);
  });

  it('learns from what else is said of the latest instant', () => {
    const deeper = play([
      [0, 'bad', 1],
      [10, 'bad', 1],
      [10, 'bad', 7],
    ]).alert;
    expect(deeper).toMatchObject({ state: 'firing', worst: { badness: 7 } });
    const over = play([
      [0, 'bad'],
      [10, 'bad'],
      [10, 'good'],
      [15, 'good'],
    ]).alert;
    expect(over).toMatchObject({ state: 'resolved', resolvedAt: 10_000 });
  });

  it('for any story: fired and resolved alternate, and nothing fires before it was bad for the opening time', () => {
    const standing = fc.constantFrom<Standing>('bad', 'between', 'good', 'cannot say');
    fc.assert(
      fc.property(fc.array(standing, { maxLength: 200 }), (standings) => {
        const story = standings.map((each, second) => [second, each] as const);
        const { changes } = play(story);
        changes.forEach(({ kind, time, alert }, index) => {
          expect(kind).toBe(index % 2 === 0 ? 'fired' : 'resolved');
          if (kind !== 'fired') return;
          const held = standings.slice(alert.since / 1000, time / 1000 + 1);
          expect(time - alert.since).toBeGreaterThanOrEqual(HOLDS.openAfter);
          expect(held.every((each) => each === 'bad' || each === 'cannot say')).toBe(true);
        });
      }),
    );
  });
});
