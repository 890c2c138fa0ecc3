import { expect, it } from 'vitest';
import type { Quantity } from '../../../src/domain/quantity.ts';
import { decode } from '../../../src/meters/modbus/codec.ts';
import { modbusModel } from './frozen-words.ts';

/** Bytes on the wire that a maker or a standard prints, with the value printed beside them. */
function printedValue(id: string, quantity: Quantity, hex: string): number | string {
  const register = modbusModel(id).registers.find((each) => each.quantity === quantity);
  if (!register) throw new Error(`${id} has no ${quantity}`);
  const raw = decode(Buffer.from(hex.replaceAll(' ', ''), 'hex'), 0, register);
  return typeof raw === 'number' ? raw * register.scale : raw;
}

it('reads the 2013.62, 3012.81 and 3538.77 kWh of the telegram in the ABB manual', () => {
  expect(printedValue('abb-b23', 'energy_active_import', '00 00 00 00 00 03 12 92')).toBeCloseTo(2_013_620, 6);
  expect(printedValue('abb-b23', 'energy_active_import', '00 00 00 00 00 04 98 E1')).toBeCloseTo(3_012_810, 6);
  expect(printedValue('abb-b23', 'energy_active_export', '00 00 00 00 00 05 66 55')).toBeCloseTo(3_538_770, 6);
});

it('takes all bits set for no export, as ABB variants without export answer', () => {
  expect(printedValue('abb-b23', 'energy_active_export', 'FF FF FF FF FF FF FF FF')).toBe('not available');
});

it.each(['sdm120', 'sdm630'])('reads the 230.2 V of the answer in the Eastron protocol with %s', (id) => {
  expect(printedValue(id, 'voltage_l1_n', '43 66 33 34')).toBeCloseTo(230.2, 4);
});

it('reads 235.908 V of the Camille Bauer example, whose printed 234.908 is a slip: 1.84303188 x 2^7', () => {
  expect(printedValue('aplus', 'voltage_l1_n', 'E8 78 43 6B')).toBeCloseTo(235.908, 3);
  expect(1.84303188 * 2 ** 7).toBeCloseTo(235.908, 3);
});

it.each(['em24', 'em340', 'et340'])('takes the overflow of the Carlo Gavazzi protocol for no value with %s', (id) => {
  expect(printedValue(id, 'active_power_total', 'FF FF 7F FF')).toBe('not available');
});
