import { blockRequest } from './block-request.ts';
import { MeterError, ModbusException } from './errors.ts';
import { type Block, splitBlock } from './read-plan.ts';
import type { Ask } from './request.ts';

/** What came of one request, or why nothing did. */
export interface BlockOutcome {
  readonly block: Block;
  readonly bytes: Buffer | undefined;
  readonly error?: MeterError;
}

/** A meter that let so many requests in a row go unanswered is asked for nothing more. */
const SILENT_AFTER = 2;

const NOT_ASKED = new MeterError('not asked for: the meter had stopped answering');

/**
 * Asks for all blocks; one that is refused is asked for in parts at once, until the registers that are not there stand
 * alone. While nothing was read, it rejects upon the first time-out, and in the end with the first refusal; not so where
 * the meter `isAnswering` already.
 */
export async function readThoroughly(
  unit: number,
  blocks: readonly Block[],
  ask: Ask,
  { isAnswering = false } = {},
): Promise<BlockOutcome[]> {
  const outcomes: BlockOutcome[] = [];
  const waiting = [...blocks];
  let silences = 0;
  for (let block = waiting.shift(); block; block = waiting.shift()) {
    if (silences >= SILENT_AFTER) {
      outcomes.push({ block, bytes: undefined, error: NOT_ASKED });
      continue;
    }
    try {
      outcomes.push({ block, bytes: await ask(blockRequest(unit, block)) });
      silences = 0;
    } catch (error) {
      if (!(error instanceof MeterError)) throw error;
      const isSilent = !(error instanceof ModbusException) || error.isGateway;
      if (isSilent && outcomes.length === 0 && !isAnswering) throw error;
      silences = isSilent ? silences + 1 : 0;
      const isTooMuch = error instanceof ModbusException && error.isAddressRefused;
      const halves = isTooMuch ? splitBlock(block) : undefined;
      if (halves) waiting.unshift(...halves);
      else outcomes.push({ block, bytes: undefined, error });
    }
  }
  const isEmpty = outcomes.every(({ bytes }) => bytes === undefined);
  const first = outcomes[0]?.error;
  if (isEmpty && first && !isAnswering) throw first;
  return outcomes;
}

/** Whether a block will be refused again. */
export function isRefused({ error }: BlockOutcome): boolean {
  return error instanceof ModbusException && !error.isGateway && !error.isBusy;
}
