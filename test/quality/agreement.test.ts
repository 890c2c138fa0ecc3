import { describe, expect, it } from 'vitest';
import type { Values } from '../../src/domain/reading.ts';
import { disagreementsIn } from '../../src/quality/disagreements.ts';
import { QualityCheck } from '../../src/quality/quality-check.ts';
import { doubtsOf, placeOf, reading } from './place.ts';

const POINT = { nominalKv: 10, transformerKva: 2000 };

/** What is doubted of a reading that comes every `step` ms for some time, with its currents alive. */
function lasting(values: Values, forMs = 70_000, step = 5_000) {
  const check = new QualityCheck();
  const place = placeOf(POINT);
  let judged = reading(0, {});
  for (let offset = 0; offset <= forMs; offset += step) {
    judged = check.judge(reading(offset, { ...values, current_n: 1 + offset * 1e-6 }), place);
  }
  return doubtsOf(judged);
}

const reasons = (values: Values) => disagreementsIn(values, POINT).map(({ reason }) => reason);

const volts = (l1: number, l2: number, l3: number, l12: number, l23: number, l31: number): Values => ({
  voltage_l1_n: l1,
  voltage_l2_n: l2,
  voltage_l3_n: l3,
  voltage_l1_l2: l12,
  voltage_l2_l3: l23,
  voltage_l3_l1: l31,
});

const currentsOf = ([l1, l2, l3]: readonly [number, number, number]): Values => ({
  current_l1: l1,
  current_l2: l2,
  current_l3: l3,
});

describe('phase and line voltages', () => {
  it.each([
    ['healthy', volts(5774, 5774, 5774, 10_000, 10_000, 10_000)],
    ['an earth fault of L1 on an isolated net', volts(0, 10_000, 10_000, 10_000, 10_000, 10_000)],
    ['L2 lost', volts(5774, 0, 5774, 5774, 5774, 10_000)],
    ['L2 lost at the fuse, half a voltage left on it', volts(5774, 2887, 5774, 7638, 7638, 10_000)],
    ['an interruption', volts(0, 0, 0, 0, 0, 0)],
    ['a dip of two phases', volts(5774, 2000, 2000, 7000, 3464, 7000)],
    ['a three-wire meter, which gives 0 for phases', volts(0, 0, 0, 10_000, 10_000, 10_000)],
    ['two voltage transformers in V', volts(10_000, 0, 10_000, 10_000, 10_000, 10_000)],
  ])('agree: %s', (_, values) => {
    expect(reasons(values)).toEqual([]);
  });

  /** 10 000 V between two wires of 3 000 V and 5 774 V: more than their sum, by more than 3 % and 100 V. */
  it('disagree when a line voltage is longer than its phase voltages together, after a minute', () => {
    const values = volts(5774, 3000, 5774, 10_000, 10_000, 10_000);
    expect(lasting(values, 55_000)).toEqual({});
    expect(lasting(values, 60_000)).toEqual({
      voltage_l1_n: 'phase and line voltages disagree',
      voltage_l2_n: 'phase and line voltages disagree',
      voltage_l3_n: 'phase and line voltages disagree',
      voltage_l1_l2: 'phase and line voltages disagree',
      voltage_l2_l3: 'phase and line voltages disagree',
    });
  });

  it('disagree when a line voltage is shorter than the difference of its phase voltages', () => {
    expect(reasons(volts(9000, 5000, 9000, 3500, 8000, 9000))).toEqual(['phase and line voltages disagree']);
    expect(reasons(volts(9000, 5000, 9000, 3640, 8000, 9000))).toEqual([]);
  });

  it('are not doubted while a meter that averages line voltages over a minute lags behind an interruption', () => {
    const check = new QualityCheck();
    const place = placeOf(POINT);
    for (let second = 0; second < 300; second += 1) {
      const line = second < 60 ? 10_000 : Math.max(0, 10_000 * (1 - (second - 60) / 60));
      const phase = second < 60 ? 5774 : 0;
      const live = reading(second * 1_000, {
        ...volts(phase, phase / 2 + 1, phase, line, line, line),
        current_n: second,
      });
      expect(doubtsOf(check.judge(live, place))).toEqual({});
    }
  });
});

