import { describe, expect, it } from 'vitest';
import { judgeBy, lines, phases, point, star } from './points.ts';

const judge = (values: Parameters<typeof judgeBy>[1], kv: number) => judgeBy('voltage_dip', values, point(kv));

describe('dip and interruption', () => {
  it('oracle 8d: at 220 V a dip starts below 198.0 V and ends at 202.4 V', () => {
    expect(judge(phases(197.99, 220, 220), 0.38)).toMatchObject({
      standing: 'bad',
      evidence: { kind: 'dip', phases: ['L1'] },
    });
    expect(judge(phases(198, 220, 220), 0.38).standing).toBe('between');
    expect(judge(phases(202.39, 220, 220), 0.38).standing).toBe('between');
    expect(judge(phases(202.4, 220, 220), 0.38).standing).toBe('good');
  });

  it('gives the residual voltage of the deepest phase', () => {
    const verdict = judge(phases(220, 176, 190), 0.38);
    expect(verdict.evidence).toMatchObject({ quantity: 'voltage_l2_n', value: 176, limit: 90, phases: ['L2', 'L3'] });
    expect(verdict.evidence?.judged).toBeCloseTo(80, 9);
  });

  it('is an interruption only when every voltage is below 10 %', () => {
    expect(judge(phases(20, 21, 22.1), 0.38).evidence?.kind).toBe('dip');
    expect(judge(phases(20, 21, 21.9), 0.38).evidence).toMatchObject({ kind: 'interruption', limit: 10 });
  });

  it('judges 10 kV by line voltages: L1 at 80 % leaves 90.2 % between lines, no dip for three-phase loads', () => {
    const normal = 10_000 / Math.sqrt(3);
    expect(judge(star(0.8 * normal, normal, normal), 10).evidence?.judged).toBeCloseTo(90.185, 3);
    expect(judge({ ...lines(10_000), ...phases(50, 9_990, 9_990) }, 10).standing).toBe('good');
    expect(judge(lines(8_900, 10_000, 10_000), 10).standing).toBe('bad');
  });

  it('judges 110 kV, whose neutral is earthed, by phase voltages', () => {
    expect(judge({ ...lines(110_000), ...phases(50_000, 63_500, 63_500) }, 110).standing).toBe('bad');
  });

  it('cannot say without voltages', () => {
    expect(judge({ current_l1: 5 }, 0.38).standing).toBe('cannot say');
  });

  it('takes zero phase voltages of a three-wire meter for what they are: not there', () => {
    expect(judge({ ...lines(110_000), ...phases(0) }, 110)).toMatchObject({
      standing: 'good',
      evidence: { quantity: 'voltage_l1_l2' },
    });
    expect(judge({ ...lines(5_000), ...phases(0) }, 110)).toMatchObject({
      standing: 'bad',
      evidence: { kind: 'interruption' },
    });
    expect(judge({ ...lines(0), ...phases(0) }, 110)).toMatchObject({
      standing: 'bad',
      evidence: { kind: 'interruption' },
    });
  });

  /** 110 kV: a phase has 63 509 V. Picked up: 1.5 % of it are 953 V, 9 % are 5716 V. */
  it.each([953, 5_716])('takes %f V that a three-wire meter picks up for no voltages at all', (ghost) => {
    const ghosts = (share: number) => phases(share * ghost, share * 0.9 * ghost, share * 0.7 * ghost);
    expect(judge({ ...lines(110_000), ...ghosts(1) }, 110)).toMatchObject({
      standing: 'good',
      evidence: { quantity: 'voltage_l1_l2' },
    });
    expect(judge({ ...lines(66_000), ...ghosts(0.6) }, 110).evidence).toMatchObject({ kind: 'dip', judged: 60 });
    expect(judge({ ...lines(5_000), ...ghosts(0.05) }, 110).evidence?.kind).toBe('interruption');
    expect(judgeBy('phase_loss', { ...lines(110_000), ...ghosts(1) }, point(110)).standing).toBe('cannot say');
  });

  /** A line voltage is no longer than two phase voltages together: 2 · 6 000 V are more than 11 000 V. */
  it('takes voltages of a phase for real ones where they can make the line voltages', () => {
    const residuals = { ...lines(11_000), ...phases(6_000, 6_100, 5_900) };
    expect(judge(residuals, 110).evidence).toMatchObject({ kind: 'interruption', quantity: 'voltage_l3_n' });
    expect(judge({ ...lines(64_000, 64_000, 300), ...phases(300, 63_500, 400) }, 110).evidence).toMatchObject({
      kind: 'dip',
      phases: ['L1', 'L3'],
    });
  });

  it('takes 0 V of phases that a single-phase point does not have for what they are', () => {
    expect(judge(phases(221, 0, 0), 0.22).standing).toBe('good');
    expect(judge(phases(0, 150, 0.4), 0.22)).toMatchObject({ standing: 'bad', evidence: { kind: 'dip', value: 150 } });
    expect(judge(phases(0, 5, 0), 0.22).evidence?.kind).toBe('interruption');
  });

  it('does not call it an interruption when only one phase was measured', () => {
    expect(judge({ voltage_l1_n: 0 }, 0.38).evidence?.kind).toBe('dip');
    expect(judge({ voltage_l1_n: 0 }, 0.22).evidence?.kind).toBe('interruption');
  });
});
