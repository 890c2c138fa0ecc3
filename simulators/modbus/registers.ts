import type { Measurement } from '../electricity/measurement.ts';
import type { Phases } from '../electricity/phases.ts';

/** How a value lies in its registers: big endian, high word first, as in all three layouts. */
export type RegisterType = 'float32' | 'float64' | 'int64' | 'uint32';

const WORDS: Record<RegisterType, number> = { float32: 2, float64: 4, int64: 4, uint32: 2 };

export interface RegisterValue {
  /** On the wire, from 0. */
  readonly address: number;
  readonly type: RegisterType;
  readonly of: (measurement: Measurement) => number;
}

export interface RegisterLayout {
  readonly name: string;
  /** 3 = holding registers, 4 = input registers. */
  readonly functionCodes: readonly number[];
  readonly maxRegisters: number;
  /** What a request must keep to: anything, even addresses and counts, or beginnings and ends of values. */
  readonly alignment: 'free' | 'even' | 'whole values';
  readonly values: readonly RegisterValue[];
  /** Registers without a value of ours that answer 0, first and last address. */
  readonly zeroBlocks?: readonly (readonly [first: number, last: number])[];
}

/** Exception codes of the Modbus specification. */
export const ILLEGAL_FUNCTION = 1;
export const ILLEGAL_ADDRESS = 2;
export const ILLEGAL_VALUE = 3;
export const NO_ANSWER_FROM_TARGET = 11;

/** The bytes of `count` registers from `address` on, or the exception code that the device gives instead. */
export function readRegisters(
  layout: RegisterLayout,
  address: number,
  count: number,
  measurement: Measurement,
): Buffer | number {
  if (count < 1 || count > layout.maxRegisters) return ILLEGAL_VALUE;
  if (layout.alignment === 'even' && count % 2 !== 0) return ILLEGAL_VALUE;
  if (layout.alignment === 'even' && address % 2 !== 0) return ILLEGAL_ADDRESS;
  const end = address + count;
  const words = new Map<number, number>();
  for (const value of layout.values) {
    const valueEnd = value.address + WORDS[value.type];
    if (valueEnd <= address || value.address >= end) continue;
    if (layout.alignment === 'whole values' && (value.address < address || valueEnd > end)) return ILLEGAL_ADDRESS;
    const bytes = encode(value.type, value.of(measurement));
    for (let i = 0; i < WORDS[value.type]; i += 1) words.set(value.address + i, bytes.readUInt16BE(2 * i));
  }
  const answer = Buffer.alloc(2 * count);
  for (let register = address; register < end; register += 1) {
    const word = words.get(register) ?? (isZero(layout, register) ? 0 : undefined);
    if (word === undefined) return ILLEGAL_ADDRESS;
    answer.writeUInt16BE(word, 2 * (register - address));
  }
  return answer;
}

/** A float32 that takes two registers. */
export function float32(address: number, of: RegisterValue['of']): RegisterValue {
  return { address, type: 'float32', of };
}

/** Three float32 one after the other: L1, L2, L3. */
export function threeFloats(address: number, of: (measurement: Measurement) => Phases): RegisterValue[] {
  return [
    float32(address, (measurement) => of(measurement)[0]),
    float32(address + 2, (measurement) => of(measurement)[1]),
    float32(address + 4, (measurement) => of(measurement)[2]),
  ];
}

/** float32 places from `first` to `last` that the device keeps free: they read NaN. */
export function reserved(first: number, last: number): RegisterValue[] {
  const places: RegisterValue[] = [];
  for (let address = first; address <= last; address += 2) places.push(float32(address, () => Number.NaN));
  return places;
}

function isZero(layout: RegisterLayout, register: number): boolean {
  return layout.zeroBlocks?.some(([first, last]) => register >= first && register <= last) ?? false;
}

function encode(type: RegisterType, value: number): Buffer {
  const bytes = Buffer.alloc(2 * WORDS[type]);
  if (type === 'float32') bytes.writeFloatBE(value);
  else if (type === 'float64') bytes.writeDoubleBE(value);
  else if (type === 'uint32') bytes.writeUInt32BE(value);
  else bytes.writeBigInt64BE(BigInt(Math.round(value)));
  return bytes;
}
