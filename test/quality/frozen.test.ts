import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Values } from '../../src/domain/reading.ts';
import { QualityCheck } from '../../src/quality/quality-check.ts';
import { doubtsOf, placeOf, reading } from './place.ts';

/** A loaded 10 kV point, as a meter with float32 values shows it. */
const LOADED: Values = {
  voltage_l1_n: 5801.337,
  voltage_l2_n: 5794.862,
  voltage_l3_n: 5807.115,
  current_l1: 61.2534,
  current_l2: 60.8812,
  current_l3: 62.0147,
  active_power_total: 1_012_345.6,
  frequency: 49.9876,
  thd_u_l1: 1.62,
  energy_active_import: 5_000_000,
};

/** The same without load, in whole volts: steps of 0.017 %, as tenths of a volt are at 600 V. */
const UNLOADED: Values = {
  voltage_l1_n: 5_801,
  voltage_l2_n: 5_795,
  voltage_l3_n: 5_807,
  current_l1: 0,
  current_l2: 0,
  current_l3: 0,
  active_power_total: 0,
  frequency: 49.98,
};

/** Milliseconds after which a repeated reading is first called frozen; undefined within the time given. */
function frozenAfter(values: Values, step: number, until: number, place = placeOf()): number | undefined {
  const check = new QualityCheck();
  for (let offset = 0; offset <= until; offset += step) {
    if (check.judge(reading(offset, values), place).suspect) return offset;
  }
  return undefined;
}

const MINUTE = 60_000;

describe('a meter whose values stand still', () => {
  it('is frozen after 75 s of load, and every value with it', () => {
    expect(frozenAfter(LOADED, 1_000, 5 * MINUTE)).toBe(75_000);
    const check = new QualityCheck();
    const place = placeOf();
    for (let offset = 0; offset < 80_000; offset += 1_000) check.judge(reading(offset, LOADED), place);
    const judged = check.judge(reading(80_000, LOADED), place);
    expect(judged.values).toEqual({});
    expect(new Set(Object.values(doubtsOf(judged)))).toEqual(new Set(['frozen']));
    expect(Object.keys(doubtsOf(judged)).sort()).toEqual(Object.keys(LOADED).sort());
  });

  it('is found some readings later at the most, whenever it begins', () => {
    const place = placeOf();
    for (let from = 1; from <= 15; from += 1) {
      const check = new QualityCheck();
      const valuesAt = (second: number) => ({ ...LOADED, current_l1: 61 + 0.0137 * Math.min(second, from) });
      let second = 0;
      while (!check.judge(reading(second * 1_000, valuesAt(second)), place).suspect && second < 300) second += 1;
      // While all is well one reading in seven is looked at, the thirteenth at the latest; or one in ten seconds.
      expect(second - from).toBeGreaterThanOrEqual(75);
      expect(second - from).toBeLessThanOrEqual(75 + 10);
    }
  });

  it('is believed again with the first change, and what has changed was never doubted', () => {
    const check = new QualityCheck();
    const place = placeOf();
    for (let offset = 0; offset < 80_000; offset += 1_000) check.judge(reading(offset, LOADED), place);
    const counting = check.judge(reading(80_000, { ...LOADED, energy_active_import: 5_000_900 }), place);
    expect(counting.values).toEqual({ energy_active_import: 5_000_900 });
    const alive = reading(81_000, { ...LOADED, current_l2: 60.8813, energy_active_import: 5_000_950 });
    expect(check.judge(alive, place)).toBe(alive);
  });

  it('needs ten readings, however slowly they come', () => {
    expect(frozenAfter(LOADED, 60_000, 60 * MINUTE)).toBe(9 * 60_000);
  });

  it('is not frozen when its gateway renews all values once a minute', () => {
    const check = new QualityCheck();
    const place = placeOf();
    for (let second = 0; second < 1_800; second += 1) {
      const fresh = { ...LOADED, current_l1: 60 + 0.0137 * Math.floor(second / 60) };
      expect(check.judge(reading(second * 1_000, fresh), place).suspect).toBeUndefined();
    }
  });

  it('is given ten minutes without load, and an hour where it shows whole volts', () => {
    expect(frozenAfter(UNLOADED, 10_000, 120 * MINUTE)).toBe(10 * MINUTE);
    const coarse = { ...LOADED, voltage_l1_n: 5_800, voltage_l2_n: 5_800, voltage_l3_n: 5_800, frequency: 50 };
    const whole = {
      ...coarse,
      current_l1: 61,
      current_l2: 61,
      current_l3: 62,
      active_power_total: 1_010_000,
      thd_u_l1: 1,
    };
    expect(frozenAfter(whole, 10_000, 120 * MINUTE)).toBe(60 * MINUTE);
  });

  it('is never frozen while the supply is interrupted, with zeros or a trace of coupling', () => {
    const dead = Object.fromEntries(Object.keys(LOADED).map((quantity) => [quantity, 0]));
    expect(frozenAfter({ ...dead, frequency: 50 }, 10_000, 180 * MINUTE)).toBeUndefined();
    const trace = { ...LOADED, voltage_l1_n: 31.337, voltage_l2_n: 28.862, voltage_l3_n: 29.115 };
    expect(frozenAfter(trace, 10_000, 180 * MINUTE)).toBeUndefined();
  });

  it('is not frozen when only its slow quantities repeat', () => {
    const check = new QualityCheck();
    const place = placeOf();
    for (let second = 0; second < 600; second += 1) {
      const values = second % 60 === 0 ? { energy_active_import: 5e6 } : { ...LOADED, current_l1: 61 + second * 1e-4 };
      expect(check.judge(reading(second * 1_000, values), place).suspect).toBeUndefined();
    }
  });

  it('is not frozen where the parts of its readings come one by one, and one of them lives', () => {
    const check = new QualityCheck();
    const place = placeOf();
    for (let second = 0; second < 300; second += 1) {
      const { voltage_l1_n = 0, voltage_l2_n = 0, voltage_l3_n = 0 } = LOADED;
      const time = second * 1_000;
      expect(check.judge(reading(time, { voltage_l1_n, voltage_l2_n, voltage_l3_n }), place).suspect).toBeUndefined();
      expect(
        check.judge(reading(time, { current_l1: 60 + second * 1e-3, frequency: 50 }), place).suspect,
      ).toBeUndefined();
    }
  });

  /** A feeder that walks by 0.1 % in ten minutes, noise of 0.02 % to 0.2 %, one small load that never changes. */
  it('is not frozen for being quiet: 220 V in tenths with next to no noise, for three hours', () => {
    const place = placeOf({ nominalKv: 0.38, transformerKva: 630 });
    const noise = fc.record({
      seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
      share: fc.double({ min: 2e-4, max: 2e-3, noNaN: true }),
    });
    fc.assert(
      fc.property(noise, ({ seed, share }) => {
        const check = new QualityCheck();
        const random = generator(seed);
        const tenth = (value: number) => Math.round(value * 10) / 10;
        for (let offset = 0; offset < 3 * 60 * MINUTE; offset += 5_000) {
          const walk = 0.001 * Math.sin((2 * Math.PI * offset) / (10 * MINUTE));
          const volts = () => tenth(230 * (1 + walk + share * (random() - 0.5)));
          const values = {
            voltage_l1_n: volts(),
            voltage_l2_n: volts(),
            voltage_l3_n: volts(),
            current_l1: 0.4,
            current_l2: 0,
            current_l3: 0.2,
            active_power_total: 100,
            frequency: 50,
          };
          if (check.judge(reading(offset, values), place).suspect) return false;
        }
        return true;
      }),
      { numRuns: 10 },
    );
  });
});

