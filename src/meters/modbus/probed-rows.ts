import type { Quantity } from '../../domain/quantity.ts';
import { type ModbusModel, REGISTERS_OF } from '../model.ts';
import type { ProbedRegister } from '../probed.ts';
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

/** As they stand on the wire. */
export function wordsOf(bytes: Buffer): readonly number[] {
  return Array.from({ length: bytes.length >> 1 }, (_, index) => bytes.readUInt16BE(2 * index));
}
