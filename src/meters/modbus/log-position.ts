import type { z } from 'zod';
import type { Log } from '../../lib/log.ts';
import type { CursorSource } from '../reading-sink.ts';

/** Where the reading of a meter's log goes on: what was saved; undefined at first sight, or when nobody can read it. */
export function savedPosition<T>(
  cursorOf: CursorSource,
  { meter, name, log }: { meter: string; name: string; log: Log },
  form: z.ZodType<T>,
): T | undefined {
  const text = cursorOf(meter, name);
  if (text === undefined) return undefined;
  const saved = form.safeParse(parsed(text));
  if (saved.success) return saved.data;
  log.warn(
    { meter, log: name, cursor: text },
    'Where the log of a meter was read to is not understood: it begins anew',
  );
  return undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
