import { z } from 'zod';
import { METER_EVENT_KINDS } from '../domain/meter-event.ts';
import type { EventFields, EventLog, FunctionCode, LoadRecords, TimeFormat } from './model.ts';
import {
  addFaults,
  type Fault,
  functionCode,
  number,
  numberOf,
  type PlaceDefaults,
  place,
  placeOf,
  type WrittenPlace,
  wholeNumber,
} from './model-schema-places.ts';
import { faultsOfOverlap, type NamedPlace, recordValues, registersOf } from './model-schema-registers.ts';
import { lengthOf, pollInterval, timeOf, timePlace } from './model-schema-times.ts';

/** How model files write the logs that a meter keeps: events and load records. */

/** What function code 20 gives in one answer (Modbus application protocol 6.14): 245 bytes, two of them about themselves. */
const LONGEST_FILE_RECORD = 121;

const kind = z.enum(METER_EVENT_KINDS, { error: `expected one of ${METER_EVENT_KINDS.join(', ')}` });

const kinds = z
  .record(z.string().regex(/^\d+$/, { error: 'expected a number of the meter, 0 or more' }), kind)
  .refine((written) => Object.keys(written).length > 0, { error: 'expected at least one number with its kind' });

const anyFields = z.strictObject({
  start: timePlace.optional(),
  duration: number.optional(),
  extreme: number.optional(),
  kind: place.safeExtend({ kinds }).optional(),
  phases: place
    .safeExtend({ coding: z.literal(['number', 'mask', 'kmb'], { error: 'expected number, mask or kmb' }) })
    .optional(),
});

const fields = anyFields.refine((written) => Object.values(written).some((field) => field !== undefined), {
  error: 'expected at least one of start, duration, extreme, kind and phases',
});

const lastFields = anyFields.refine(({ start }) => start !== undefined, {
  path: ['start'],
  error: 'expected the start of the last event: nothing else tells a new event from the one before',
});

const counter = place.safeExtend({
  kind,
  phases: z.array(z.literal(['L1', 'L2', 'L3'], { error: 'expected L1, L2 or L3' })).default([]),
});

const interval = pollInterval.prefault('1s');

const file = {
  newest: number,
  file: wholeNumber(1, 65_535),
  capacity: wholeNumber(1, 65_536),
  record_length: wholeNumber(1, LONGEST_FILE_RECORD),
};

const eventForm = z.discriminatedUnion(
  'form',
  [
    z.strictObject({ form: z.literal('last'), interval, fields: lastFields }),
    z.strictObject({
      form: z.literal('counters'),
      interval,
      counters: z.record(z.string().min(1), counter).refine((written) => Object.keys(written).length > 0, {
        error: 'expected at least one counter',
      }),
    }),
    z
      .strictObject({
        form: z.literal('ring'),
        interval,
        newest: number,
        first: wholeNumber(0, 65_535),
        capacity: wholeNumber(1, 65_536),
        record_length: wholeNumber(1, 125),
        function_code: functionCode.optional(),
        fields,
      })
      .superRefine(addFaults((ring) => faultsOfRing(ring)))
      .superRefine(addFaults((ring) => faultsOfFields(ring))),
    z
      .strictObject({ form: z.literal('file'), interval, ...file, fields })
      .superRefine(addFaults((log) => faultsOfFile(log)))
      .superRefine(addFaults((log) => faultsOfFields(log))),
  ],
  { error: 'expected form: last, counters, ring or file' },
);

/** The section `events:` of a model: one form, or a list of them. */
export const events = z
  .preprocess((written) => (Array.isArray(written) ? written : [written]), z.array(eventForm).min(1))
  .superRefine(addFaults(faultsOfForms));

/** The section `records:` of a model. */
export const records = z
  .strictObject({ interval: pollInterval.prefault('15m'), ...file, time: timePlace, values: recordValues })
  .superRefine(addFaults((log) => faultsOfFile(log)))
  .superRefine(
    addFaults(({ time, values, record_length }) => [
      ...faultsInRecord({ time }, record_length, []),
      ...faultsInRecord(values, record_length, ['values']),
      ...faultsOfOverlap([...namedPlaces({ time }, []), ...namedPlaces(values, ['values'])]),
    ]),
  );

export type WrittenEvents = z.output<typeof eventForm>;
export type WrittenRecords = z.output<typeof records>;
type WrittenFields = z.output<typeof fields>;

function* faultsOfForms(forms: readonly WrittenEvents[]): Generator<Fault> {
  for (const [index, { form }] of forms.entries()) {
    const isRepeated = forms.slice(0, index).some((other) => other.form === form);
    if (isRepeated) yield { path: [index, 'form'], message: `expected each form once, found ${form} again` };
  }
}

