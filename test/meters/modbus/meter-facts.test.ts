import { describe, expect, it } from 'vitest';
import type { ModbusModel, TimeFormat } from '../../../src/meters/model.ts';
import {
  health,
  lineWith,
  log,
  MODEL,
  now,
  PROBE,
  pass,
  putMeter,
  readings,
  register,
  round,
  rounds,
  server,
  whileGone,
} from './line-bench.ts';

const number = { functionCode: 4, type: 'uint16', order: 'ABCD' } as const;

describe('transformer ratios in a meter', () => {
  const model: ModbusModel = {
    ...MODEL,
    registers: [register('voltage_l1_n', 0), register('active_power_total', 2)],
    ratios: { ct: { ...number, address: 50, scale: 1 }, pt: { ...number, address: 51, scale: 0.1 } },
  };
  const put = (ct: number, pt: number) => {
    server.putFloat(1, 4, 0, 57.5);
    server.putFloat(1, 4, 2, 100);
    server.put(1, 4, 50, [ct, pt]);
  };

  it('make its values primary', async () => {
    put(40, 1_000);
    lineWith([1], { model });
    await round(['m1']);
    // 57.5 V × 100, 100 W × 40 × 100.
    expect(readings).toMatchObject([{ values: { voltage_l1_n: 5_750, active_power_total: 400_000 } }]);
    await round(['m1']);
    expect(server.requests.filter(({ start }) => start >= 50)).toHaveLength(2);
  });

  it('give way to one that is configured', async () => {
    put(40, 1_000);
    lineWith([1], { model, rating: { ctRatio: 20, ptRatio: 1 } });
    await round(['m1']);
    expect(readings).toMatchObject([{ values: { voltage_l1_n: 5_750, active_power_total: 200_000 } }]);
    expect(server.requests.some(({ start }) => start === 50)).toBe(false);
  });

  it('are read again with the slow registers and after each new connection', async () => {
    put(40, 1_000);
    lineWith([1], { model });
    await round(['m1']);
    put(80, 1_000);
    await round(['m1']);
    expect(readings.at(-1)?.values.active_power_total).toBe(400_000);
    pass(60_000);
    await round(['m1']);
    expect(readings.at(-1)?.values.active_power_total).toBe(800_000);
    put(10, 1_000);
    await whileGone(async () => undefined);
    await rounds(2, ['m1']);
    expect(readings.at(-1)?.values.active_power_total).toBe(100_000);
  });

  it.each([
    ['0', 0, {}],
    ['not there', 0xffff, { invalid: [0xffffn] }],
  ])('that are %s keep its readings back, and are told once', async (_, ct, more) => {
    put(ct, 1_000);
    lineWith([1], { model: { ...model, ratios: { ct: { ...number, ...more, address: 50, scale: 1 } } } });
    await rounds(3, ['m1']);
    pass(PROBE);
    await round(['m1']);
    expect(readings).toEqual([]);
    expect(health.get('m1')?.status).toMatchObject({ answering: false, failed: 4 });
    expect(log.lines.filter(({ message }) => message === 'Meter has no usable transformer ratio')).toMatchObject([
      { level: 'warn', fields: { meter: 'm1', ratio: 'ct', register: 50 } },
    ]);
    put(5, 1_000);
    pass(PROBE);
    await round(['m1']);
    expect(readings).toMatchObject([{ values: { voltage_l1_n: 57.5, active_power_total: 500 } }]);
  });
});

describe('a ratio register that the meter does not have', () => {
  const model: ModbusModel = { ...MODEL, ratios: { ct: { ...number, address: 50, scale: 1 } } };
  const told = () =>
    log.lines.filter(({ message }) => message === 'Meter does not have the ratio register of its model');

  it('is named, with the key that says it in place of the meter', async () => {
    putMeter(1);
    lineWith([1], { model });
    await rounds(3, ['m1']);
    expect(readings).toEqual([]);
    expect(told()).toMatchObject([
      { level: 'warn', fields: { meter: 'm1', ratio: 'ct', register: 50, hint: 'ct_ratio' } },
    ]);
    expect(health.get('m1')?.status.lastError).toMatch(/register 50, the ct ratio of its model: set ct_ratio/);
  });

  it('any more keeps its ratio, and is named when it stays away', async () => {
    putMeter(1);
    server.put(1, 4, 50, [40]);
    lineWith([1], { model });
    await round(['m1']);
    server.fault = ({ start }) => (start === 50 ? { kind: 'exception', code: 2 } : undefined);
    for (let minute = 0; minute < 5; minute += 1) {
      pass(60_000);
      expect(told()).toHaveLength(minute < 3 ? 0 : 1);
      await round(['m1']);
    }
    expect(readings).toHaveLength(6);
    expect(told()).toMatchObject([{ fields: { register: 50, used: { ctRatio: 40 } } }]);
  });
});

