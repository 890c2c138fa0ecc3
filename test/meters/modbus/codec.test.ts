import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode, decoderOf } from '../../../src/meters/modbus/codec.ts';
import { type ByteOrder, type Place, REGISTERS_OF, type RegisterType } from '../../../src/meters/model.ts';

const TYPES = Object.keys(REGISTERS_OF).filter((name): name is RegisterType => name in REGISTERS_OF);
const ORDERS = ['ABCD', 'CDAB', 'BADC', 'DCBA'] as const satisfies ByteOrder[];

function hex(text: string): Buffer {
  return Buffer.from(text.replaceAll(' ', ''), 'hex');
}

function place(type: RegisterType, order: ByteOrder = 'ABCD', more: Partial<Place> = {}): Place {
  return { functionCode: 3, address: 0, type, order, ...more };
}

/** The bytes of a value, high word and high byte first, as a meter with the given order sends them. */
function sent(bytes: Buffer, order: ByteOrder): Buffer {
  const words = Array.from({ length: bytes.length / 2 }, (_, index) => [...bytes.subarray(2 * index, 2 * index + 2)]);
  if (order === 'CDAB' || order === 'DCBA') words.reverse();
  if (order === 'BADC' || order === 'DCBA') for (const word of words) word.reverse();
  return Buffer.from(words.flat());
}

describe('the vectors of the meters’ documents', () => {
  it.each<[string, string, RegisterType, ByteOrder, number, number, number]>([
    ['Eastron SDM120, voltage', '43 66 33 34', 'float32', 'ABCD', 1, 230.2, 4],
    ['Camille Bauer APLUS, voltage, low word first', 'E8 78 43 6B', 'float32', 'CDAB', 1, 235.908, 3],
    ['ABB A43, energy', '00 00 00 00 00 03 12 92', 'uint64', 'ABCD', 0.01, 2013.62, 6],
    ['SunSpec, its mark', '53 75 6E 53', 'uint32', 'ABCD', 1, 0x5375_6e53, 9],
    ['ABB B23, its name', '42 32', 'uint16', 'ABCD', 1, 0x4232, 9],
  ])('%s', (_, bytes, type, order, scale, expected, digits) => {
    expect(Number(decode(hex(bytes), 0, place(type, order))) * scale).toBeCloseTo(expected, digits);
  });

  it('Carlo Gavazzi EM3x0, overflow, is no value', () => {
    const overflow = place('int32', 'CDAB', { invalid: [0x7fff_ffffn] });
    expect(decode(hex('FF FF 7F FF'), 0, overflow)).toBe('not available');
    expect(decode(hex('FF FE 7F FF'), 0, overflow)).toBe(2 ** 31 - 2);
  });
});

describe('every type in every byte order, by hand', () => {
  it.each<[RegisterType, readonly [string, string, string, string], number]>([
    ['uint16', ['FFFE', 'FFFE', 'FEFF', 'FEFF'], 65_534],
    ['int16', ['FFFE', 'FFFE', 'FEFF', 'FEFF'], -2],
    ['bcd16', ['4998', '4998', '9849', '9849'], 4998],
    // 0x12345678 = 305419896; bit by bit from the hexadecimal digits.
    ['uint32', ['12345678', '56781234', '34127856', '78563412'], 305_419_896],
    ['uint32', ['FFFFFFFF', 'FFFFFFFF', 'FFFFFFFF', 'FFFFFFFF'], 4_294_967_295],
    ['int32', ['FFFFFFFE', 'FFFEFFFF', 'FFFFFEFF', 'FEFFFFFF'], -2],
    ['bcd32', ['12345678', '56781234', '34127856', '78563412'], 12_345_678],
    // 1.5 = 1.1 binary × 2^0: exponent 127, highest bit of the fraction.
    ['float32', ['3FC00000', '00003FC0', 'C03F0000', '0000C03F'], 1.5],
    ['float32', ['C2F6E979', 'E979C2F6', 'F6C279E9', '79E9F6C2'], -123.456_001_281_738_28],
    // 0x0001 0002 0003 0004 = 2^48 + 2 × 2^32 + 3 × 2^16 + 4.
    ['uint64', ['0001000200030004', '0004000300020001', '0100020003000400', '0400030002000100'], 281_483_566_841_860],
    ['int64', ['FFFFFFFFFFFFFFFE', 'FFFEFFFFFFFFFFFF', 'FFFFFFFFFFFFFEFF', 'FEFFFFFFFFFFFFFF'], -2],
    ['int64', ['FFFEFFFDFFFCFFFC', 'FFFCFFFCFFFDFFFE', 'FEFFFDFFFCFFFCFF', 'FCFFFCFFFDFFFEFF'], -281_483_566_841_860],
    ['bcd64', ['0012345678901234', '1234789034560012', '1200563490783412', '3412907856341200'], 12_345_678_901_234],
    ['float64', ['3FF8000000000000', '0000000000003FF8', 'F83F000000000000', '000000000000F83F'], 1.5],
  ])('%s as %j is %d', (type, wires, expected) => {
    for (const [index, order] of ORDERS.entries()) {
      expect(decode(hex(wires[index] ?? ''), 0, place(type, order)), order).toBe(expected);
    }
  });
});

