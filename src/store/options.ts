import { z } from 'zod';
import { duration } from '../lib/duration.ts';
import { secret } from '../lib/secret.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** InfluxDB keeps nothing for less than an hour, and neither store should mean something else by the same words. */
const keeping = duration.refine((ms) => ms >= HOUR, { error: 'expected at least 1h' });

const influx = z
  .strictObject({
    url: z.url({ protocol: /^https?$/, error: 'expected a URL such as http://127.0.0.1:8086' }),
    database: z.string().min(1),
    username: z.string().min(1).optional(),
    password: secret.optional(),
  })
  .refine(({ url }) => !URL.canParse(url) || new URL(url).username === '', {
    path: ['url'],
    error: 'expected no user name in the URL: it belongs to username and password',
  })
  .refine(({ username, password }) => (username === undefined) === (password === undefined), {
    error: 'expected both username and password, or neither',
  });

const shared = { keep_readings: keeping.default(30 * DAY), keep_windows: keeping.default(1_095 * DAY) };

/** The `store` section. Durations come out in milliseconds. */
export const storeOptions = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('embedded'), ...shared }),
    z.strictObject({ kind: z.literal('influx'), ...shared, influx }),
  ])
  .transform(({ keep_readings, keep_windows, ...rest }) => ({
    ...rest,
    keepReadingsMs: keep_readings,
    keepWindowsMs: keep_windows,
  }));

export type StoreOptions = z.output<typeof storeOptions>;