describe("a meter's clock", () => {
  const at = Date.UTC(2026, 2, 1, 8, 0, 30, 250);
  const of2000 = Date.UTC(2000, 0, 1);
  const words = (value: bigint, count: number) =>
    Array.from({ length: count }, (_, index) => Number((value >> BigInt(16 * (count - 1 - index))) & 0xffffn));

  function clockOf(format: TimeFormat, type: 'uint16' | 'uint32' | 'int64', utcOffset = 0): ModbusModel {
    return { ...MODEL, clock: { functionCode: 4, address: 200, type, order: 'ABCD', format, utcOffset } };
  }

  /** The meter's clock stands at 08:00:30.250; ours at 08:00:00. */
  it.each<[string, ModbusModel, number[], number]>([
    ['unix_s', clockOf('unix_s', 'uint32'), words(BigInt(Math.floor(at / 1_000)), 2), 30],
    ['unix_ms', clockOf('unix_ms', 'int64'), words(BigInt(at), 4), 30.25],
    ['unix_2ns', clockOf('unix_2ns', 'int64'), words(BigInt(at) * 500_000n, 4), 30.25],
    ['since_2000_s', clockOf('since_2000_s', 'uint32'), words(BigInt(Math.floor((at - of2000) / 1_000)), 2), 30],
    ['since_2000_ms', clockOf('since_2000_ms', 'int64'), words(BigInt(at - of2000), 4), 30.25],
    ['fields with milliseconds', clockOf('fields_ms', 'uint16'), [2026, 3, 1, 8, 0, 30, 250], 30.25],
    ['fields with two digits of the year', clockOf('fields', 'uint16'), [26, 3, 1, 8, 0, 30], 30],
    ['fields, whatever the next register is', clockOf('fields', 'uint16'), [2026, 3, 1, 8, 0, 30, 250], 30],
    ['fields of a zone', clockOf('fields', 'uint16', 8 * 3_600_000), [26, 3, 1, 16, 0, 30], 30],
  ])('in %s is compared with ours', async (_, model, registers, expected) => {
    putMeter(1);
    server.put(1, 4, 200, registers);
    lineWith([1], { model });
    await round(['m1']);
    expect(readings[0]?.values.clock_offset).toBeCloseTo(expected, 5);
    await round(['m1']);
    expect(readings[1]?.values).not.toHaveProperty('clock_offset');
    expect(readings[1]?.missing).toBeUndefined();
  });

  it('counts for the middle of the request', async () => {
    putMeter(1);
    server.put(1, 4, 200, words(BigInt(now / 1_000), 2));
    server.fault = ({ start }) => {
      if (start === 200) pass(600);
      return undefined;
    };
    lineWith([1], { model: clockOf('unix_s', 'uint32') });
    await round(['m1']);
    expect(readings[0]?.values.clock_offset).toBeCloseTo(-0.3, 5);
  });

  it.each([
    ['fields', 6],
    ['fields_ms', 7],
  ] as const)('in %s is read in exactly %i registers', async (format, count) => {
    putMeter(1);
    server.put(1, 4, 200, [2026, 3, 1, 8, 0, 30, 250, 0]);
    const asked: number[] = [];
    server.fault = (request) => {
      if (request.start === 200) asked.push(request.count);
      return undefined;
    };
    lineWith([1], { model: clockOf(format, 'uint16') });
    await round(['m1']);
    expect(asked).toEqual([count]);
  });

  it('whose milliseconds are none is missing', async () => {
    putMeter(1);
    server.put(1, 4, 200, [2026, 3, 1, 8, 0, 30, 1_000]);
    lineWith([1], { model: clockOf('fields_ms', 'uint16') });
    await round(['m1']);
    expect(readings[0]?.missing).toEqual({ clock_offset: 'not a number' });
  });

  it.each([
    ['no date', [2026, 13, 1, 8, 0, 0], 'not a number'],
    ['not there', [], 'not readable'],
  ])('that is %s is missing', async (_, registers, reason) => {
    putMeter(1);
    server.put(1, 4, 200, registers);
    lineWith([1], { model: clockOf('fields', 'uint16') });
    await round(['m1']);
    expect(readings[0]).toMatchObject({ values: { voltage_l1_n: 230 }, missing: { clock_offset: reason } });
  });
});
