import { describe, expect, it } from 'vitest';
import type { Quantity } from '../../src/domain/quantity.ts';
import type { Values } from '../../src/domain/reading.ts';
import { QualityCheck } from '../../src/quality/quality-check.ts';
import { lines, phases } from '../rules/points.ts';
import { measured, supply } from './phasors.ts';
import { doubtsOf, placeOf, reading } from './place.ts';

/** 10 kV and 100 A that lag by 20°, as a four-wire meter computes it, with power factors: cos 20° = 0.940. */
const HEALTHY: Values = {
  ...measured(supply(10_000 / Math.sqrt(3), 100, 20)),
  reactive_power_total: 3 * 5773.5 * 100 * Math.sin(Math.PI / 9),
  apparent_power_total: 3 * 5773.5 * 100,
  power_factor_l1: 0.94,
  power_factor_l2: 0.94,
  power_factor_l3: 0.94,
  power_factor_total: 0.94,
};

const ofPlace = (place: string): readonly string[] =>
  ['active_power', 'reactive_power', 'apparent_power', 'power_factor'].map((name) => `${name}_${place}`);

const sorted = (...names: readonly (readonly string[])[]) => names.flat().sort();

const judge = (values: Values) => new QualityCheck().judge(reading(0, values), placeOf());

/** The doubts of the last of the readings of two minutes, one a second. */
function lasting(values: Values) {
  const [check, place] = [new QualityCheck(), placeOf()];
  let judged = reading(0, {});
  for (let second = 0; second <= 120; second += 1) {
    judged = check.judge(reading(second * 1_000, { ...values, current_n: 1 + second * 1e-6 }), place);
  }
  return doubtsOf(judged);
}

describe('what follows from a value that is doubted', () => {
  it.each([
    ['a current', { current_l2: 9e9 }, 'l2'],
    ['a phase voltage', { voltage_l3_n: 9.5e18 }, 'l3'],
    ['a voltage that is no number', { voltage_l1_n: Number.NaN }, 'l1'],
  ])('is doubted at once with %s: the powers of its phase and of all', (_, wrong, place) => {
    const judged = judge({ ...HEALTHY, ...wrong });
    const doubts = doubtsOf(judged);
    expect(Object.keys(doubts).sort()).toEqual(sorted(Object.keys(wrong), ofPlace(place), ofPlace('total')));
    expect(new Set(Object.values(doubts))).toEqual(new Set(['out of range']));
    expect(judged.suspect?.active_power_total?.value).toBe(HEALTHY.active_power_total);
  });

  /** 20° behind: √3 · 10 kV · 4734 A are 82 MVA, 41 times 2 MVA; Q is 14 times it, and no bound of its own ends that. */
  it('is doubted with S: Q of 41 times the capacity, where currents are not measured', () => {
    const s = 82e6;
    const [p, q] = [s * Math.cos(Math.PI / 9), s * Math.sin(Math.PI / 9)];
    const total = { active_power_total: p, reactive_power_total: q, apparent_power_total: s, power_factor_total: 0.94 };
    expect(Object.keys(doubtsOf(judge(total))).sort()).toEqual(sorted(ofPlace('total')));
    // Of a phase: a share of 27.3 MVA, of which Q has 9.3 MVA.
    const phase = { active_power_l2: p / 3, reactive_power_l2: q / 3, active_power_l1: 1e5, reactive_power_l1: 1e4 };
    expect(Object.keys(doubtsOf(judge(phase))).sort()).toEqual(['active_power_l2', 'reactive_power_l2']);
  });

  it('is doubted with line voltages only where there are no phase voltages', () => {
    const { voltage_l1_n: _1, voltage_l2_n: _2, voltage_l3_n: _3, ...threeWire } = HEALTHY;
    const wrong = { voltage_l1_l2: 99_999 };
    expect(Object.keys(doubtsOf(judge({ ...HEALTHY, ...wrong })))).toEqual(['voltage_l1_l2']);
    for (const phaseVolts of [{}, phases(0), phases(80)]) {
      const judged = judge({ ...threeWire, ...phaseVolts, ...wrong });
      expect(Object.keys(judged.values).filter((name) => /power/.test(name))).toEqual([]);
    }
  });

  it('is doubted when phase and line voltages disagree, unless one set of them is believed', () => {
    // 5774 V and 3000 V make no 10 000 V, whichever is wrong; the powers may be made of either.
    const either = lasting({ ...HEALTHY, voltage_l2_n: 3_000 });
    expect(either.active_power_total).toBe('phase and line voltages disagree');
    expect(either.current_l1).toBeUndefined();
    const ghosts = lasting({ ...HEALTHY, ...phases(1_200, 1_000, 1_100), ...lines(10_000) });
    expect(Object.keys(ghosts).sort()).toEqual(Object.keys(phases(0)).sort());
  });

  /** S = 577 kVA and P = 542 kW make 0.94, but 542² + 500² are 1.6 of 577². */
  it('is a power factor, where P, Q and S disagree', () => {
    const doubts = lasting({ ...HEALTHY, reactive_power_l1: 500e3 });
    expect(Object.keys(doubts).sort()).toEqual(sorted(ofPlace('l1')));
    expect(new Set(Object.values(doubts))).toEqual(new Set(['powers disagree']));
  });

  /** 3.1 MW in place of 1.6 MW: with P of L2 and of all doubted at once, the sum is no proof against L1 and L3. */
  it('is no proof against others: a wrong current in L2 leaves the powers of L1 and L3', () => {
    const doubts = lasting({ ...HEALTHY, current_l2: 9e9, active_power_l2: 2e6 });
    expect(Object.keys(doubts).sort()).toEqual(sorted(['current_l2'], ofPlace('l2'), ofPlace('total')));
  });

  it('is never a voltage or a current, nor another phase', () => {
    const first: readonly Quantity[] = ['voltage_l1_n', 'voltage_l1_l2', 'current_l2', 'current_l3'];
    const { values } = judge({ ...HEALTHY, current_l1: 9e9 });
    for (const quantity of first) expect(values[quantity]).toBe(HEALTHY[quantity]);
    for (const quantity of sorted(ofPlace('l2'), ofPlace('l3'))) expect(values).toHaveProperty(quantity);
  });

  it('is no value of a reading whose neutral current is doubted, or whose meter marked a value itself', () => {
    expect(Object.keys(doubtsOf(judge({ ...HEALTHY, current_n: 9e9 })))).toEqual(['current_n']);
    const { current_l1: value = 0, ...rest } = HEALTHY;
    const marked = { ...reading(0, rest), suspect: { current_l1: { value, reason: 'marked by the meter' } } } as const;
    expect(new QualityCheck().judge(marked, placeOf())).toBe(marked);
  });

  it('is doubted in a message that was held up, too', () => {
    const [check, place] = [new QualityCheck(), placeOf()];
    check.judge(reading(9_000, HEALTHY, 'payload'), place);
    const late = check.judge(reading(1_000, { ...HEALTHY, current_l1: 9e9 }, 'payload'), place);
    expect(Object.keys(doubtsOf(late)).sort()).toEqual(sorted(['current_l1'], ofPlace('l1'), ofPlace('total')));
  });
});