describe('a number that is none', () => {
  it.each<[string, string, RegisterType]>([
    ['a quiet NaN', '7FC00000', 'float32'],
    ['the NaN of Schneider', 'FFC00000', 'float32'],
    ['infinity', '7F800000', 'float32'],
    ['minus infinity of 64 bits', 'FFF0000000000000', 'float64'],
    ['a NaN of 64 bits', '7FF8000000000000', 'float64'],
    ['a BCD digit A', '12A4', 'bcd16'],
    ['a BCD digit F in front', 'F2345678', 'bcd32'],
    ['a BCD digit C in the low half', '000000001234567C', 'bcd64'],
    ['a BCD digit B in the high half', '0000000B12345678', 'bcd64'],
  ])('is %s', (_, bytes, type) => {
    for (const order of ORDERS) expect(decode(sent(hex(bytes), order), 0, place(type, order))).toBe('not a number');
  });

  it('is never guessed from too few bytes', () => {
    for (const type of TYPES) {
      const size = 2 * REGISTERS_OF[type];
      expect(decode(Buffer.alloc(size + 5), 6, place(type)), type).toBe('not in the answer');
      expect(decode(Buffer.alloc(size + 6), 6, place(type)), type).toBe(0);
      expect(decode(Buffer.alloc(0), 0, place(type)), type).toBe('not in the answer');
    }
  });
});

describe('a sentinel', () => {
  it.each<[RegisterType, bigint, string]>([
    ['int16', 0x8000n, '8000'],
    ['uint16', 0xffffn, 'FFFF'],
    ['bcd16', 0xffffn, 'FFFF'],
    ['int32', 0x8000_0000n, '80000000'],
    ['uint32', 0xffff_ffffn, 'FFFFFFFF'],
    ['float32', 0x7fc0_0000n, '7FC00000'],
    ['int64', 0x8000_0000_0000_0000n, '8000000000000000'],
    ['uint64', 0xffff_ffff_ffff_ffffn, 'FFFFFFFFFFFFFFFF'],
    ['float64', 0x7ff8_0000_0000_0001n, '7FF8000000000001'],
  ])('of %s is compared before the number is made, in every order', (type, raw, bytes) => {
    for (const order of ORDERS) {
      expect(decode(sent(hex(bytes), order), 0, place(type, order, { invalid: [1n, raw] }))).toBe('not available');
    }
  });

  it('is met only by all of its bits', () => {
    const int64 = place('int64', 'ABCD', { invalid: [0x8000_0000_0000_0000n] });
    expect(decode(hex('8000000000000001'), 0, int64)).toBe(-(2 ** 63));
    expect(decode(hex('0000000000000000'), 0, int64)).toBe(0);
    const uint64 = place('uint64', 'ABCD', { invalid: [0xffffn] });
    expect(decode(hex('000000010000FFFF'), 0, uint64)).toBe(2 ** 32 + 0xffff);
    expect(decode(hex('000000000000FFFF'), 0, uint64)).toBe('not available');
  });

  it('counts for the whole register where only some bits are wanted', () => {
    const bits = place('uint16', 'ABCD', { bits: { from: 0, count: 4 }, invalid: [0xffffn] });
    expect(decode(hex('FFFF'), 0, bits)).toBe('not available');
    expect(decode(hex('0FFF'), 0, bits)).toBe(15);
  });
});

describe('a sign in the highest bit', () => {
  it.each<[RegisterType, string, number]>([
    ['int16', '8005', -5],
    ['int16', '7FFF', 32_767],
    ['int32', '80000001', -1],
    ['int32', '0000012C', 300],
    ['int64', '8000000100000002', -4_294_967_298],
    ['int64', '0000000100000002', 4_294_967_298],
  ])('of %s %s gives %d', (type, bytes, expected) => {
    for (const order of ORDERS) {
      expect(decode(sent(hex(bytes), order), 0, place(type, order, { isSignMagnitude: true }))).toBe(expected);
    }
  });

  it('of nothing gives plain 0', () => {
    for (const bytes of ['8000', '80000000', '8000000000000000']) {
      const type = ({ 4: 'int16', 8: 'int32', 16: 'int64' } as const)[bytes.length];
      if (type) expect(decode(hex(bytes), 0, place(type, 'ABCD', { isSignMagnitude: true }))).toBe(0);
    }
  });
});

