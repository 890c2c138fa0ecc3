import { z } from 'zod';

/** The `summary:` section: when the daily summary leaves, local time of the site. */
export const summaryOptions = z
  .strictObject({
    at: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time of day such as "07:30"'),
  })
  .default({ at: '07:30' });

export type SummaryOptions = z.infer<typeof summaryOptions>;
