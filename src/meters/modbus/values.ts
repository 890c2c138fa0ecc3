import type { Quantity } from '../../domain/quantity.ts';
import type { MissingReason } from '../../domain/reading.ts';
import { REGISTERS_OF, type WordOrder } from '../model.ts';
import { decode } from './codec.ts';
import type { Block } from './read-plan.ts';

/** What came of one request: its words in the order of the wire, or nothing. */
export interface BlockAnswer {
  readonly block: Block;
  readonly words: readonly number[] | undefined;
}

/** The meter's own value of every planned quantity, or why there is none. */
export function* rawValues(
  answers: readonly BlockAnswer[],
  wordOrder: WordOrder,
): Generator<[Quantity, number | MissingReason]> {
  for (const { block, words } of answers) {
    for (const register of block.registers) {
      const from = register.address - block.start;
      const own = words?.slice(from, from + REGISTERS_OF[register.type]);
      yield [register.quantity, own ? decode(own, register, wordOrder) : 'not readable'];
    }
  }
}
