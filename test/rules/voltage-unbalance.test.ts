import { describe, expect, it } from 'vitest';
import { withDerived } from '../../src/domain/derived.ts';
import { judgeBy, lines, point } from './points.ts';

function judge(l1l2: number, l2l3: number, l3l1: number) {
  const { values } = withDerived({
    meter: 'm',
    time: 0,
    arrivedAt: 0,
    timeSource: 'register',
    values: lines(l1l2, l2l3, l3l1),
  });
  return judgeBy('voltage_unbalance', values, point(10));
}

describe('voltage unbalance, GB/T 15543', () => {
  it('oracle 2c: 10.2 / 10.0 / 9.9 kV is 1.762433 %, within 2 %', () => {
    const verdict = judge(10_200, 10_000, 9_900);
    expect(verdict.standing).toBe('good');
    expect(verdict.evidence?.judged).toBeCloseTo(1.762433, 6);
  });

  it('is bad above 2 % and undecided down to 1.8 %', () => {
    expect(judge(10_300, 10_000, 9_900)).toMatchObject({ standing: 'bad', evidence: { limit: 2, unit: '%' } });
    expect(judgeBy('voltage_unbalance', { ...lines(10_000), voltage_unbalance: 2 }, point(10)).standing).toBe(
      'between',
    );
    expect(judgeBy('voltage_unbalance', { ...lines(10_000), voltage_unbalance: 1.8 }, point(10)).standing).toBe('good');
  });

  it('cannot say on a dead line, whose unbalance is one of noise', () => {
    expect(judge(30, 20, 25)).toMatchObject({ standing: 'cannot say', why: 'the line is dead' });
  });

  it('cannot say without three line voltages', () => {
    expect(judgeBy('voltage_unbalance', { voltage_l1_n: 220 }, point(0.38)).standing).toBe('cannot say');
  });
});
