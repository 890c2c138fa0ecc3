import { IANAZone } from 'luxon';
import { z } from 'zod';
import { METER_EVENT_KINDS } from '../../domain/meter-event.ts';
import { numberExpected } from '../written-number.ts';
import { type Path, parsePath } from './json-path.ts';
import { PAYLOAD_TIME_FORMATS } from './payload-time.ts';

const PATH = 'expected a path such as a.b, a[0], a[*].b or a[name=Ua].value, names with . [ ] or " in double quotes';

const onePath = z.string({ error: PATH }).transform((text, context): Path => {
  const path = parsePath(text);
  if (path) return path;
  context.addIssue({ code: 'custom', message: PATH, input: text });
  return z.NEVER;
});

/** A path, or several of which the first counts that is there. */
export const paths = z.union([onePath.transform((path) => [path]), z.array(onePath).min(1)], {
  error: (issue) => (Array.isArray(issue.input) ? `${PATH}, or a list of them` : PATH),
});

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()], { error: 'expected a text, a number or null' });

const scalars = z.union([scalar.transform((one) => [one]), z.array(scalar)], {
  error: 'expected a text, a number or null, or a list of them',
});

export const notAvailable = z.array(scalar, { error: 'expected a list of what stands in place of a value' });

const comparison = {
  is: scalars.optional(),
  not: scalars.optional(),
  contains: z.string().min(1).optional(),
};

interface Compared {
  readonly is?: unknown;
  readonly not?: unknown;
  readonly contains?: unknown;
  readonly present?: unknown;
}

function isComparing({ is, not, contains, present }: Compared): boolean {
  return [is, not, contains, present].some((part) => part !== undefined);
}

const NO_COMPARISON = { error: 'expected is, not, contains or present beside the path' };

const conditionKeys = { path: paths, ...comparison, present: z.boolean().optional() };

export const condition = z.strictObject(conditionKeys).refine(isComparing, NO_COMPARISON).transform(comparedOf);

export const qualityRule = z
  .strictObject({
    ...conditionKeys,
    means: z.enum(['missing', 'suspect'], { error: 'expected missing or suspect' }).default('missing'),
  })
  .refine(isComparing, NO_COMPARISON)
  .transform(({ means, ...rule }) => ({ ...comparedOf(rule), means }));

function comparedOf({ path, present, is, not, contains }: z.output<z.ZodObject<typeof conditionKeys>>) {
  return {
    paths: path,
    ...(is && { is }),
    ...(not && { not }),
    ...(contains !== undefined && { contains }),
    ...(present !== undefined && { isPresent: present }),
  };
}

export const fault = z
  .strictObject(comparison)
  .refine(isComparing, { error: 'expected is, not or contains' })
  .transform(({ is, not, contains }) => ({
    ...(is && { is }),
    ...(not && { not }),
    ...(contains !== undefined && { contains }),
  }));

const zone = z.string().refine((name) => name === 'site' || IANAZone.isValidZone(name), {
  error: "expected site (the site's own time zone) or a name such as Asia/Shanghai or UTC",
});

/** A path alone stands for an object with nothing else in it: what is wrong in the object is found key by key. */
function pathAlone(written: unknown): unknown {
  return typeof written === 'string' || Array.isArray(written) ? { path: written } : written;
}

export const timeField = z.preprocess(
  pathAlone,
  z
    .strictObject(
      {
        path: paths,
        format: z
          .enum(PAYLOAD_TIME_FORMATS, { error: `expected one of ${PAYLOAD_TIME_FORMATS.join(', ')}` })
          .default('auto'),
        zone: zone.optional(),
      },
      { error: strictly('expected a path, or { path, format, zone }') },
    )
    .transform(({ path, format, zone: of }) => ({ paths: path, format, ...(of !== undefined && { zone: of }) })),
);

/** The message for what is no object; unknown keys keep theirs. */
function strictly(message: string): z.core.$ZodErrorMap {
  return ({ code }) => (code === 'invalid_type' ? message : undefined);
}

export const factor = z.number({ error: numberExpected }).refine((by) => by !== 0, { error: 'expected not 0' });

/** What stands behind a quantity's name: a path, several, or one with all that can be said about it. */
export const valueField = z.preprocess(
  pathAlone,
  z
    .strictObject(
      {
        path: paths,
        scale: factor.optional(),
        unit: z.string().optional(),
        unit_from: paths.optional(),
        offset: z.number({ error: numberExpected }).default(0),
        sum: z.boolean().default(false),
        sign: z.strictObject({ path: paths, negative: scalars }).optional(),
        quality: z.array(qualityRule).default([]),
      },
      {
        error: strictly(
          'expected a path, a list of paths, or { path, scale or unit, unit_from, offset, sum, sign, quality }',
        ),
      },
    )
    .refine(({ scale, unit }) => scale === undefined || unit === undefined, {
      error: 'expected scale or unit, not both',
    }),
);

export type WrittenValue = z.output<typeof valueField>;

const eventKind = z.enum(METER_EVENT_KINDS, { error: `expected one of ${METER_EVENT_KINDS.join(', ')}` });

const DURATIONS = { us: 1e-3, ms: 1, s: 1_000, min: 60_000 } as const;
const VOLTAGES = { V: 1, kV: 1_000, '%': 1 } as const;

const extreme = z
  .strictObject({ path: paths, unit: z.enum(['V', 'kV', '%'], { error: 'expected V, kV or %' }).default('V') })
  .transform(({ path, unit }) => ({
    paths: path,
    unit: unit === '%' ? ('%' as const) : ('V' as const),
    scale: VOLTAGES[unit],
  }));

export const eventMapping = z
  .strictObject({
    each: paths.optional(),
    when: z.array(condition).default([]),
    kind: z.union(
      [
        eventKind.transform((kind) => ({ paths: [], kinds: new Map(), other: kind })),
        z
          .strictObject({ path: paths, kinds: z.record(z.string(), eventKind), other: eventKind.optional() })
          .transform(({ path, kinds, other }) => ({
            paths: path,
            kinds: new Map(Object.entries(kinds)),
            ...(other && { other }),
          })),
      ],
      { error: `expected one of ${METER_EVENT_KINDS.join(', ')}, or { path, kinds, other }` },
    ),
    start: timeField.optional(),
    duration: z
      .strictObject({ path: paths, unit: z.enum(['us', 'ms', 's', 'min'], { error: 'expected us, ms, s or min' }) })
      .transform(({ path, unit }) => ({ paths: path, scale: DURATIONS[unit] }))
      .optional(),
    extreme: z.preprocess((written) => (Array.isArray(written) ? written : [written]), z.array(extreme)).default([]),
    phases: paths.optional(),
    key: z.array(onePath).default([]),
    note: z.array(onePath).default([]),
  })
  .transform(({ each, start, duration, phases, ...rest }) => ({
    ...rest,
    ...(each && { each }),
    ...(start && { start }),
    ...(duration && { duration }),
    ...(phases && { phases }),
  }));
