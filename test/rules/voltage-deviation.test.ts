import { describe, expect, it } from 'vitest';
import { deviationSum } from '../../src/rules/voltage-deviation.ts';
import { judgeBy, lines, phases, point } from './points.ts';

const judge = (values: Parameters<typeof judgeBy>[1], kv: number) => judgeBy('voltage_deviation', values, point(kv));

describe('supply voltage deviation, GB/T 12325', () => {
  it.each([
    { name: '1a', kv: 10, values: lines(10_450), judged: 4.5, standing: 'good' },
    { name: '1b', kv: 0.38, values: lines(353), judged: -7.105263, standing: 'bad' },
    { name: '1c', kv: 0.22, values: phases(235.5), judged: 7.045455, standing: 'bad' },
    { name: '1c2, the boundary itself passes', kv: 0.22, values: phases(235.4), judged: 7, standing: 'between' },
    { name: '0.38 kV band 353.4..406.6: just inside', kv: 0.38, values: lines(353.4), judged: -7, standing: 'between' },
    { name: '0.38 kV band: just outside above', kv: 0.38, values: lines(406.7), judged: 7.026316, standing: 'bad' },
    { name: '10 kV band 9.30..10.70', kv: 10, values: lines(10_000, 10_700, 10_000), judged: 7, standing: 'between' },
    {
      name: '220 V single-phase may fall to 198 V',
      kv: 0.22,
      values: { voltage_l1_n: 198 },
      judged: -10,
      standing: 'between',
    },
  ])('oracle $name: $judged %', ({ kv, values, judged, standing }) => {
    const verdict = judge(values, kv);
    expect(verdict.evidence?.judged).toBeCloseTo(judged, 6);
    expect(verdict.standing).toBe(standing);
  });

  it('adds the absolute deviations of both signs from 35 kV upwards (oracle 1d: 11 %)', () => {
    const verdict = judge(lines(37_100, 33_250, 35_000), 35);
    expect(verdict).toMatchObject({ standing: 'bad', evidence: { limit: 10, kind: 'sum', phases: ['L1-L2'] } });
    expect(verdict.evidence?.judged).toBeCloseTo(11, 6);
  });

  it('takes the larger one where both have the same sign (oracle 1e: 8 %)', () => {
    const verdict = judge(lines(118_800, 111_100, 112_000), 110);
    expect(verdict.standing).toBe('good');
    expect(verdict.evidence?.judged).toBeCloseTo(8, 6);
    expect(verdict.evidence?.kind).toBe('over');
    expect(judge(lines(31_150, 34_000, 35_000), 35)).toMatchObject({ standing: 'bad', evidence: { kind: 'under' } });
    expect(deviationSum([-3, -8, -1])).toBe(8);
  });

  it('has a hysteresis: 6.8 % keeps what was, 6.4 % clears', () => {
    expect(judge(lines(10_680), 10).standing).toBe('between');
    expect(judge(lines(10_640), 10).standing).toBe('good');
  });

  it('names the worst phase and the side', () => {
    expect(judge(lines(10_000, 9_200, 10_000), 10).evidence).toMatchObject({
      kind: 'under',
      quantity: 'voltage_l2_l3',
      value: 9_200,
      phases: ['L2-L3'],
      limit: -7,
    });
  });

  it('judges 10 kV by line voltages alone: an earth fault that moves phase voltages is no deviation', () => {
    expect(judge({ ...lines(10_000), ...phases(300, 9_900, 9_900) }, 10).standing).toBe('good');
    expect(judge(phases(5_000), 10)).toMatchObject({ standing: 'cannot say' });
  });

  it('lets phase voltages stand in at 0.38 kV, against 220 V', () => {
    expect(judge(phases(235.5), 0.38)).toMatchObject({ standing: 'bad', evidence: { quantity: 'voltage_l1_n' } });
    expect(judge(phases(235.3), 0.38).evidence?.judged).toBeCloseTo((235.3 / 220 - 1) * 100, 9);
  });

  it('is not judged on a dead line', () => {
    expect(judge(lines(900), 10)).toMatchObject({ standing: 'cannot say', why: 'the line is dead' });
    expect(judge(lines(1_100), 10).standing).toBe('bad');
  });
});
