import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { QUANTITY_NAMES } from '../../src/domain/quantity.ts';
import { primaryOf } from '../../src/meters/rating.ts';

describe('primary values', () => {
  it('are the meter values times the ratios of the transformers that they pass', () => {
    const { values, missing } = primaryOf(
      [
        ['voltage_l1_n', 57.7],
        ['voltage_l1_l2', 100],
        ['current_l1', 2.5],
        ['active_power_total', -433],
        ['reactive_power_total', 10],
        ['apparent_power_total', 433.1],
        ['energy_active_import', 7],
        ['energy_reactive_export', 3],
        ['frequency', 50.02],
        ['thd_u_l1', 1.5],
        ['flicker_pst_l1', 0.8],
        ['power_factor_total', -0.99],
      ],
      // 10 kV / 100 V and 600 A / 5 A: powers and energies times 100 × 120 = 12000.
      { ptRatio: 100, ctRatio: 120 },
    );
    expect(missing).toEqual({});
    expect(values.voltage_l1_n).toBeCloseTo(5_770);
    expect(values).toMatchObject({
      voltage_l1_l2: 10_000,
      current_l1: 300,
      active_power_total: -5_196_000,
      reactive_power_total: 120_000,
      apparent_power_total: 5_197_200,
      energy_active_import: 84_000,
      energy_reactive_export: 36_000,
      frequency: 50.02,
      thd_u_l1: 1.5,
      flicker_pst_l1: 0.8,
      power_factor_total: -0.99,
    });
  });

  it('of a meter without transformers are its own, whatever they are: what is possible is judged elsewhere', () => {
    const own = fc.uniqueArray(fc.tuple(fc.constantFrom(...QUANTITY_NAMES), fc.double({ noNaN: true })), {
      selector: ([quantity]) => quantity,
    });
    fc.assert(
      fc.property(own, (raw) => {
        expect(primaryOf(raw, { ptRatio: 1, ctRatio: 1 })).toEqual({ values: Object.fromEntries(raw), missing: {} });
      }),
    );
  });

  it('with transformers of one kind alone leave what passes none of them as it is', () => {
    const raw = [
      ['voltage_l1_n', 230],
      ['current_l1', 1],
      ['active_power_l1', 230],
    ] as const;
    const behindCurrent = primaryOf(raw, { ptRatio: 1, ctRatio: 40 }).values;
    expect(behindCurrent).toEqual({ voltage_l1_n: 230, current_l1: 40, active_power_l1: 9_200 });
    const behindVoltage = primaryOf(raw, { ptRatio: 100, ctRatio: 1 }).values;
    expect(behindVoltage).toEqual({ voltage_l1_n: 23_000, current_l1: 1, active_power_l1: 23_000 });
  });

  it.each([1, 100])('are missing with their reason, never 0, with a ratio of %d', (ratio) => {
    const { values, missing } = primaryOf(
      [
        ['voltage_l1_n', 'not a number'],
        ['voltage_l2_n', 'not readable'],
        ['current_l1', 'not available'],
        ['voltage_l3_n', 0],
      ],
      { ptRatio: ratio, ctRatio: ratio },
    );
    expect(missing).toEqual({
      voltage_l1_n: 'not a number',
      voltage_l2_n: 'not readable',
      current_l1: 'not available',
    });
    expect(values).toEqual({ voltage_l3_n: 0 });
  });
});