describe('one phase that stands still', () => {
  /** L1 and L3 swing by `swing` of their size over some minutes, L2 shows `still`. */
  function judgedAfter(minutes: number, still: Values, swing: number) {
    const check = new QualityCheck();
    const place = placeOf();
    let judged = reading(0, {});
    for (let offset = 0; offset <= minutes * MINUTE; offset += 5_000) {
      const factor = 1 + (swing / 2) * Math.sin(offset / 30_000);
      const { voltage_l1_n = 0, voltage_l3_n = 0, current_l1 = 0, current_l3 = 0 } = LOADED;
      const moving = {
        voltage_l1_n: voltage_l1_n * factor,
        voltage_l3_n: voltage_l3_n * factor,
        current_l1: current_l1 * factor,
        current_l3: current_l3 * factor,
      };
      judged = check.judge(reading(offset, { ...moving, ...still }), place);
    }
    return doubtsOf(judged);
  }

  it('is frozen alone after ten to twenty minutes', () => {
    const still = { voltage_l2_n: 5794.862, current_l2: 60.8812 };
    expect(judgedAfter(9, still, 0.2)).toEqual({});
    expect(judgedAfter(21, still, 0.2)).toEqual({ voltage_l2_n: 'frozen', current_l2: 'frozen' });
  });

  it('stays frozen in every reading, however the others move', () => {
    const check = new QualityCheck();
    const place = placeOf();
    const { voltage_l2_n = 0 } = LOADED;
    for (let second = 0; second <= 30 * 60; second += 1) {
      const volts = 5_800 * (1 + 0.1 * Math.sin(second / 30));
      const values = { voltage_l1_n: volts, voltage_l2_n, voltage_l3_n: volts + 3 };
      const doubts = doubtsOf(check.judge(reading(second * 1_000, values), place));
      if (second > 21 * 60) expect(doubts).toEqual({ voltage_l2_n: 'frozen' });
    }
  });

  it('is not frozen when it is lost, without load, coarse, or when the others hardly move', () => {
    expect(judgedAfter(60, { voltage_l2_n: 0, current_l2: 0 }, 0.2)).toEqual({});
    expect(judgedAfter(60, { voltage_l2_n: 5_800, current_l2: 61 }, 0.2)).toEqual({});
    expect(judgedAfter(60, { voltage_l2_n: 5794.862, current_l2: 60.8812 }, 0.008)).toEqual({});
  });
});

/** Mulberry32: the same seed gives the same numbers. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}
