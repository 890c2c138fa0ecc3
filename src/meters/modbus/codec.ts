import type { MissingReason } from '../../domain/reading.ts';
import { type ByteOrder, type Place, REGISTERS_OF, type RegisterType } from '../model.ts';

/** Reads one kind of number from the byte `at` of an answer. */
export type Decoder = (bytes: Buffer, at: number) => number | MissingReason;

/** The raw bits of a value as two unsigned numbers of 32 bits; `high` is 0 where the type has no more than 32. */
type FromBits = (high: number, low: number) => number;

const TWO_32 = 2 ** 32;

/**
 * The raw number, without any scale, of the value whose bytes begin at byte `at`, in the order of the wire; or why there
 * is none. Integers beyond 2^53 lose their last digits. Who asks for the same place again and again keeps its decoderOf.
 */
export function decode(bytes: Buffer, at: number, place: Place): number | MissingReason {
  return decoderOf(place)(bytes, at);
}

/**
 * `decode` with everything about the place settled: it runs for every value of every poll and allocates nothing. Too few
 * bytes are 'not in the answer'; a sentinel, compared before anything else as the raw unsigned number of full width, is
 * 'not available'; NaN, an infinity and a BCD digit above 9 are 'not a number'.
 */
export function decoderOf(place: Place): Decoder {
  const { order } = place;
  const size = 2 * REGISTERS_OF[place.type];
  const isLowFirst = order === 'CDAB' || order === 'DCBA';
  const [highAt, lowAt] = isLowFirst ? [4, 0] : [0, 4];
  const sentinels = (place.invalid ?? []).map((raw) => ({ high: Number(raw >> 32n), low: Number(raw & 0xffff_ffffn) }));
  const fromBits = fromBitsOf(place);
  return (bytes, at) => {
    if (at + size > bytes.length) return 'not in the answer';
    let high = 0;
    let low: number;
    if (size === 2) low = uint16(bytes, at, order);
    else if (size === 4) low = uint32(bytes, at, order);
    else {
      high = uint32(bytes, at + highAt, order);
      low = uint32(bytes, at + lowAt, order);
    }
    for (const sentinel of sentinels) if (sentinel.low === low && sentinel.high === high) return 'not available';
    const value = fromBits(high, low);
    return Number.isFinite(value) ? value : 'not a number';
  };
}

function uint16(bytes: Buffer, at: number, order: ByteOrder): number {
  return order === 'ABCD' || order === 'CDAB' ? bytes.readUInt16BE(at) : bytes.readUInt16LE(at);
}

function uint32(bytes: Buffer, at: number, order: ByteOrder): number {
  switch (order) {
    case 'ABCD':
      return bytes.readUInt32BE(at);
    case 'CDAB':
      return bytes.readUInt16BE(at + 2) * 0x1_0000 + bytes.readUInt16BE(at);
    case 'BADC':
      return bytes.readUInt16LE(at) * 0x1_0000 + bytes.readUInt16LE(at + 2);
    case 'DCBA':
      return bytes.readUInt32LE(at);
  }
}

function fromBitsOf({ type, bits, isSignMagnitude }: Place): FromBits {
  if (bits) return bitField(bits.from, bits.count);
  return isSignMagnitude ? signMagnitude(16 * REGISTERS_OF[type]) : FROM_BITS[type];
}

/** Where floats are put together; one is enough, because nothing waits between its writing and its reading. */
const SCRATCH = new DataView(new ArrayBuffer(8));

const FROM_BITS: Readonly<Record<RegisterType, FromBits>> = {
  uint16: (_, low) => low,
  uint32: (_, low) => low,
  uint64: (high, low) => high * TWO_32 + low,
  int16: (_, low) => (low << 16) >> 16,
  int32: (_, low) => low | 0,
  int64: (high, low) => (high | 0) * TWO_32 + low,
  float32: (_, low) => {
    SCRATCH.setUint32(0, low);
    return SCRATCH.getFloat32(0);
  },
  float64: (high, low) => {
    SCRATCH.setUint32(0, high);
    SCRATCH.setUint32(4, low);
    return SCRATCH.getFloat64(0);
  },
  bcd16: (_, low) => decimal(low),
  bcd32: (_, low) => decimal(low),
  bcd64: (high, low) => decimal(high) * 1e8 + decimal(low),
};

/** The number that up to eight decimal digits of four bits make; NaN where one of them is none. */
function decimal(bits: number): number {
  let value = 0;
  for (let shift = 28; shift >= 0; shift -= 4) {
    const digit = (bits >>> shift) & 0xf;
    if (digit > 9) return Number.NaN;
    value = 10 * value + digit;
  }
  return value;
}

/** Taken from 0, not negated, so that a negative nothing is plain 0. */
function signMagnitude(width: number): FromBits {
  if (width === 64) {
    return (high, low) => (high >>> 31 === 1 ? 0 - ((high - 2 ** 31) * TWO_32 + low) : high * TWO_32 + low);
  }
  const sign = 2 ** (width - 1);
  return (_, low) => (low >= sign ? 0 - (low - sign) : low);
}

/** Cut off at both ends before the halves are put together: 64 bits at once would lose the lowest. */
function bitField(from: number, count: number): FromBits {
  const end = from + count;
  return (high, low) => {
    const upper = end > 32 ? high % 2 ** (end - 32) : 0;
    if (from >= 32) return Math.floor(upper / 2 ** (from - 32));
    const lower = end < 32 ? low % 2 ** end : low;
    return upper * 2 ** (32 - from) + Math.floor(lower / 2 ** from);
  };
}
