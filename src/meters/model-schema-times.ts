import { z } from 'zod';
import { duration } from '../lib/duration.ts';
import { fieldCountOf, REGISTERS_OF, type TimeFormat, type TimePlace } from './model.ts';
import { addFaults, type Fault, type PlaceDefaults, place, placeOf, type WrittenPlace } from './model-schema-places.ts';

/** How model files write times: those of a meter's clock and log, and how long things take. */

/** The fewest registers that hold a time of today in the format. */
const LEAST_REGISTERS = {
  unix_s: 2,
  unix_ms: 4,
  unix_2ns: 4,
  since_2000_s: 2,
  since_2000_ms: 4,
  fields: 1,
  fields_ms: 1,
} as const satisfies Record<TimeFormat, number>;

const FORMATS = ['unix_s', 'unix_ms', 'unix_2ns', 'since_2000_s', 'since_2000_ms', 'fields', 'fields_ms'] as const;

const format = z.enum(FORMATS, { error: `expected one of ${FORMATS.join(', ')}` });

/** What a meter's clock is ahead of UTC: '8h', '-3.5h', milliseconds. */
const utcOffset = z
  .string({ error: 'expected a duration such as 8h or -3.5h' })
  .transform((text) => ({ sign: text.startsWith('-') ? -1 : 1, amount: text.replace(/^[+-]/, '') }))
  .pipe(z.object({ sign: z.number(), amount: duration }))
  .transform(({ sign, amount }) => sign * amount)
  .refine((offset) => Math.abs(offset) <= duration.parse('14h'), { error: 'expected no more than 14h' });

export const timePlace = place
  .safeExtend({ format, utc_offset: utcOffset.prefault('0h') })
  .superRefine(addFaults(faultsOfTime));

type WrittenTime = WrittenPlace & { readonly format: TimeFormat; readonly utc_offset: number };

export function timeOf(written: WrittenTime, defaults: PlaceDefaults): TimePlace {
  return { ...placeOf(written, defaults), format: written.format, utcOffset: written.utc_offset };
}

function* faultsOfTime({ type, format, address }: WrittenTime): Generator<Fault> {
  const [registers, least] = [REGISTERS_OF[type], LEAST_REGISTERS[format]];
  const count = fieldCountOf(format);
  if (count > 1 && registers > 1) {
    yield { path: ['type'], message: `expected a type of one register for each field, found ${type}` };
  } else if (registers < least || type === 'float32') {
    yield { path: ['type'], message: `expected a type that holds ${format}, of ${least} registers, found ${type}` };
  }
  if (count > 1 && address + count > 65_536) {
    yield { path: ['address'], message: 'expected the last field at register 65535 or before' };
  }
}

/** How often something is looked at. */
export const pollInterval = duration.refine(
  (interval) => interval >= duration.parse('100ms') && interval <= duration.parse('30d'),
  { error: 'expected 100ms to 30d' },
);

/** The registers that a place or a time takes. */
export function lengthOf({ type, format }: Pick<WrittenPlace, 'type'> & { readonly format?: TimeFormat }): number {
  return fieldCountOf(format) * REGISTERS_OF[type];
}
