import type { MissingReason } from '../../domain/reading.ts';
import type { Place } from '../model.ts';
import type { ProbedRegister } from '../probed.ts';
import { withAsk } from './changed-access.ts';
import type { LineAccess } from './line-access.ts';
import type { MeterClock } from './meter-clock.ts';
import { wordsOf } from './probed-rows.ts';
import type { Ask } from './request.ts';

export interface ProbedClock {
  /** Milliseconds that the meter's clock is ahead of ours, or why that is not known. */
  readonly ahead: number | MissingReason | undefined;
  readonly row: ProbedRegister;
}

/** The meter's clock with the words that it was read from; `base` is where the addresses of its place count from. */
export async function probedClock(
  clock: MeterClock,
  { address, functionCode }: Place,
  base: number,
  access: LineAccess,
): Promise<ProbedClock> {
  let words: readonly number[] | undefined;
  const noting: Ask = async (request) => {
    const bytes = await access.ask(request);
    words = wordsOf(bytes);
    return bytes;
  };
  const ahead = await clock.ahead(withAsk(access, noting));
  return { ahead, row: { quantity: 'clock_offset', functionCode, address: address + base, words } };
}
