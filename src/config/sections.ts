import { IANAZone } from 'luxon';
import { z } from 'zod';
import { LOCALES } from '../domain/customer.ts';
import { modbusOptions, mqttOptions } from '../meters/options.ts';
import { mailOptions } from '../notify/options.ts';
import { summaryOptions } from '../reports/options.ts';
import { ruleOverrides } from '../rules/pack.ts';
import { storeOptions } from '../store/options.ts';
import { webOptions } from '../web/options.ts';
import { id, pollInterval, text } from './fields.ts';

const site = z.strictObject({
  name: text,
  time_zone: z.string().refine(isTimeZone, { error: 'expected an IANA time zone such as Asia/Shanghai' }),
});

const log = z
  .strictObject({
    level: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
    format: z.enum(['auto', 'json', 'pretty']).default('auto'),
  })
  .prefault({});

const person = z.strictObject({
  id,
  name: text,
  role: z.enum(['account_manager', 'grid_engineer']),
  email: z.email(),
  locale: z.enum(LOCALES),
});

/** The configuration file, section by section; customers have a schema of their own, for they may stand elsewhere. */
export const sections = z.strictObject({
  site,
  data_dir: text.default('./data'),
  log,
  store: storeOptions.prefault({ kind: 'embedded' }),
  web: webOptions,
  modbus: modbusOptions,
  mqtt: mqttOptions,
  mail: mailOptions,
  summary: summaryOptions,
  standard: text.optional(),
  models_dir: text.optional(),
  rules: ruleOverrides,
  poll_interval: pollInterval.prefault('10s'),
  people: z.array(person).min(1),
  customers_file: text.optional(),
  customers: z.unknown().optional(),
});

export type Sections = z.infer<typeof sections>;

/** Node 22 takes offsets such as '+08:00' for zones; they know no summer time and are not wanted. */
function isTimeZone(name: string): boolean {
  return /^[A-Za-z]/.test(name) && IANAZone.isValidZone(name);
}