function* faultsOfRing(ring: { first: number; capacity: number; record_length: number }): Generator<Fault> {
  const last = ring.first + ring.capacity * ring.record_length - 1;
  if (last > 65_535) yield { path: ['capacity'], message: `expected the ring to end at register 65535, found ${last}` };
}

function* faultsOfFile({ capacity, record_length }: { capacity: number; record_length: number }): Generator<Fault> {
  const last = (capacity - 1) * record_length;
  if (last > 65_535) yield { path: ['capacity'], message: `expected records up to number 65535, found ${last}` };
}

function* faultsOfFields(log: { fields: WrittenFields; record_length: number }): Generator<Fault> {
  yield* faultsInRecord(log.fields, log.record_length, ['fields']);
  yield* faultsOfStart(log.fields, ['fields']);
}

/** A field within the start. The others may share a register: a kind and phases of one code. */
export function* faultsOfStart(
  { start, ...others }: WrittenFields,
  path: Fault['path'],
  usual?: FunctionCode,
): Generator<Fault> {
  for (const other of namedPlaces(others, path)) {
    yield* faultsOfOverlap([...namedPlaces({ start }, path), other], usual);
  }
}

/** A record is asked for as one piece of registers: a field has neither a place outside it nor a function code. */
function* faultsInRecord(
  places: Readonly<Record<string, (WrittenPlace & { readonly format?: TimeFormat }) | undefined>>,
  length: number,
  path: Fault['path'],
): Generator<Fault> {
  for (const [name, field] of Object.entries(places)) {
    if (!field) continue;
    const end = field.address + lengthOf(field);
    if (end > length) {
      const message = `expected the field within the ${length} registers of a record, found it to end at ${end - 1}`;
      yield { path: [...path, name, 'address'], message };
    }
    if (field.function_code !== undefined) {
      const message = 'expected no function code: the field is read with its record';
      yield { path: [...path, name, 'function_code'], message };
    }
  }
}

/** The event log as it is read. */
export function eventLogOf(written: WrittenEvents, defaults: PlaceDefaults): EventLog {
  const { form, interval } = written;
  if (form === 'last') return { form, interval, fields: fieldsOf(written.fields, defaults) };
  if (form === 'counters') {
    const counters = Object.entries(written.counters).map(([name, counter]) => {
      return { name, kind: counter.kind, phases: counter.phases, place: placeOf(counter, defaults) };
    });
    return { form, interval, counters };
  }
  const { capacity, record_length: recordLength } = written;
  const newest = numberOf(written.newest, defaults);
  if (form === 'file') {
    const fields = fieldsOf(written.fields, defaults);
    return { form, interval, newest, file: written.file, capacity, recordLength, fields };
  }
  const functionCode = written.function_code ?? defaults.functionCode;
  const fields = fieldsOf(written.fields, { ...defaults, functionCode });
  return { form, interval, newest, first: written.first, capacity, recordLength, functionCode, fields };
}

function fieldsOf({ start, duration, extreme, kind, phases }: WrittenFields, defaults: PlaceDefaults): EventFields {
  return {
    ...(start && { start: timeOf(start, defaults) }),
    ...(duration && { duration: numberOf(duration, defaults) }),
    ...(extreme && { extreme: numberOf(extreme, defaults) }),
    ...(kind && { kind: { place: placeOf(kind, defaults), kinds: kind.kinds } }),
    ...(phases && { phases: { place: placeOf(phases, defaults), coding: phases.coding } }),
  };
}

/** The load records as they are read. */
export function loadRecordsOf(written: WrittenRecords, defaults: PlaceDefaults): LoadRecords {
  return {
    interval: written.interval,
    newest: numberOf(written.newest, defaults),
    file: written.file,
    capacity: written.capacity,
    recordLength: written.record_length,
    time: timeOf(written.time, defaults),
    values: registersOf(written.values, new Map(), defaults),
  };
}

/** The places of an event log that are read as registers of their own. */
export function placesOfEvents(written: WrittenEvents, path: NamedPlace['path']): readonly NamedPlace[] {
  if (written.form === 'last') return namedPlaces(written.fields, [...path, 'fields']);
  if (written.form === 'counters') return namedPlaces(written.counters, [...path, 'counters']);
  return namedPlaces({ newest: written.newest }, path);
}

export function namedPlaces(
  places: Readonly<Record<string, NamedPlace['place'] | undefined>>,
  path: NamedPlace['path'],
): readonly NamedPlace[] {
  return Object.entries(places).flatMap(([name, place]) => (place ? [{ path: [...path, name], name, place }] : []));
}
