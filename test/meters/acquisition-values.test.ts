import { describe, expect, it } from 'vitest';
import { bench, SOON, useAcquisition } from './acquisition-bench.ts';
import { recordingLog, shippedModels } from './fixtures.ts';

describe('what acquisition reads', () => {
  useAcquisition();

  it('finds what a meter has in a map full of holes, and says once what it does not have', async () => {
    for (const [address, value] of Object.entries({ 0: 230, 2: 231, 4: 229, 6: 10, 70: 50, 200: 400 })) {
      bench.server.putFloat(1, 4, Number(address), value);
    }
    const log = recordingLog();
    bench.acquire([{ id: 'sparse', model: 'sdm630', connection: bench.onModbus(1), pollInterval: 50 }], { log });
    const expected = {
      voltage_l1_n: 230,
      voltage_l2_n: 231,
      voltage_l3_n: 229,
      current_l1: 10,
      frequency: 50,
      voltage_l1_l2: 400,
    };
    await expect.poll(() => bench.readings.at(-1)?.values, SOON).toEqual(expected);
    const told = log.lines.filter(({ message }) => message === 'Meter does not have a register of its model');
    expect(told.map(({ fields }) => fields)).toContainEqual(
      expect.objectContaining({ register: 202, quantity: 'voltage_l2_l3' }),
    );
    expect(new Set(told.map(({ fields }) => JSON.stringify(fields))).size).toBe(told.length);
  });

  it('reads the three shipped Modbus models: frozen registers to primary values', async () => {
    bench.fill(1, 4, 0, 80, { 0: 230.2, 2: 229.9, 6: 41.5, 12: 9_500, 52: -1_250.5, 70: 50.01, 72: 123.5, 78: 0.25 });
    bench.server.put(1, 4, 0, [0x4366, 0x3334]);
    bench.fill(1, 4, 200, 246, { 200: 398.7, 224: 3.5, 234: 1.75, 244: 22.5 });
    bench.fill(2, 3, 1, 69, { 1: 57.5, 7: 100, 13: 2.5, 25: 140, 55: 50, 63: 433, 65: 430, 67: -51 });
    bench.fill(2, 3, 261, 297, { 261: 1.25, 295: 0.5 });
    bench.fill(3, 3, 2999, 3111, {
      2999: 300,
      3019: 10_000,
      3027: 5_773.5,
      3053: 1_730,
      3059: 5_190.25,
      3067: -12,
      3075: 5_195,
      3109: 49.98,
    });
    bench.fill(3, 3, 3203, 3227, {});
    bench.server.put(3, 3, 3203, [0, 0, 0x0001, 0x86a0]);
    bench.server.put(3, 3, 3207, [0x8000, 0, 0, 0]);
    bench.fill(3, 3, 21299, 21335, { 21299: 4.5, 21329: 2.25 });
    bench.server.put(3, 3, 21301, [0xffc0, 0]);
    bench.acquire([
      { id: 'sdm', model: 'sdm630', connection: bench.onModbus(1) },
      { id: 'pac', model: 'pac4200', connection: bench.onModbus(2), nominalKv: 10, ptRatio: 100, ctRatio: 20 },
      { id: 'pm', model: 'pm5xxx', connection: bench.onModbus(3), nominalKv: 10 },
    ]);
    await expect.poll(() => new Set(bench.readings.map(({ meter }) => meter)).size, SOON).toBe(3);
    const of = (meter: string) => bench.readings.find((reading) => reading.meter === meter);

    expect(of('sdm')?.missing).toBeUndefined();
    expect(of('sdm')?.values.voltage_l1_n).toBeCloseTo(230.2, 4);
    expect(of('sdm')?.values.frequency).toBeCloseTo(50.01, 4);
    expect(of('sdm')?.values).toMatchObject({
      current_l1: 41.5,
      active_power_l1: 9_500,
      active_power_total: -1_250.5,
      energy_active_import: 123_500,
      energy_reactive_export: 250,
      current_n: 3.5,
      thd_u_l1: 1.75,
      thd_i_l3: 22.5,
    });
    expect(of('sdm')?.values.voltage_l1_l2).toBeCloseTo(398.7, 4);

    expect(of('pac')?.values).toMatchObject({
      voltage_l1_n: 5_750,
      voltage_l1_l2: 10_000,
      current_l1: 50,
      active_power_l1: 280_000,
      apparent_power_total: 866_000,
      active_power_total: 860_000,
      reactive_power_total: -102_000,
      frequency: 50,
      thd_u_l1: 1.25,
      current_n: 10,
    });

    expect(of('pm')?.values).toMatchObject({
      current_l1: 300,
      voltage_l1_l2: 10_000,
      voltage_l1_n: 5_773.5,
      active_power_l1: 1_730_000,
      active_power_total: 5_190_250,
      reactive_power_total: -12_000,
      apparent_power_total: 5_195_000,
      energy_active_import: 100_000,
      thd_i_l1: 4.5,
      thd_u_l1: 2.25,
    });
    expect(of('pm')?.missing).toEqual({ energy_active_export: 'not available', thd_i_l2: 'not a number' });
    for (const { timeSource, time } of bench.readings) {
      expect(timeSource).toBe('register');
      expect(Math.abs(time - Date.now())).toBeLessThan(60_000);
    }
  });

  it('asks each meter as it is tuned', async () => {
    bench.server.put(1, 3, 0, Array<number>(400).fill(0));
    const tuning = { functionCode: 3, maxBlock: 20, maxGap: 0 } as const;
    bench.acquire([{ id: 'm', model: 'sdm630', connection: bench.onModbus(1), tuning }]);
    await expect.poll(() => bench.readings.length, SOON).toBeGreaterThan(0);
    expect(bench.readings[0]).not.toHaveProperty('missing');
    expect(new Set(bench.server.requests.map(({ functionCode }) => functionCode))).toEqual(new Set([3]));
    expect(Math.max(...bench.server.requests.map(({ count }) => count))).toBeLessThanOrEqual(20);
  });

  it('looks at the log of a meter more often than it polls the meter', async () => {
    const model = shippedModels().get('kmb-umd');
    if (model?.transport !== 'modbus') throw new Error('no kmb-umd');
    for (const { functionCode, address } of model.registers) bench.server.put(1, functionCode, address, [0, 0, 0, 0]);
    bench.server.put(1, 4, 21_760, Array<number>(10).fill(0));
    const looks = () => bench.server.requests.filter(({ start }) => start === 21_760).length;
    bench.acquire([{ id: 'm', model: 'kmb-umd', connection: bench.onModbus(1), pollInterval: 3_000 }]);
    await expect.poll(() => bench.readings.length, SOON).toBeGreaterThan(0);
    await expect.poll(looks, SOON).toBeGreaterThanOrEqual(2);
    // On L1 (0), a dip (2), at 2026-03-01 08:00:00.000: 825 667 200 000 ms after 2000, which is 0xC0_3D99_A400; 80 ms; 150 V.
    bench.server.put(1, 4, 21_760, [0, 2, 0, 0x00c0, 0x3d99, 0xa400, 0, 80, 0x4316, 0]);
    await expect
      .poll(() => bench.events, SOON)
      .toMatchObject([
        { meter: 'm', kind: 'dip', phases: ['L1'], start: Date.UTC(2026, 2, 1, 8), duration: 80, extreme: 150 },
      ]);
  }, 50_000);
});
