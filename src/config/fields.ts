import { z } from 'zod';
import { duration } from '../lib/duration.ts';

/** What people, customers, supply points, meters and brokers are called by. */
export const id = z
  .string()
  .max(64)
  .regex(/^[\p{L}\p{N}][\p{L}\p{N}._-]*$/u, { error: "expected an id of letters, digits, '-', '_' and '.'" });

export const text = z.string().trim().min(1);

/** Milliseconds. Meters need the better part of 200 ms for one answer; a slower poll than 1 h watches nothing. */
export const pollInterval = duration.refine((milliseconds) => milliseconds >= 200 && milliseconds <= 3_600_000, {
  error: 'expected a poll interval from 200ms to 1h',
});
