import { expect, test } from 'vitest';
import { measurementOf } from '../../simulators/electricity/measurement.ts';
import { fourQuadrant, pm5xxx } from '../../simulators/modbus/pm5xxx.ts';
import { DISTINCT } from './measured.ts';
import { exceptionOf } from './modbus-client.ts';
import { oneMeter } from './one-meter.ts';

test("every value stands one below its number in Schneider's list, powers in kW", async () => {
  const client = await oneMeter(pm5xxx, DISTINCT);
  const { buffer } = await client.readHoldingRegisters(2999, 112);
  const value = (address: number) => buffer.readFloatBE(2 * (address - 2999));
  const expected: Record<number, number> = {
    2999: 101.5,
    3001: 98.25,
    3003: 103.75,
    3009: (101.5 + 98.25 + 103.75) / 3,
    3019: Math.sqrt(230.25 ** 2 + 231.5 ** 2 + 230.25 * 231.5),
    3021: Math.sqrt(231.5 ** 2 + 229.75 ** 2 + 231.5 * 229.75),
    3027: 230.25,
    3029: 231.5,
    3031: 229.75,
    3035: 230.5,
    3053: (230.25 * 101.5 * 0.92) / 1000,
    3059: (0.92 * (230.25 * 101.5 + 231.5 * 98.25 + 229.75 * 103.75)) / 1000,
    3061: (230.25 * 101.5 * Math.sin(Math.acos(0.92))) / 1000,
    3069: (230.25 * 101.5) / 1000,
    3075: (230.25 * 101.5 + 231.5 * 98.25 + 229.75 * 103.75) / 1000,
    3077: 0.92,
    3083: 0.92,
    3109: 49.984375,
  };
  for (const [address, number] of Object.entries(expected)) {
    expect(value(Number(address)) / number, `register ${address}`).toBeCloseTo(1, 6);
  }
  for (const address of [3007, 3033, 3085]) expect(value(address), `register ${address}`).toBeNaN();
});

test('energies are 64-bit integers in Wh', async () => {
  const client = await oneMeter(pm5xxx, DISTINCT);
  const { buffer } = await client.readHoldingRegisters(3203, 40);
  const value = (address: number) => buffer.readBigInt64BE(2 * (address - 3203));
  expect([3203, 3207, 3211, 3215].map(value)).toEqual([5_000_000n, 2_000n, 5_002_000n, 4_998_000n]);
  expect([3219, 3223, 3235].map(value)).toEqual([3_000_000n, 1_000n, 6_000_000n]);
});

test('distortion at 21300 and on', async () => {
  const client = await oneMeter(pm5xxx, DISTINCT);
  const { buffer } = await client.readHoldingRegisters(21_299, 40);
  const value = (address: number) => buffer.readFloatBE(2 * (address - 21_299));
  expect([21_299, 21_301, 21_303].map(value)).toEqual([6.25, 6.5, 6.75]);
  expect([21_329, 21_331, 21_333].map(value)).toEqual([1.25, 1.5, 1.75]);
});

test('a three-wire network has no neutral current: NaN', async () => {
  const client = await oneMeter(
    pm5xxx,
    measurementOf({ phaseVolts: [5800, 5800, 5800], amps: [9, 9, 9], hasNeutral: false }),
  );
  expect((await client.readHoldingRegisters(3005, 2)).buffer.readFloatBE()).toBeNaN();
});

test('the power factor names its quadrant', () => {
  expect(fourQuadrant(80, 60, 100)).toBeCloseTo(0.8, 12);
  expect(fourQuadrant(80, -60, 100)).toBeCloseTo(1.2, 12);
  expect(fourQuadrant(-80, -60, 100)).toBeCloseTo(-0.8, 12);
  expect(fourQuadrant(-80, 60, 100)).toBeCloseTo(-1.2, 12);
});

test('registers outside the list and input registers are refused; a value may be cut', async () => {
  const client = await oneMeter(pm5xxx, DISTINCT);
  expect(await exceptionOf(client.readHoldingRegisters(3000, 3))).toBeUndefined();
  expect(await exceptionOf(client.readHoldingRegisters(2998, 2))).toBe(2);
  expect(await exceptionOf(client.readHoldingRegisters(3110, 2))).toBe(2);
  expect(await exceptionOf(client.readInputRegisters(2999, 2))).toBe(1);
});
