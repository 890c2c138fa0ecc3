import { describe, expect, it } from 'vitest';
import type { Values } from '../../src/domain/reading.ts';
import { QualityCheck } from '../../src/quality/quality-check.ts';
import { judgeBy, lines, phases, point } from '../rules/points.ts';
import { doubtsOf, placeOf, reading } from './place.ts';

/** 10 kV: a phase has 5773.5 V. 2 MVA: √3 · 10 kV · 80 A = 1385.6 kVA. */
const PHASE = 10_000 / Math.sqrt(3);

/** What a meter says of 80 A besides its voltages; `ghost` is the share of a phase voltage that its open inputs pick up. */
function loadWith(ghost: number): Values {
  const [s, sPhase] = [Math.sqrt(3) * 10_000 * 80, ghost * PHASE * 80];
  const [p, q, pPhase, qPhase] = [0.8 * s, 0.6 * s, 0.8 * sPhase, 0.6 * sPhase];
  return {
    ...{ current_l1: 80, current_l2: 80, current_l3: 80 },
    ...{ active_power_total: p, reactive_power_total: q, apparent_power_total: s },
    ...{ active_power_l1: pPhase, active_power_l2: pPhase, active_power_l3: pPhase },
    ...{ reactive_power_l1: qPhase, reactive_power_l2: qPhase, reactive_power_l3: qPhase },
    ...{ apparent_power_l1: sPhase, apparent_power_l2: sPhase, apparent_power_l3: sPhase },
  };
}

/** The last of the readings of two minutes, one a second, whose current in the neutral lives. */
function afterTwoMinutes(values: Values) {
  const [check, place] = [new QualityCheck(), placeOf()];
  let judged = reading(0, {});
  for (let second = 0; second <= 120; second += 1) {
    judged = check.judge(reading(second * 1_000, { ...values, current_n: 1 + second * 1e-6 }), place);
  }
  const next = (later: Values) => check.judge(reading(121_000, { ...later, current_n: 2 }), place);
  return { doubts: doubtsOf(judged), next };
}

const ghosts = (share: number) => phases(share * PHASE, 0.8 * share * PHASE, 0.9 * share * PHASE);

describe('the phase voltages that a three-wire meter does not have', () => {
  it.each([0, 0.012, 0.015, 0.05, 0.099])('are doubted with nothing beside them: %f of nominal', (share) => {
    const { doubts, next } = afterTwoMinutes({ ...lines(10_000), ...ghosts(share), ...loadWith(share) });
    expect(doubts).toEqual({});
    const dip = { ...lines(6_000, 6_100, 9_000), ...ghosts(0.6 * share), ...loadWith(0.6 * share) };
    const judged = next(dip);
    expect(doubtsOf(judged)).toEqual({});
    expect(judgeBy('voltage_dip', judged.values, point(10))).toMatchObject({
      standing: 'bad',
      evidence: { kind: 'dip', judged: 60 },
    });
  });

  it('do not count in a dip that lasts: 30 % of nominal for two minutes, and 1.5 % of what is left', () => {
    expect(afterTwoMinutes({ ...lines(3_000), ...ghosts(0.0045), ...loadWith(0.0045) }).doubts).toEqual({});
  });

  /** With lines at 1, a phase has √3/2 = 0.87 at least; two thirds of it are no tolerance any more. */
  it.each([0.15, 0.4, 0.57])('are doubted alone where they are more than picked up: %f of nominal', (share) => {
    const { doubts, next } = afterTwoMinutes({ ...lines(10_000), ...ghosts(share), ...loadWith(share) });
    expect(doubts).toEqual({
      voltage_l1_n: 'phase and line voltages disagree',
      voltage_l2_n: 'phase and line voltages disagree',
      voltage_l3_n: 'phase and line voltages disagree',
    });
    const judged = next({ ...lines(6_000), ...ghosts(0.6 * share), ...loadWith(share) });
    expect(judgeBy('voltage_dip', judged.values, point(10)).standing).toBe('bad');
  });

  it('leave no doubt in an interruption, whatever back-feed leaves on the wires', () => {
    const residuals = { ...lines(800, 500, 600), ...phases(0.09 * PHASE, 0.03 * PHASE, 0.06 * PHASE) };
    for (const values of [{ ...lines(0), ...phases(0) }, residuals, { ...lines(500), ...phases(4) }]) {
      const { doubts, next } = afterTwoMinutes(values);
      expect(doubts).toEqual({});
      for (const kv of [10, 110]) {
        const scaled = Object.fromEntries(
          Object.entries(next(values).values).map(([name, v]) => [name, (v * kv) / 10]),
        );
        expect(judgeBy('voltage_dip', scaled, point(kv))).toMatchObject({ evidence: { kind: 'interruption' } });
      }
    }
  });

  /** A star of voltage transformers without L2: 5773.5 V to each neighbour, by the law of cosines with one side 0. */
  it('are real where a fuse of a voltage transformer has blown: nothing is doubted, and the phase is told', () => {
    const blown = { ...lines(PHASE, PHASE, 10_000), ...phases(PHASE, 0.02 * PHASE, PHASE) };
    const { doubts, next } = afterTwoMinutes(blown);
    expect(doubts).toEqual({});
    const amperes = { current_l1: 80, current_l2: 80, current_l3: 80 };
    expect(judgeBy('phase_loss', next({ ...blown, ...amperes }).values, point(10))).toMatchObject({
      standing: 'bad',
      evidence: { kind: 'metering', phases: ['L2'] },
    });
  });

  it('are real in an earth fault of an isolated net, and with two phases lost', () => {
    expect(afterTwoMinutes({ ...lines(10_000), ...phases(20, 9_990, 9_990) }).doubts).toEqual({});
    expect(afterTwoMinutes({ ...lines(PHASE, 0, PHASE), ...phases(PHASE, 0, 0) }).doubts).toEqual({});
  });
});

describe('line voltages that a meter does not have', () => {
  /** |220 − 200| V is more than 5 V by more than 3 % and 3.8 V. */
  it('are doubted alone, and a dip of a phase is seen', () => {
    const [check, place] = [new QualityCheck(), placeOf({ nominalKv: 0.38, transformerKva: 630 })];
    const wrong = { ...lines(5), ...phases(220, 200, 235) };
    let judged = reading(0, {});
    for (let second = 0; second <= 120; second += 1) {
      judged = check.judge(reading(second * 1_000, { ...wrong, current_n: 1 + second * 1e-6 }), place);
    }
    expect(Object.keys(doubtsOf(judged)).sort()).toEqual(Object.keys(lines(0)).sort());
    const dip = check.judge(reading(121_000, { ...lines(5), ...phases(150, 200, 235) }), place);
    expect(judgeBy('voltage_dip', dip.values, point(0.38))).toMatchObject({
      standing: 'bad',
      evidence: { value: 150 },
    });
  });

  it('mean nothing at a single-phase point, where meters give 0 for all that is not connected', () => {
    const [check, place] = [new QualityCheck(), placeOf({ nominalKv: 0.22, contractKva: 22 })];
    for (let second = 0; second <= 120; second += 1) {
      const values = { ...lines(0), ...phases(221, 0, 0), current_n: 1 + second * 1e-6 };
      expect(doubtsOf(check.judge(reading(second * 1_000, values), place))).toEqual({});
    }
  });
});
