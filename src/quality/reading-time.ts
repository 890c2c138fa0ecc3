import type { Reading, TimeFault } from '../domain/reading.ts';
import * as limits from '../domain/time-limits.ts';

export { OLDEST_READING as OLDEST } from '../domain/time-limits.ts';

/** Why a reading's time cannot be true. Times of payloads have been checked where they arrived; this is the second net. */
export function timeFaultOf({ time, arrivedAt }: Pick<Reading, 'time' | 'arrivedAt'>): TimeFault | undefined {
  return limits.timeFaultOf(time, arrivedAt);
}
