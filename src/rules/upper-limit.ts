import { z } from 'zod';
import type { Standing } from '../domain/verdict.ts';
import { EPSILON } from './rule.ts';

/** The row of a rule that judges one figure, in %, against one limit above it. */
export const upperLimit = z
  .strictObject({
    up_to_kv: z.number().positive().optional(),
    limit: z.number().positive(),
    clear_at: z.number().positive(),
  })
  .refine((row) => row.clear_at <= row.limit, { message: 'expected clear_at not above limit' });

export type UpperLimit = z.infer<typeof upperLimit>;

/** Bad above the limit, good up to `clear_at`; both are inclusive. */
export function standingAgainst(judged: number, row: UpperLimit): Standing {
  if (judged > row.limit + EPSILON) return 'bad';
  return judged > row.clear_at + EPSILON ? 'between' : 'good';
}
