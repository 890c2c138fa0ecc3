import type { Quantity } from '../../domain/quantity.ts';
import type { MissingReason } from '../../domain/reading.ts';
import type { ModbusRegister, ScaleRegister } from '../model.ts';
import { type Decoder, decoderOf } from './codec.ts';
import { type Block, isWithin } from './read-plan.ts';

/** What came of one request: the bytes of its registers in the order of the wire, or nothing. */
export interface BlockAnswer {
  readonly block: Block;
  readonly bytes: Buffer | undefined;
  /** Why there are no bytes, where it is not that the meter refuses them. */
  readonly missing?: MissingReason;
}

/**
 * The meter's own value of every planned quantity, or why there is none: value = (raw × scale × scale registers) + offset.
 * A value whose scale register says nothing, or 0 as its factor, has none either; it is never given unscaled. A scale
 * register counts wherever one of the answers holds it.
 */
export function rawValues(answers: readonly BlockAnswer[]): readonly (readonly [Quantity, number | MissingReason])[] {
  const values: (readonly [Quantity, number | MissingReason])[] = [];
  for (const { block, bytes, missing = 'not readable' } of answers) {
    for (const reader of readersOf(block)) {
      values.push([reader.quantity, bytes ? reader.valueIn(bytes, answers) : missing]);
    }
  }
  return values;
}

interface ValueReader {
  readonly quantity: Quantity;
  valueIn(bytes: Buffer, answers: readonly BlockAnswer[]): number | MissingReason;
}

/** Where each value stands and how it is read is settled at a block's first answer, not with every poll. */
const READERS = new WeakMap<Block, readonly ValueReader[]>();

function readersOf(block: Block): readonly ValueReader[] {
  const known = READERS.get(block);
  if (known) return known;
  const readers = block.registers.map((register) => readerOf(register, block));
  READERS.set(block, readers);
  return readers;
}

function readerOf(register: ModbusRegister, block: Block): ValueReader {
  const { quantity, scale, offset, coding } = register;
  const decode = decoderOf(register);
  const at = 2 * (register.address - block.start);
  const scalings = register.scaledBy.map((by) => scalingOf(by, block));
  function valueIn(bytes: Buffer, answers: readonly BlockAnswer[]): number | MissingReason {
    const raw = decode(bytes, at);
    if (typeof raw !== 'number') return raw;
    let value = raw * scale;
    for (const { means, readIn } of scalings) {
      const by = readIn(bytes, answers);
      if (typeof by !== 'number') return by;
      if (by === 0 && means !== 'exponent') return 'not available';
      value = scaled(value, by, means);
    }
    value += offset;
    if (coding === '4-quadrant') value = fourQuadrantPowerFactor(value);
    return Number.isFinite(value) ? value : 'not a number';
  }
  return { quantity, valueIn };
}

interface Scaling {
  readonly means: ScaleRegister['means'];
  readIn(own: Buffer, answers: readonly BlockAnswer[]): number | MissingReason;
}

function scalingOf(register: ScaleRegister, block: Block): Scaling {
  const { means } = register;
  const decode = decoderOf(register);
  if (isWithin(register, block)) {
    const at = 2 * (register.address - block.start);
    return { means, readIn: (own) => decode(own, at) };
  }
  return { means, readIn: (_, answers) => readElsewhere(register, decode, answers) };
}

function readElsewhere(
  register: ScaleRegister,
  decode: Decoder,
  answers: readonly BlockAnswer[],
): number | MissingReason {
  const holders = answers.filter(({ block }) => isWithin(register, block));
  for (const { block, bytes } of holders) if (bytes) return decode(bytes, 2 * (register.address - block.start));
  return holders[0]?.missing ?? 'not readable';
}

/** Divided by whole powers of ten, which are exact where their reciprocals are not. */
function scaled(value: number, by: number, means: ScaleRegister['means']): number {
  switch (means) {
    case 'exponent':
      return by < 0 ? value / 10 ** -by : value * 10 ** by;
    case 'factor':
      return value * by;
    case 'divisor':
      return value / by;
  }
}

/**
 * A power factor as P / S has it, from Schneider's code for four quadrants (4Q_FP_PF, by the maker's FAQ): up to ±1 the
 * code is the power factor, beyond it counts back from ±2. The sign stays that of the active power, import positive;
 * that the load is capacitive, which a code beyond 1 says, is not kept. What is beyond ±2 is no such code.
 */
function fourQuadrantPowerFactor(code: number): number {
  if (Math.abs(code) <= 1) return code;
  if (Math.abs(code) > 2) return Number.NaN;
  return code > 0 ? 2 - code : -2 - code;
}
