import { describe, expect, it } from 'vitest';
import { judgeBy, lines, phases, point, star } from './points.ts';

const judge = (values: Parameters<typeof judgeBy>[1], kv: number) => judgeBy('phase_loss', values, point(kv));
const PHASE_10KV = 10_000 / Math.sqrt(3);

describe('phase loss', () => {
  it('at 0.38 kV: below 60 % of 220 V, that is 132 V', () => {
    expect(judge(phases(131.9, 220, 220), 0.38)).toMatchObject({
      standing: 'bad',
      evidence: { phases: ['L1'], limit: 60 },
    });
    expect(judge(phases(132, 220, 220), 0.38).standing).toBe('between');
    expect(judge(phases(154, 220, 220), 0.38).standing).toBe('good');
  });

  it('names two lost phases', () => {
    expect(judge(phases(5, 220, 3), 0.38).evidence?.phases).toEqual(['L1', 'L3']);
  });

  it('is not an interruption: without a healthy phase it cannot say', () => {
    expect(judge(phases(5, 4, 3), 0.38).standing).toBe('cannot say');
  });

  it('at 10 kV: a broken phase pulls its line voltages down and is lost', () => {
    const verdict = judge(star(0, PHASE_10KV, PHASE_10KV), 10);
    expect(verdict).toMatchObject({ standing: 'bad', evidence: { phases: ['L1'] } });
    expect(verdict.evidence?.values?.voltage_l1_l2).toBeCloseTo(10_000 / Math.sqrt(3), 6);
  });

  it('at 10 kV: an earth fault leaves the line voltages healthy and is no phase loss', () => {
    expect(judge({ ...phases(50, 9_990, 9_990), ...lines(10_000) }, 10).standing).toBe('good');
  });

  it('at 10 kV: without line voltages it cannot tell the two apart', () => {
    expect(judge(phases(0, PHASE_10KV, PHASE_10KV), 10)).toMatchObject({ standing: 'cannot say' });
  });

  it('at 110 kV the neutral is earthed: the phase voltage decides', () => {
    expect(judge(phases(0, 63_500, 63_500), 110).standing).toBe('bad');
  });

  it('cannot say with fewer than three phases', () => {
    expect(judge({ voltage_l1_n: 0 }, 0.38).standing).toBe('cannot say');
  });

  it('above 1 kV with current still flowing it is the metering circuit that has lost it', () => {
    const voltages = star(0, PHASE_10KV, PHASE_10KV);
    const amperes = (l1: number) => ({ current_l1: l1, current_l2: 200, current_l3: 195 });
    expect(judge({ ...voltages, ...amperes(190) }, 10)).toMatchObject({
      standing: 'bad',
      evidence: { kind: 'metering' },
    });
    // Some meters sign the current with the direction of the power.
    const exported = { current_l1: -190, current_l2: -200, current_l3: -195 };
    expect(judge({ ...voltages, ...exported }, 10).evidence?.kind).toBe('metering');
    expect(judge({ ...voltages, ...amperes(9) }, 10).evidence?.kind).toBe('lost');
    expect(judge({ ...voltages, ...amperes(0) }, 10).evidence?.kind).toBe('lost');
    expect(judge({ ...phases(0, 220, 220), ...amperes(190) }, 0.38).evidence?.kind).toBe('lost');
  });
});
