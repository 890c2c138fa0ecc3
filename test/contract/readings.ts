import type { Reading, Suspects, Values } from '../../src/domain/reading.ts';

/** A whole 10 minutes, and a whole day. */
export const T0 = Date.UTC(2026, 2, 1);

export function reading(meter: string, time: number, values: Values, suspect?: Suspects): Reading {
  return { meter, time, timeSource: 'register', arrivedAt: 0, values, ...(suspect && { suspect }) };
}
