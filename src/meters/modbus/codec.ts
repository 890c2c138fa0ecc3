import type { MissingReason } from '../../domain/reading.ts';
import { type ModbusRegister, REGISTERS_OF, type WordOrder } from '../model.ts';

/**
 * The value of a register whose 16-bit words are given in the order of the wire, scaled; or why there is none: too few
 * words, the meter's own mark for "no value", or a float that is no finite number.
 */
export function decode(
  words: readonly number[],
  { type, scale, invalid }: Pick<ModbusRegister, 'type' | 'scale' | 'invalid'>,
  wordOrder: WordOrder,
): number | MissingReason {
  if (words.length !== REGISTERS_OF[type]) return 'not in the answer';
  const bytes = Buffer.alloc(8);
  for (const [index, word] of (wordOrder === 'ABCD' ? words : words.toReversed()).entries()) {
    bytes.writeUInt16BE(word, 2 * index);
  }
  if (invalid !== undefined && unsigned(bytes, words.length) === invalid) return 'not a number';
  const value = rawValue(bytes, type) * scale;
  return Number.isFinite(value) ? value : 'not a number';
}

function unsigned(bytes: Buffer, words: number): bigint {
  return bytes.readBigUInt64BE() >> BigInt(16 * (4 - words));
}

function rawValue(bytes: Buffer, type: ModbusRegister['type']): number {
  switch (type) {
    case 'int16':
      return bytes.readInt16BE();
    case 'uint16':
      return bytes.readUInt16BE();
    case 'int32':
      return bytes.readInt32BE();
    case 'uint32':
      return bytes.readUInt32BE();
    case 'float32':
      return bytes.readFloatBE();
    case 'int64':
      return Number(bytes.readBigInt64BE());
    case 'uint64':
      return Number(bytes.readBigUInt64BE());
    case 'float64':
      return bytes.readDoubleBE();
  }
}