describe('decoding', () => {
  it('gives what a DataView wrote, for every integer and float type, order and position', () => {
    const writers: Partial<Record<RegisterType, (view: DataView, value: number) => void>> = {
      int16: (view, value) => view.setInt16(0, value),
      uint16: (view, value) => view.setUint16(0, value),
      int32: (view, value) => view.setInt32(0, value),
      uint32: (view, value) => view.setUint32(0, value),
      float32: (view, value) => view.setFloat32(0, value),
      int64: (view, value) => view.setBigInt64(0, BigInt(value)),
      uint64: (view, value) => view.setBigUint64(0, BigInt(value)),
      float64: (view, value) => view.setFloat64(0, value),
    };
    const numbers: Partial<Record<RegisterType, fc.Arbitrary<number>>> = {
      int16: fc.integer({ min: -(2 ** 15), max: 2 ** 15 - 1 }),
      uint16: fc.integer({ min: 0, max: 2 ** 16 - 1 }),
      int32: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      uint32: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      float32: fc.float({ noNaN: true, noDefaultInfinity: true }),
      int64: fc.maxSafeInteger(),
      uint64: fc.maxSafeNat(),
      float64: fc.double({ noNaN: true, noDefaultInfinity: true }),
    };
    const written = fc
      .constantFrom(...TYPES.filter((type) => writers[type]))
      .chain((type) => fc.tuple(fc.constant(type), numbers[type] ?? fc.nat()));
    fc.assert(
      fc.property(written, fc.constantFrom(...ORDERS), fc.nat({ max: 9 }), ([type, value], order, at) => {
        const view = new DataView(new ArrayBuffer(2 * REGISTERS_OF[type]));
        writers[type]?.(view, value);
        const bytes = Buffer.concat([Buffer.alloc(at, 0xa5), sent(Buffer.from(view.buffer), order)]);
        expect(decode(bytes, at, place(type, order))).toBe(value);
      }),
    );
  });

  it('of BCD reads its digits as they are written', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('bcd16', 'bcd32', 'bcd64'),
        fc.constantFrom(...ORDERS),
        fc.maxSafeNat(),
        (type, order, seed) => {
          const digits = 4 * REGISTERS_OF[type];
          const value = seed % 10 ** Math.min(digits, 15);
          const bytes = hex(String(value).padStart(digits, '0'));
          expect(decode(sent(bytes, order), 0, place(type, order))).toBe(value);
        },
      ),
    );
  });

  it('of bits gives what shifting and masking the whole number gives', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('uint16', 'int16', 'uint32', 'int32', 'uint64', 'int64'),
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        fc.nat({ max: 63 }),
        fc.integer({ min: 1, max: 53 }),
        fc.constantFrom(...ORDERS),
        (type, seed, start, length, order) => {
          const width = 16 * REGISTERS_OF[type];
          const from = start % width;
          const count = Math.min(length, width - from);
          const raw = seed % 2n ** BigInt(width);
          const bytes = hex(raw.toString(16).padStart(width / 4, '0'));
          const expected = Number((raw >> BigInt(from)) % 2n ** BigInt(count));
          expect(decode(sent(bytes, order), 0, place(type, order, { bits: { from, count } }))).toBe(expected);
        },
      ),
    );
  });

  it('of integers beyond 2^53 gives the nearest number that a double has', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (raw) => {
        const bytes = hex(raw.toString(16).padStart(16, '0'));
        expect(decode(bytes, 0, place('uint64'))).toBe(Number(raw));
        expect(decode(bytes, 0, place('int64'))).toBe(Number(BigInt.asIntN(64, raw)));
      }),
    );
  });

  it('with a decoder that is kept gives the same for answer after answer', () => {
    const decoder = decoderOf(place('float32', 'CDAB', { invalid: [0n] }));
    const answers = ['E878 436B', '0000 0000', '0000 7FC0', 'E878 436B'].map((bytes) => decoder(hex(bytes), 0));
    expect(answers).toEqual([answers[3], 'not available', 'not a number', expect.closeTo(235.908, 3)]);
  });
});
