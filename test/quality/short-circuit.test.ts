import { describe, expect, it } from 'vitest';
import type { Values } from '../../src/domain/reading.ts';
import { QualityCheck } from '../../src/quality/quality-check.ts';
import { judgeBy, lines, phases, point, star } from '../rules/points.ts';
import { doubtsOf, placeOf, reading } from './place.ts';

/**
 * 10 kV and 2 MVA, 115.47 A: 30 times that is 3464 A. A feeder with 20 kA gives 173 times it, and between two phases
 * √3/2 of 20 kA: 17 320 A.
 */
const judge = (values: Values, place = placeOf()) => new QualityCheck().judge(reading(0, values), place);

const currents = (l1: number, l2: number, l3: number): Values => ({ current_l1: l1, current_l2: l2, current_l3: l3 });

describe('a short circuit before the transformer of a customer', () => {
  it.each([
    ['of three phases', { ...star(120, 110, 130), ...currents(20_000, 19_800, 20_100) }],
    // L1 and L2 touch: both at half of the opposite direction of L3, so 0 V between them and 8660 V to L3.
    ['of two phases', { ...phases(2_887, 2_887, 5_774), ...lines(0, 8_660, 8_660), ...currents(17_320, -17_320, 60) }],
    ['that a three-wire meter sees', { ...phases(0), ...lines(300, 200, 250), ...currents(16_000, 0, 16_100) }],
  ])('is believed with its currents and tells its dip: %s', (_, fault) => {
    const event = reading(0, fault);
    const judged = new QualityCheck().judge(event, placeOf());
    expect(judged).toBe(event);
    expect(judgeBy('voltage_dip', judged.values, point(10))).toMatchObject({
      standing: 'bad',
      evidence: { values: { current_l1: fault.current_l1 } },
    });
  });

  it('is none without a dip: the voltages stay, and such currents are not believed', () => {
    const healthy = { ...star(5_700, 5_700, 5_700), ...currents(20_000, 20_000, 20_000) };
    const judged = judge(healthy);
    expect(Object.keys(doubtsOf(judged)).sort()).toEqual(['current_l1', 'current_l2', 'current_l3']);
    expect(judged.values).toEqual(star(5_700, 5_700, 5_700));
    // An earth fault leaves the line voltages, and three-wire meters never have others.
    for (const volts of [phases(0, 9_990, 9_990), phases(0)]) {
      const doubts = doubtsOf(judge({ ...volts, ...lines(9_990), current_l1: 20_000 }));
      expect(Object.keys(doubts)).toEqual(['current_l1']);
    }
  });

  it('begins under 90 % of nominal and ends at 100 kA', () => {
    const at = (volts: number, amps: number) => Object.keys(doubtsOf(judge({ ...lines(volts), current_l2: amps })));
    expect(at(8_999, 99_999)).toEqual([]);
    expect(at(9_001, 99_999)).toEqual(['current_l2']);
    expect(at(8_999, 100_001)).toEqual(['current_l2']);
    expect(at(8_999, -99_999)).toEqual([]);
  });

  it('never loses its dip to a doubt, even where its currents and powers are not believed', () => {
    const wild = { ...star(120, 110, 130), ...currents(9e9, 9e9, 9e9), active_power_total: 9e12 };
    const judged = judge(wild);
    expect(judged.values).toEqual(star(120, 110, 130));
    expect(judgeBy('voltage_dip', judged.values, point(10))).toMatchObject({ evidence: { kind: 'interruption' } });
  });

  it('is not believed for a minute: no protection waits so long', () => {
    const [check, place] = [new QualityCheck(), placeOf()];
    const doubtedAt = (second: number) => {
      const lasting = { ...lines(8_000 + second), ...currents(20_000, 20_000, 20_000) };
      return Object.keys(doubtsOf(check.judge(reading(second * 1_000, lasting), place)));
    };
    for (let second = 0; second < 60; second += 1) expect(doubtedAt(second)).toEqual([]);
    expect(doubtedAt(60)).toEqual(['current_l1', 'current_l2', 'current_l3']);
  });

  it('is seen at a single-phase point by its one voltage', () => {
    const place = placeOf({ nominalKv: 0.22, contractKva: 22 });
    const at = (volts: number) => Object.keys(doubtsOf(judge({ ...phases(volts, 0, 0), current_l1: 4_000 }, place)));
    expect(at(60)).toEqual([]);
    expect(at(220)).toEqual(['current_l1']);
  });
});
