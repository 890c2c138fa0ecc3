import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode } from '../../../src/meters/modbus/codec.ts';
import { REGISTERS_OF, type RegisterType, type WordOrder } from '../../../src/meters/model.ts';

function words(hex: string): number[] {
  return (hex.match(/[0-9a-f]{4}/gi) ?? []).map((word) => Number.parseInt(word, 16));
}

describe('decoding', () => {
  // Frozen vectors of the meter documents; the last column is worked out by hand or printed in the document.
  it.each<[string, string, RegisterType, WordOrder, number, number, number]>([
    ['Eastron SDM630, voltage', '43663334', 'float32', 'ABCD', 1, 230.2, 4],
    ['Camille Bauer APLUS, low word first', 'E878436B', 'float32', 'CDAB', 1, 235.908, 3],
    ['ABB B23, energy', '0000000000031292', 'uint64', 'ABCD', 0.01, 2013.62, 6],
    ['highest uint16', 'FFFF', 'uint16', 'ABCD', 1, 65_535, 9],
    ['minus one in 16 bits', 'FFFF', 'int16', 'ABCD', 1, -1, 9],
    ['minus two in 32 bits', 'FFFFFFFE', 'int32', 'ABCD', 1, -2, 9],
    ['65536 low word first', '00000001', 'uint32', 'CDAB', 1, 65_536, 9],
    ['minus one in 64 bits', 'FFFFFFFFFFFFFFFF', 'int64', 'ABCD', 1, -1, 9],
    ['one and a half in 64 bits', '3FF8000000000000', 'float64', 'ABCD', 1, 1.5, 9],
    ['one and a half in 64 bits, low word first', '0000000000003FF8', 'float64', 'CDAB', 1, 1.5, 9],
  ])('%s', (_, hex, type, order, scale, expected, digits) => {
    expect(decode(words(hex), { type, scale }, order)).toBeCloseTo(expected, digits);
  });

  it.each([
    ['a quiet NaN', '7FC00000', 'float32'],
    ['the NaN of Schneider', 'FFC00000', 'float32'],
    ['infinity', '7F800000', 'float32'],
    ['a NaN of 64 bits', '7FF8000000000000', 'float64'],
  ] as const)('says that %s is not a number', (_, hex, type) => {
    expect(decode(words(hex), { type, scale: 1 }, 'ABCD')).toBe('not a number');
  });

  it('knows the mark for "no value" in its own width and word order only', () => {
    const int64 = { type: 'int64', scale: 1, invalid: 0x8000000000000000n } as const;
    expect(decode(words('8000000000000000'), int64, 'ABCD')).toBe('not a number');
    expect(decode(words('0000000000008000'), int64, 'CDAB')).toBe('not a number');
    expect(decode(words('8000000000000001'), int64, 'ABCD')).toBeLessThan(-9e18);
    const uint16 = { type: 'uint16', scale: 0.1, invalid: 0xffffn } as const;
    expect(decode([0xffff], uint16, 'ABCD')).toBe('not a number');
    expect(decode([0xfffe], uint16, 'ABCD')).toBeCloseTo(6553.4);
  });

  it('never guesses from too few words', () => {
    expect(decode([0x4366], { type: 'float32', scale: 1 }, 'ABCD')).toBe('not in the answer');
  });

  it('gives back what a DataView wrote, for every type and order', () => {
    const writers: Record<RegisterType, (view: DataView, value: number) => void> = {
      int16: (view, value) => view.setInt16(0, value),
      uint16: (view, value) => view.setUint16(0, value),
      int32: (view, value) => view.setInt32(0, value),
      uint32: (view, value) => view.setUint32(0, value),
      float32: (view, value) => view.setFloat32(0, value),
      int64: (view, value) => view.setBigInt64(0, BigInt(value)),
      uint64: (view, value) => view.setBigUint64(0, BigInt(value)),
      float64: (view, value) => view.setFloat64(0, value),
    };
    fc.assert(
      fc.property(
        fc.constantFrom<RegisterType>('int16', 'uint16', 'int32', 'uint32', 'float32', 'int64', 'uint64', 'float64'),
        fc.constantFrom<WordOrder>('ABCD', 'CDAB'),
        fc.integer({ min: 0, max: 32_767 }),
        (type, order, value) => {
          const view = new DataView(new ArrayBuffer(8));
          writers[type](view, value);
          const wire = Array.from({ length: REGISTERS_OF[type] }, (_, index) => view.getUint16(2 * index));
          if (order === 'CDAB') wire.reverse();
          expect(decode(wire, { type, scale: 2 }, order)).toBe(2 * value);
        },
      ),
    );
  });
});
