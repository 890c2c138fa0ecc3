import { describe, expect, it } from 'vitest';
import type { Values } from '../../src/domain/reading.ts';
import { QualityCheck } from '../../src/quality/quality-check.ts';
import { doubtsOf, placeOf, reading } from './place.ts';

/** P² + Q² are 1.44 of S²: not believed when it goes on for a minute. */
const WRONG: Values = { active_power_l1: 600e3, reactive_power_l1: 0, apparent_power_l1: 500e3 };
const RIGHT: Values = { active_power_l2: 300e3, reactive_power_l2: 400e3, apparent_power_l2: 500e3 };

describe('a meter whose readings have their time now from their payload and now from their arrival', () => {
  it.each([
    ['8 s ahead', 8_000],
    ['in time', 0],
    ['an hour behind', -3_600_000],
  ])('is judged by both, when its clock is %s', (_, ahead) => {
    const [check, place] = [new QualityCheck(), placeOf()];
    let [arrived, stamped] = [{}, {}];
    for (let second = 0; second <= 120; second += 2) {
      const alive = { current_n: 1 + second * 1e-6 };
      const own = reading(second * 1_000 + ahead, { ...RIGHT, ...alive }, 'payload');
      stamped = doubtsOf(check.judge(own, place));
      const ours = reading(second * 1_000 + 500, { ...WRONG, ...alive }, 'arrival');
      arrived = doubtsOf(check.judge(ours, place));
      if (second < 60) expect(arrived).toEqual({});
    }
    expect(stamped).toEqual({});
    expect(Object.keys(arrived).sort()).toEqual(Object.keys(WRONG).sort());
  });

  it('knows that a quantity is missing, whichever of them gave it before', () => {
    const [check, place] = [new QualityCheck(), placeOf()];
    check.judge(reading(0, { thd_u_l1: 2 }, 'payload'), place);
    const without = { ...reading(1_000, RIGHT, 'arrival'), missing: { thd_u_l1: 'not a number' } } as const;
    expect(check.judge(without, place).missing).toEqual({ thd_u_l1: 'not a number' });
  });
});

describe('our clock', () => {
  const lastedAfter = (back: number) => {
    const [check, place] = [new QualityCheck(), placeOf()];
    for (let second = 0; second <= 60; second += 1) {
      check.judge(reading(second * 1_000, { ...WRONG, current_n: second * 1e-6 }), place);
    }
    const set = check.judge(reading(60_000 - back, { ...WRONG, current_n: 1 }), place);
    const next = check.judge(reading(61_000, { ...WRONG, current_n: 2 }), place);
    return [set, next].map((judged) => Object.keys(doubtsOf(judged)).length);
  };

  it('starts a new past when it was set back by 5 s', () => {
    expect(lastedAfter(5_000)).toEqual([0, 0]);
    expect(lastedAfter(3_600_000)).toEqual([0, 0]);
  });

  it('is not set back when two readings overtake each other', () => {
    expect(lastedAfter(20)).toEqual([0, 3]);
    expect(lastedAfter(4_999)).toEqual([0, 3]);
  });
});
