import { expect, test } from 'vitest';
import { measurementOf } from '../../simulators/electricity/measurement.ts';
import { sdm630 } from '../../simulators/modbus/sdm630.ts';
import { DISTINCT } from './measured.ts';
import { exceptionOf } from './modbus-client.ts';
import { oneMeter } from './one-meter.ts';

/** The document calls it 230.2 V; the float32 nearest to 230.2 would be 0x43663333. */
const VOLTS_OF_THE_EXAMPLE = 230.20001;

test("Eastron's own example: 230.2 V in input register 0 is 0x43663334", async () => {
  const measurement = measurementOf({ phaseVolts: [VOLTS_OF_THE_EXAMPLE, 231, 229], amps: [1, 1, 1] });
  const client = await oneMeter(sdm630, measurement);
  expect((await client.readInputRegisters(0, 2)).buffer.toString('hex')).toBe('43663334');
});

test('every value stands at the address of the protocol description', async () => {
  const client = await oneMeter(sdm630, DISTINCT);
  const value = async (address: number) => (await client.readInputRegisters(address, 2)).buffer.readFloatBE();
  const expected: Record<number, number> = {
    0: 230.25,
    2: 231.5,
    4: 229.75,
    6: 101.5,
    8: 98.25,
    10: 103.75,
    12: 230.25 * 101.5 * 0.92,
    18: 230.25 * 101.5,
    20: 231.5 * 98.25,
    24: 230.25 * 101.5 * Math.sin(Math.acos(0.92)),
    30: 0.92,
    36: (Math.acos(0.92) * 180) / Math.PI,
    42: (230.25 + 231.5 + 229.75) / 3,
    48: 101.5 + 98.25 + 103.75,
    52: 0.92 * (230.25 * 101.5 + 231.5 * 98.25 + 229.75 * 103.75),
    56: 230.25 * 101.5 + 231.5 * 98.25 + 229.75 * 103.75,
    62: 0.92,
    70: 49.984375,
    72: 5000,
    74: 2,
    76: 3000,
    78: 1,
    80: 6000,
    200: Math.sqrt(230.25 ** 2 + 231.5 ** 2 + 230.25 * 231.5),
    202: Math.sqrt(231.5 ** 2 + 229.75 ** 2 + 231.5 * 229.75),
    204: Math.sqrt(229.75 ** 2 + 230.25 ** 2 + 229.75 * 230.25),
    234: 1.25,
    236: 1.5,
    238: 1.75,
    240: 6.25,
    244: 6.75,
    342: 5002,
  };
  for (const [address, number] of Object.entries(expected)) {
    expect((await value(Number(address))) / number, `register ${address}`).toBeCloseTo(1, 6);
  }
});

test('what the wiring does not have, and the holes between values, read 0', async () => {
  const threeWire = measurementOf({ phaseVolts: [57, 58, 57], amps: [3, 3, 3], hasNeutral: false });
  const client = await oneMeter(sdm630, threeWire);
  expect((await client.readInputRegisters(224, 2)).buffer.readFloatBE()).toBe(0);
  expect((await client.readInputRegisters(44, 2)).buffer.readUInt32BE()).toBe(0);
});

test('odd addresses, odd counts, more than 60 registers and holding registers are refused', async () => {
  const client = await oneMeter(sdm630, DISTINCT);
  expect(await exceptionOf(client.readInputRegisters(0, 60))).toBeUndefined();
  expect(await exceptionOf(client.readInputRegisters(1, 2))).toBe(2);
  expect(await exceptionOf(client.readInputRegisters(0, 3))).toBe(3);
  expect(await exceptionOf(client.readInputRegisters(0, 62))).toBe(3);
  expect(await exceptionOf(client.readInputRegisters(110, 2))).toBe(2);
  expect(await exceptionOf(client.readInputRegisters(104, 6))).toBe(2);
  expect(await exceptionOf(client.readHoldingRegisters(0, 2))).toBe(1);
});
