import { describe, expect, it } from 'vitest';
import { apparentKva, loadInWords } from '../../src/rules/overload.ts';
import { judgeBy, point } from './points.ts';

const sample = (values: Parameters<typeof judgeBy>[1]) => ({
  meter: 'm',
  start: 0,
  end: 0,
  value: (q: keyof typeof values) => values[q],
});

describe('overload', () => {
  it('oracle 11a: 10.2 kV and 52 A are 918.679748 kVA, 91.867975 % of 1000 kVA', () => {
    const values = {
      voltage_l1_l2: 10_200,
      voltage_l2_l3: 10_200,
      voltage_l3_l1: 10_200,
      current_l1: 52,
      current_l2: 52,
      current_l3: 52,
    };
    expect(apparentKva(sample(values))).toBeCloseTo(918.679748, 6);
    const verdict = judgeBy('overload', values, point(10, { transformerKva: 1_000 }));
    expect(verdict.standing).toBe('good');
    expect(verdict.evidence?.judged).toBeCloseTo(91.867975, 6);
  });

  /** Signed as the power of each phase, as Janitza meters do: √3 · 10 kV · (100 + 20 + 60) A / 3 = 1039.23 kVA. */
  it('counts currents whatever their sign', () => {
    const values = {
      ...{ voltage_l1_l2: 10_000, voltage_l2_l3: 10_000, voltage_l3_l1: 10_000 },
      ...{ current_l1: 100, current_l2: -20, current_l3: -60 },
    };
    expect(apparentKva(sample(values))).toBeCloseTo(1_039.23, 2);
  });

  it('prefers the measured apparent power, then P and Q (3-4-5)', () => {
    expect(
      apparentKva(sample({ apparent_power_total: 7_000, active_power_total: 3_000, reactive_power_total: 4_000 })),
    ).toBe(7);
    expect(apparentKva(sample({ active_power_total: -3_000, reactive_power_total: 4_000 }))).toBe(5);
    expect(apparentKva(sample({ active_power_total: 3_000 }))).toBeUndefined();
  });

  it('judges against the smaller capacity and says which', () => {
    const values = { apparent_power_total: 1_010_000 };
    expect(judgeBy('overload', values, point(10, { contractKva: 1_000, transformerKva: 1_250 }))).toMatchObject({
      standing: 'bad',
      evidence: { kind: 'contract', judged: 101, limit: 100, value: 1_010_000 },
    });
    expect(judgeBy('overload', values, point(10, { contractKva: 2_000, transformerKva: 1_000 })).evidence?.kind).toBe(
      'transformer',
    );
    expect(judgeBy('overload', values, point(10)).standing).toBe('cannot say');
  });

  it('tells load and capacity: 10.8 MVA of 9.0 MVA are 120 %, 420 kVA of 400 kVA are 105 %', () => {
    const contract = judgeBy('overload', { apparent_power_total: 10_800_000 }, point(10, { contractKva: 9_000 }));
    const transformer = judgeBy('overload', { apparent_power_total: 420_000 }, point(10, { transformerKva: 400 }));
    if (!contract.evidence || !transformer.evidence) throw new Error('no evidence');
    expect(loadInWords(contract.evidence, 'en')).toBe('120 % of the contract capacity (10.80 MVA of 9.00 MVA)');
    expect(loadInWords(contract.evidence, 'zh-CN')).toBe('合同容量的 120 %（负荷 10.80 MVA，容量 9.00 MVA）');
    expect(loadInWords(transformer.evidence, 'en')).toBe(
      "105 % of the transformer's rated capacity (420.0 kVA of 400.0 kVA)",
    );
    expect(loadInWords(transformer.evidence, 'zh-CN')).toBe('变压器额定容量的 105 %（负荷 420.0 kVA，容量 400.0 kVA）');
  });

  it('allows 100 % itself and clears at 95 %', () => {
    const at = (va: number) =>
      judgeBy('overload', { apparent_power_total: va }, point(10, { contractKva: 1_000 })).standing;
    expect([at(1_000_001), at(1_000_000), at(950_001), at(950_000)]).toEqual(['bad', 'between', 'between', 'good']);
  });
});