describe('powers', () => {
  const phase = (p: number, q: number, s: number): Values => ({
    active_power_l1: p,
    reactive_power_l1: q,
    apparent_power_l1: s,
  });

  it.each([
    ['3-4-5', phase(300e3, 400e3, 500e3)],
    ['generation', phase(-300e3, -400e3, 500e3)],
    ['a current with a THD of 100 %: S is 1.41 of P', phase(300e3, 0, 424e3)],
    ['a THD of 30 %', phase(300e3, 100e3, 330e3)],
    ['S from Q as √(S² − P²), rounded', phase(300e3, 401e3, 500e3)],
    ['too little load to tell: 5 % of a third of 2 MVA', phase(10e3, 33e3, 20e3)],
    ['a phase that a three-wire meter has no P and Q for', phase(0, 0, 300e3)],
    ['a load that is not measured whole', { active_power_l1: 300e3, reactive_power_l1: 900e3 }],
  ])('agree: %s', (_, values) => {
    expect(reasons(values)).toEqual([]);
  });

  it.each([
    ['P² + Q² beyond S²', phase(300e3, 450e3, 500e3)],
    ['kVA beside W', phase(300e3, 400e3, 500)],
    ['S three times too large', phase(300e3, 400e3, 1500e3)],
    ['P beyond S', { active_power_l1: -300e3, apparent_power_l1: 280e3 }],
  ])('disagree: %s', (_, values) => {
    expect(reasons(values)).toEqual(['powers disagree']);
    expect(lasting(values, 55_000)).toEqual({});
    expect(lasting(values)).toEqual(
      Object.fromEntries(Object.keys(values).map((quantity) => [quantity, 'powers disagree'])),
    );
  });

  it('of all phases may make any S: one phase generates what the other takes', () => {
    const total = { active_power_total: 10e3, reactive_power_total: 0, apparent_power_total: 900e3 };
    expect(reasons(total)).toEqual([]);
    expect(reasons({ ...total, active_power_total: 1000e3 })).toEqual(['powers disagree']);
  });

  describe('of all phases', () => {
    const phases = (va: readonly number[], amps: readonly number[] = []): Values => ({
      ...volts(5774, 5774, 5774, 10_000, 10_000, 10_000),
      ...Object.fromEntries(va.map((each, index) => [`apparent_power_l${index + 1}`, each])),
      ...Object.fromEntries(amps.map((each, index) => [`current_l${index + 1}`, each])),
    });
    /** 3-4-5: P 1200 kW and Q 900 kvar make 1500 kVA; √3 · 10 kV · 86.6 A too. */
    const total = (s: number): Values => ({
      ...{ active_power_total: 1200e3, reactive_power_total: 900e3, apparent_power_total: s },
    });
    const ALIKE = [500e3, 500e3, 500e3];
    const AMPS = [86.6, 86.6, 86.6] as const;

    it.each([
      ['the S of the phases', phases(ALIKE)],
      ['voltages and currents', phases([], AMPS)],
      ['line voltages and currents', { voltage_l1_n: 0, voltage_l2_n: 0, voltage_l3_n: 0, ...currentsOf(AMPS) }],
    ])('are bounded by %s: S three times too large is not believed', (_, parts) => {
      expect(reasons({ ...parts, ...total(1500e3) })).toEqual([]);
      expect(reasons({ ...parts, ...total(4500e3) })).toEqual(['powers disagree']);
      expect(lasting({ ...parts, ...total(4500e3) }, 55_000)).toEqual({});
      expect(lasting({ ...parts, ...total(4500e3) })).toEqual({ apparent_power_total: 'powers disagree' });
    });

    it('are bounded by currents whatever their sign: 1500 kVA and a quarter', () => {
      for (const amps of [AMPS, [86.6, -86.6, 86.6], [-86.6, -86.6, -86.6]]) {
        expect(reasons({ ...phases([], amps), apparent_power_total: 1_850e3 })).toEqual([]);
        expect(reasons({ ...phases([], amps), apparent_power_total: 1_900e3 })).toEqual(['powers disagree']);
      }
    });

    /** One phase alone: √3 · U · √(I² + I²) is √6 of U · I, and that is the largest S in use. */
    it('may count the neutral in S, where the phases are unlike', () => {
      expect(reasons({ ...phases([600e3, 0, 0]), apparent_power_total: Math.sqrt(6) * 600e3 })).toEqual([]);
      expect(reasons({ ...phases([600e3, 0, 0]), apparent_power_total: 1_900e3 })).toEqual(['powers disagree']);
    });

    it('may have no current in L2, as with two CTs, and no middle voltage', () => {
      const twoCts = { ...phases([], [86.6, 0, 86.6]), ...total(1500e3) };
      expect(reasons(twoCts)).toEqual([]);
      expect(reasons({ ...twoCts, voltage_l1_n: 10_000, voltage_l2_n: 0, voltage_l3_n: 10_000 })).toEqual([]);
    });

    it('are not believed with a voltage that is ten times too large, though they agree with it', () => {
      const powers = { active_power_total: 12e6, reactive_power_total: 9e6, apparent_power_total: 15e6 };
      const wrong = { ...phases([], AMPS), ...volts(57_735, 57_735, 57_735, 1e5, 1e5, 1e5), ...powers };
      expect(lasting(wrong)).toMatchObject({
        voltage_l1_n: 'out of range',
        active_power_total: 'out of range',
        reactive_power_total: 'out of range',
        apparent_power_total: 'out of range',
      });
    });
  });

  /** Rated 115.47 A and 2 MVA, of which a phase has 667 kVA. */
  it('and currents of more than ten times the capacity are not believed after a minute', () => {
    const currents = currentsOf([1_200, 1_150, 1_200]);
    expect(lasting(currents, 55_000)).toEqual({});
    expect(lasting(currents)).toEqual({ current_l1: 'out of range', current_l3: 'out of range' });
    expect(lasting(currentsOf([-1_200, -1_150, 0]))).toEqual({ current_l1: 'out of range' });
    const powers = { active_power_total: 21e6, reactive_power_total: 1e6, active_power_l1: 6.6e6 };
    expect(lasting(powers, 55_000)).toEqual({});
    expect(lasting(powers)).toEqual({ active_power_total: 'out of range', reactive_power_total: 'out of range' });
    expect(lasting({ active_power_l1: 6.7e6 })).toEqual({ active_power_l1: 'out of range' });
    expect(disagreementsIn({ ...currents, active_power_l1: 1e6 }, { nominalKv: 10 })).toEqual([]);
  });

  it('of the phases sum to the total, within 5 % and 1 % of rated power', () => {
    const sum = (l1: number, l2: number, l3: number, total: number): Values => ({
      active_power_l1: l1,
      active_power_l2: l2,
      active_power_l3: l3,
      active_power_total: total,
    });
    expect(reasons(sum(300e3, 300e3, 300e3, 964e3))).toEqual([]);
    expect(reasons(sum(300e3, 300e3, 300e3, 975e3))).toEqual(['sum of phases disagrees']);
    expect(reasons(sum(300e3, -300e3, 300e3, 300e3))).toEqual([]);
    expect(reasons(sum(300e3, 300e3, 300e3, -900e3))).toEqual(['sum of phases disagrees']);
    expect(reasons(sum(0, 0, 0, 900e3))).toEqual([]);
    expect(Object.keys(lasting(sum(300e3, 300e3, 300e3, 600e3))).sort()).toEqual([
      'active_power_l1',
      'active_power_l2',
      'active_power_l3',
      'active_power_total',
    ]);
  });

  it('make a power factor, of which that of the fundamental may lie above', () => {
    const factor = (value: number): Values => ({
      active_power_total: 700e3,
      apparent_power_total: 1000e3,
      power_factor_total: value,
    });
    expect(reasons(factor(-0.72))).toEqual([]);
    expect(reasons(factor(0.98))).toEqual([]);
    expect(reasons(factor(0.59))).toEqual(['powers disagree']);
    expect(lasting(factor(0.59))).toEqual({ power_factor_total: 'powers disagree' });
  });

  it('are doubted only when they go on disagreeing', () => {
    const check = new QualityCheck();
    const place = placeOf(POINT);
    const [good, bad] = [phase(300e3, 400e3, 500e3), phase(600e3, 400e3, 500e3)];
    for (let index = 0; index < 200; index += 1) {
      const values = { ...(index % 4 === 3 ? good : bad), current_n: index };
      expect(doubtsOf(check.judge(reading(index * 5_000, values), place))).toEqual({});
    }
    // The first comes five seconds after a look at which all agreed, and is passed over.
    const row = [0, 1, 2, 3].map((index) =>
      check.judge(reading(1e6 + index * 60_000, { ...bad, current_n: index }), place),
    );
    expect(row.map((judged) => judged.suspect !== undefined)).toEqual([false, false, false, true]);
    const again = reading(2e6, { ...good, current_n: 9 });
    expect(check.judge(again, place)).toBe(again);
  });
});
