import { expect, test } from 'vitest';
import { pac4200 } from '../../simulators/modbus/pac4200.ts';
import { DISTINCT } from './measured.ts';
import { exceptionOf } from './modbus-client.ts';
import { oneMeter } from './one-meter.ts';

test("every value stands at Siemens' offset, which is the address on the wire", async () => {
  const client = await oneMeter(pac4200, DISTINCT);
  const { buffer } = await client.readHoldingRegisters(1, 74);
  const value = (offset: number) => buffer.readFloatBE(2 * (offset - 1));
  const expected: Record<number, number> = {
    1: 230.25,
    3: 231.5,
    5: 229.75,
    7: Math.sqrt(230.25 ** 2 + 231.5 ** 2 + 230.25 * 231.5),
    13: 101.5,
    15: 98.25,
    17: 103.75,
    19: 230.25 * 101.5,
    25: 230.25 * 101.5 * 0.92,
    31: 230.25 * 101.5 * Math.sin(Math.acos(0.92)),
    37: 0.92,
    43: 1.25,
    55: 49.984375,
    57: (230.25 + 231.5 + 229.75) / 3,
    61: (101.5 + 98.25 + 103.75) / 3,
    63: 230.25 * 101.5 + 231.5 * 98.25 + 229.75 * 103.75,
    65: 0.92 * (230.25 * 101.5 + 231.5 * 98.25 + 229.75 * 103.75),
    69: 0.92,
    // Mean 230.5, farthest 231.5.
    71: 100 / 230.5,
    // Mean 101.1667, farthest 98.25.
    73: (100 * (101.5 + 98.25 + 103.75 - 3 * 98.25)) / (101.5 + 98.25 + 103.75),
  };
  for (const [offset, number] of Object.entries(expected)) {
    expect(value(Number(offset)) / number, `offset ${offset}`).toBeCloseTo(1, 5);
  }
  for (const offset of [49, 51, 53]) expect(value(offset), `offset ${offset}`).toBeNaN();
});

test('both function codes 3 and 4 give the same registers', async () => {
  const client = await oneMeter(pac4200, DISTINCT);
  const [holding, input] = [await client.readHoldingRegisters(243, 56), await client.readInputRegisters(243, 56)];
  expect(input.buffer).toEqual(holding.buffer);
  expect(holding.buffer.readFloatBE(2 * (261 - 243))).toBe(1.25);
  expect(holding.buffer.readFloatBE(2 * (267 - 243))).toBe(6.25);
  expect(holding.buffer.readFloatBE(2 * (271 - 243))).toBe(6.75);
});

test('energies are 64-bit floats in Wh', async () => {
  const client = await oneMeter(pac4200, DISTINCT);
  const { buffer } = await client.readHoldingRegisters(801, 40);
  const value = (offset: number) => buffer.readDoubleBE(2 * (offset - 801));
  expect([801, 805, 809, 813, 817, 825, 833].map(value)).toEqual([5e6, 0, 2e3, 0, 3e6, 1e3, 6e6]);
});

test('a request that cuts a value in half is refused', async () => {
  const client = await oneMeter(pac4200, DISTINCT);
  expect(await exceptionOf(client.readHoldingRegisters(1, 2))).toBeUndefined();
  expect(await exceptionOf(client.readHoldingRegisters(2, 2))).toBe(2);
  expect(await exceptionOf(client.readHoldingRegisters(1, 3))).toBe(2);
  expect(await exceptionOf(client.readHoldingRegisters(801, 2))).toBe(2);
  expect(await exceptionOf(client.readHoldingRegisters(0, 2))).toBe(2);
  expect(await exceptionOf(client.readHoldingRegisters(75, 2))).toBe(2);
  expect(await exceptionOf(client.readCoils(1, 2))).toBe(1);
});
