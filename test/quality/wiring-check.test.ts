import { describe, expect, it } from 'vitest';
import { QualityCheck } from '../../src/quality/quality-check.ts';
import { WiringCheck } from '../../src/quality/wiring-check.ts';
import { wiringOf } from '../../src/quality/wiring-of.ts';
import { MISWIRINGS, POINT, scaled, VOLTS } from './miswirings.ts';
import { measured, supply } from './phasors.ts';
import { placeOf, reading } from './place.ts';

describe('the verdict on the wiring', () => {
  it('gives no verdict without readings, and none that only some of the readings support', () => {
    expect(wiringOf([], POINT)).toBeUndefined();
    const good = { time: 1, values: measured(supply(VOLTS, 300, 20)) };
    const [reversing] = MISWIRINGS;
    const bad = { time: 2, values: reversing ? measured(reversing.apply(supply(VOLTS, 300, 20))) : {} };
    expect(wiringOf([good, bad, good], POINT)).toEqual({ state: 'cannot say', faults: [], from: 1, to: 2 });
    expect(wiringOf([bad, bad, bad, bad, good], POINT)?.state).toBe('faulty');
    expect(wiringOf([bad, bad, bad, good], POINT)?.state).toBe('cannot say');
  });
});

describe('the wiring check over time', () => {
  const place = placeOf(POINT);
  const good = measured(supply(VOLTS, 300, 20));
  const [miswiring] = MISWIRINGS;
  const bad = miswiring ? measured(miswiring.apply(supply(VOLTS, 300, 20))) : {};

  it('takes a minute of readings for a verdict, and remembers it through a night without load', () => {
    const check = new WiringCheck();
    expect(check.verdict('m1')).toBeUndefined();
    for (let second = 0; second < 60; second += 1) check.see(reading(second * 1_000, bad), place);
    expect(check.verdict('m1')?.state).toBe('cannot say');
    check.see(reading(60_000, bad), place);
    const found = check.verdict('m1');
    expect(found).toMatchObject({ state: 'faulty', faults: [{ kind: 'ct reversed', phase: 'L1' }] });
    for (let second = 60; second < 7_200; second += 1) check.see(reading(second * 1_000, { frequency: 50 }), place);
    expect(check.verdict('m1')).toMatchObject({ state: 'faulty', faults: found?.faults });
  });

  it('sees when it has been put right', () => {
    const check = new WiringCheck();
    for (let second = 0; second < 300; second += 10) check.see(reading(second * 1_000, bad), place);
    for (let second = 300; second < 600; second += 10) check.see(reading(second * 1_000, good), place);
    expect(check.verdict('m1')?.state).toBe('right');
  });

  it('names no current ratio for an inrush or a short circuit of twenty seconds', () => {
    const check = new WiringCheck();
    const surge = measured(supply(VOLTS, 20 * 957, 20));
    for (let second = 0; second < 600; second += 10) {
      const isSurge = second === 200 || second === 210;
      check.see(reading(second * 1_000, isSurge ? surge : good), place);
      if (second >= 60) expect(check.verdict('m1')?.state).toBe('right');
    }
  });

  it('accuses nobody whose plant stands still, whether its capacity is known or not', () => {
    const idle = measured(supply(VOLTS, 0, 0));
    for (const point of [POINT, { nominalKv: 0.38 }]) {
      const idlePlace = placeOf(point);
      const check = new WiringCheck();
      // Some meters show a watt or two of noise without any current.
      const noisy = { ...idle, active_power_l1: 2, active_power_l2: 2, active_power_l3: 2 };
      for (let second = 0; second < 600; second += 10) check.see(reading(second * 1_000, noisy), idlePlace);
      expect(check.verdict('m1')?.faults).toEqual([]);
    }
  });

  it('is not moved by a dip of ten seconds with a phase gone', () => {
    const check = new WiringCheck();
    const dip = { ...good, voltage_l2_n: 0, voltage_l1_l2: VOLTS, voltage_l2_l3: VOLTS };
    for (let second = 0; second < 600; second += 10) {
      check.see(reading(second * 1_000, second === 200 ? dip : good), place);
      if (second >= 60) expect(check.verdict('m1')?.state).toBe('right');
    }
  });

  it('looks at what its fault has made suspect, and not at frozen values', () => {
    const judge = new QualityCheck();
    const check = new WiringCheck();
    const tenfold = scaled(good, ['V'], 10);
    for (let second = 0; second < 70; second += 1) {
      const judged = judge.judge(reading(second * 1_000, { ...tenfold, current_n: second * 1e-4 }), place);
      expect(Object.keys(judged.suspect ?? {})).toContain('voltage_l1_n');
      check.see(judged, place);
    }
    expect(check.verdict('m1')?.faults).toEqual([{ kind: 'voltage ratio', factor: 10 }]);

    const frozen = new WiringCheck();
    const suspect = Object.fromEntries(
      Object.entries(bad).map(([quantity, value]) => [quantity, { value, reason: 'frozen' as const }]),
    );
    for (let second = 0; second < 600; second += 10) {
      frozen.see({ ...reading(second * 1_000, {}), suspect }, place);
    }
    expect(frozen.verdict('m1')?.state).toBe('cannot say');
  });
});
