import type { Quantity } from '../../domain/quantity.ts';
import { type ModbusModel, REGISTERS_OF, type ScaleRegister } from '../model.ts';
import type { ProbedRegister, ProbedScale } from '../probed.ts';
import { decode } from './codec.ts';
import { isWithin } from './read-plan.ts';
import type { BlockOutcome } from './thorough-reading.ts';

/** What the meter gave for each value of its model that was asked for, in the order of the model. */
export function rowsOf(
  { registers }: ModbusModel,
  outcomes: readonly BlockOutcome[],
  base: number,
): readonly ProbedRegister[] {
  const holders = new Map<Quantity, BlockOutcome>();
  for (const outcome of outcomes) for (const { quantity } of outcome.block.registers) holders.set(quantity, outcome);
  return registers.flatMap(({ quantity, functionCode, address, type }) => {
    const holder = holders.get(quantity);
    if (!holder) return [];
    const { block, bytes, error } = holder;
    const at = 2 * (address - block.start);
    const words = bytes && wordsOf(bytes.subarray(at, at + 2 * REGISTERS_OF[type]));
    const row = { quantity, functionCode, address: address + base, words };
    return [error ? { ...row, cause: error.message } : row];
  });
}

/** What the meter gave for each scale register that was asked for, once each, with the values that it scales. */
export function scalesOf(
  { registers }: ModbusModel,
  outcomes: readonly BlockOutcome[],
  base: number,
): readonly ProbedScale[] {
  const scales = new Map<string, { readonly scale: ScaleRegister; readonly of: Quantity[] }>();
  for (const { quantity, scaledBy } of registers) {
    for (const scale of scaledBy) {
      const key = `${scale.functionCode} ${scale.address} ${scale.type} ${scale.means}`;
      const known = scales.get(key);
      if (known) known.of.push(quantity);
      else scales.set(key, { scale, of: [quantity] });
    }
  }
  return [...scales.values()].flatMap(({ of, scale }) => {
    const holder = outcomes.find(({ block, bytes }) => bytes && isWithin(scale, block)) ?? refusedOf(scale, outcomes);
    if (!holder) return [];
    const { block, bytes, error } = holder;
    const { address, functionCode, means, type } = scale;
    const at = 2 * (address - block.start);
    const value = bytes && decode(bytes, at, scale);
    const row = { of, means, functionCode, address: address + base };
    return [
      {
        ...row,
        words: bytes && wordsOf(bytes.subarray(at, at + 2 * REGISTERS_OF[type])),
        ...(typeof value === 'number' ? { value } : { cause: value ?? error?.message ?? 'not readable' }),
      },
    ];
  });
}

function refusedOf(scale: ScaleRegister, outcomes: readonly BlockOutcome[]): BlockOutcome | undefined {
  return outcomes.find(({ block }) => isWithin(scale, block));
}

/** As they stand on the wire. */
export function wordsOf(bytes: Buffer): readonly number[] {
  return Array.from({ length: bytes.length >> 1 }, (_, index) => bytes.readUInt16BE(2 * index));
}
