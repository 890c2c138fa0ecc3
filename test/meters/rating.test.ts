import { describe, expect, it } from 'vitest';
import { measuredOf } from '../../src/meters/rating.ts';

describe('primary values', () => {
  it('are the meter values times the ratios of the transformers that they pass', () => {
    const { values, missing } = measuredOf(
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
        ['power_factor_total', -0.99],
      ],
      // 10 kV / 100 V and 600 A / 5 A: powers and energies times 100 × 120 = 12000.
      { ptRatio: 100, ctRatio: 120, nominalKv: 10 },
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
      power_factor_total: -0.99,
    });
  });

  it('are missing with their reason, never 0', () => {
    const { values, missing } = measuredOf(
      [
        ['voltage_l1_n', 'not a number'],
        ['voltage_l2_n', 'not readable'],
        ['voltage_l3_n', 0],
      ],
      { ptRatio: 1, ctRatio: 1, nominalKv: 0.38 },
    );
    expect(missing).toEqual({ voltage_l1_n: 'not a number', voltage_l2_n: 'not readable' });
    expect(values).toEqual({ voltage_l3_n: 0 });
  });

  it.each([
    ['voltage_l1_n', 9.5e18],
    ['voltage_l1_n', 3_801],
    ['voltage_l1_l2', -3_801],
    ['current_l1', 1e7],
    ['active_power_total', -1e12],
    ['frequency', 0],
    ['frequency', 655.35],
    ['thd_u_l1', -1],
    ['power_factor_total', 1.9],
  ] as const)('%s of %d is beyond any rating', (quantity, value) => {
    const { values, missing } = measuredOf([[quantity, value]], { ptRatio: 1, ctRatio: 1, nominalKv: 0.38 });
    expect(values).toEqual({});
    expect(missing).toEqual({ [quantity]: 'beyond any rating' });
  });

  it('may be far off nominal: a real overvoltage is not thrown away', () => {
    const { values } = measuredOf([['voltage_l1_l2', 3_799]], { ptRatio: 1, ctRatio: 1, nominalKv: 0.38 });
    expect(values.voltage_l1_l2).toBe(3_799);
  });
});
