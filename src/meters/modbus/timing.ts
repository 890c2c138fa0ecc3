import type { Tuning } from '../../domain/customer.ts';
import type { Timing } from '../model.ts';
import type { ModbusOptions } from '../options.ts';

/** How one meter is asked; durations in milliseconds. */
export type MeterTiming = Required<Timing>;

/**
 * What holds for a meter: its own tuning before its model, and its model before the section `modbus:`. A model knows how
 * long its meter takes and the section how long the lines take, so the longer time-out of both counts.
 */
export function timingOf(tuning: Tuning | undefined, model: Timing, options: ModbusOptions): MeterTiming {
  return {
    timeout: tuning?.timeout ?? Math.max(model.timeout ?? 0, options.timeout),
    retries: tuning?.retries ?? model.retries ?? options.retries,
    pauseAfterConnect: tuning?.pauseAfterConnect ?? model.pauseAfterConnect ?? options.pauseAfterConnect,
    pauseBetweenRequests: tuning?.pauseBetweenRequests ?? model.pauseBetweenRequests ?? options.pauseBetweenRequests,
    closeAfterPoll: tuning?.closeAfterPoll ?? model.closeAfterPoll ?? options.closeAfterPoll,
    slowInterval: tuning?.slowInterval ?? model.slowInterval ?? options.slowInterval,
  };
}

/**
 * What meters of one line must agree on: the longest pause after connecting and the longest time-out, and closing where one
 * of them wants it.
 */
export function strictest(
  timings: readonly MeterTiming[],
): Pick<MeterTiming, 'pauseAfterConnect' | 'timeout' | 'closeAfterPoll'> {
  return {
    timeout: Math.max(0, ...timings.map(({ timeout }) => timeout)),
    pauseAfterConnect: Math.max(0, ...timings.map(({ pauseAfterConnect }) => pauseAfterConnect)),
    closeAfterPoll: timings.some(({ closeAfterPoll }) => closeAfterPoll),
  };
}
