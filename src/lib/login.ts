import type { z } from 'zod';
import type { Secret } from './secret.ts';

interface Login {
  readonly username?: string | undefined;
  readonly password?: Secret | undefined;
}

/** For `superRefine`: a user name without a password, or the reverse, is told as the one that is missing. */
export function bothOrNeither({ username, password }: Login, context: z.RefinementCtx): void {
  if (username !== undefined && password === undefined) {
    context.addIssue({
      code: 'custom',
      path: ['password'],
      message: 'expected a password beside the username, found none',
    });
  }
  if (username === undefined && password !== undefined) {
    context.addIssue({
      code: 'custom',
      path: ['username'],
      message: 'expected a username beside the password, found none',
    });
  }
}
