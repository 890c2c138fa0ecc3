import ms from 'ms';
import { z } from 'zod';

const EXPECTED = 'expected a duration such as 250ms, 10s, 5m, 2h or 30d';

/** A duration as people write it, '10s', '250ms', '5m', '2h', '30d', read into milliseconds. */
export const duration = z.string({ error: EXPECTED }).transform((text, context) => {
  const milliseconds = isDuration(text) ? ms(text) : Number.NaN;
  if (Number.isFinite(milliseconds)) return milliseconds;
  context.addIssue({ code: 'custom', message: EXPECTED, input: text });
  return z.NEVER;
});

/** Narrower than what `ms` reads: a unit is a must, long names, years and signs are not wanted. */
function isDuration(text: string): text is `${number}${'ms' | 's' | 'm' | 'h' | 'd'}` {
  return /^\d+(\.\d+)?(ms|s|m|h|d)$/.test(text);
}
