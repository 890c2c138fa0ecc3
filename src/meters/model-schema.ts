import { z } from 'zod';
import type { ModbusModel, Timing } from './model.ts';
import {
  eventLogOf,
  events,
  faultsOfStart,
  loadRecordsOf,
  namedPlaces,
  placesOfEvents,
  records,
} from './model-schema-events.ts';
import {
  addFaults,
  byteOrder,
  type Fault,
  faultsOfSentinels,
  functionCode,
  number,
  numberOf,
  type PlaceDefaults,
  registerType,
  sentinels,
  wholeNumber,
} from './model-schema-places.ts';
import {
  faultsOfOverlap,
  faultsOfScales,
  type NamedPlace,
  registers,
  registersOf,
  scaleRegisters,
  scalesOf,
} from './model-schema-registers.ts';
import { lengthOf, timeOf, timePlace } from './model-schema-times.ts';
import { payloadFile } from './mqtt/payload-schema.ts';
import { tuningKeys } from './options.ts';

const { timeout, retries, pause_after_connect, pause_between_requests, close_after_poll, slow_interval } = tuningKeys;

const timing = z
  .strictObject({ timeout, retries, pause_after_connect, pause_between_requests, close_after_poll, slow_interval })
  .transform(
    (written): Timing => ({
      ...(written.timeout !== undefined && { timeout: written.timeout }),
      ...(written.retries !== undefined && { retries: written.retries }),
      ...(written.pause_after_connect !== undefined && { pauseAfterConnect: written.pause_after_connect }),
      ...(written.pause_between_requests !== undefined && { pauseBetweenRequests: written.pause_between_requests }),
      ...(written.close_after_poll !== undefined && { closeAfterPoll: written.close_after_poll }),
      ...(written.slow_interval !== undefined && { slowInterval: written.slow_interval }),
    }),
  );

const RANGES = 'expected a list of [first, last], registers that no request may touch';
const range = z
  .tuple([wholeNumber(0, 65_535), wholeNumber(0, 65_535)], { error: RANGES })
  .refine(([first, last]) => first <= last, { error: 'expected the first register before the last' });

const invalid = z.partialRecord(registerType, sentinels).superRefine(
  addFaults(function* (written) {
    for (const type of registerType.options) yield* faultsOfSentinels(written[type] ?? [], type, [type]);
  }),
);

const written = z.strictObject({
  id: z
    .string({ error: 'expected small letters, digits, - and _' })
    .regex(/^[a-z0-9][a-z0-9_-]*$/, { error: 'expected small letters, digits, - and _' }),
  name: z.string().min(1),
  source: z.string({ error: 'expected the document that the model is written from' }).min(1),
  transport: z.literal('modbus'),
  usual_unit: wholeNumber(0, 255).default(1),
  function_code: functionCode,
  byte_order: byteOrder,
  max_block: wholeNumber(1, 125).default(125),
  max_gap: wholeNumber(0, 125).default(0),
  forbidden: z.array(range, { error: RANGES }).default([]),
  timing: timing.default({}),
  invalid: invalid.default({}),
  ratios: z
    .strictObject({ ct: number.optional(), pt: number.optional() })
    .refine(({ ct, pt }) => ct || pt, { error: 'expected ct or pt' })
    .optional(),
  sunspec: z.strictObject({ models: z.array(wholeNumber(1, 65_535)).min(1) }).optional(),
  clock: timePlace.optional(),
  scale_registers: scaleRegisters.default({}),
  registers,
  events: events.optional(),
  records: records.optional(),
});

type WrittenModel = z.output<typeof written>;

const checkModel = addFaults(faultsOfModel);

/** A Modbus model file as the model that it means. Unknown keys, and whatever cannot be read as it says, are refused. */
export const modbusFile = written.transform((file, context): ModbusModel => {
  checkModel(file, context);
  const defaults: PlaceDefaults = { functionCode: file.function_code, order: file.byte_order, invalid: file.invalid };
  const { ct, pt } = file.ratios ?? {};
  return {
    transport: file.transport,
    id: file.id,
    name: file.name,
    source: file.source,
    usualUnit: file.usual_unit,
    maxBlock: file.max_block,
    maxGap: file.max_gap,
    forbidden: file.forbidden,
    timing: file.timing,
    ratios: { ...(ct && { ct: numberOf(ct, defaults) }), ...(pt && { pt: numberOf(pt, defaults) }) },
    registers: registersOf(file.registers, scalesOf(file.scale_registers, defaults), defaults),
    ...(file.sunspec && { sunspec: file.sunspec }),
    ...(file.clock && { clock: timeOf(file.clock, defaults) }),
    ...(file.events && { events: file.events.map((form) => eventLogOf(form, defaults)) }),
    ...(file.records && { records: loadRecordsOf(file.records, defaults) }),
  };
});

/** A model file: how a kind of meter is asked (Modbus) or understood (MQTT). */
export const modelFile = z.discriminatedUnion('transport', [modbusFile, payloadFile], {
  error: 'expected transport: modbus or mqtt',
});

/** What is wrong between the sections of a file: asked only of one whose sections are right by themselves. */
function* faultsOfModel(file: WrittenModel): Generator<Fault> {
  const { events = [] } = file;
  const values = [
    ...namedPlaces(file.scale_registers, ['scale_registers']),
    ...namedPlaces(file.registers, ['registers']),
  ];
  const facts = [...namedPlaces(file.ratios ?? {}, ['ratios']), ...namedPlaces({ clock: file.clock }, [])];
  const others = [
    ...facts,
    ...events.flatMap((form, index) => placesOfEvents(form, ['events', index])),
    ...namedPlaces({ newest: file.records?.newest }, ['records']),
  ];
  yield* faultsOfScales(file.registers, file.scale_registers);
  yield* faultsOfOverlap([...values, ...facts], file.function_code);
  for (const [index, form] of events.entries()) {
    if (form.form === 'last') yield* faultsOfStart(form.fields, ['events', index, 'fields'], file.function_code);
  }
  for (const each of [...values, ...others]) yield* faultsOfRequest(each, file);
  for (const [index, form] of events.entries()) {
    if (form.form === 'ring') yield* faultsOfRing(form, file, ['events', index]);
  }
}

/** A place that no request may ask for as a whole. */
function* faultsOfRequest({ path, place }: NamedPlace, file: WrittenModel): Generator<Fault> {
  const length = lengthOf(place);
  const last = place.address + length - 1;
  const hole = forbiddenWithin(place.address, last, file);
  if (hole) {
    const message = `expected registers outside the forbidden ${hole[0]} to ${hole[1]}, found ${place.address} to ${last}`;
    yield { path: [...path, 'address'], message };
  }
  if (length > file.max_block) {
    const message = `expected no more than the ${file.max_block} registers of max_block, found ${length}`;
    yield { path: [...path, 'type'], message };
  }
}

/** A record is read as a whole. */
function* faultsOfRing(
  ring: { readonly first: number; readonly capacity: number; readonly record_length: number },
  file: WrittenModel,
  path: Fault['path'],
): Generator<Fault> {
  const hole = forbiddenWithin(ring.first, ring.first + ring.capacity * ring.record_length - 1, file);
  if (hole) {
    yield { path: [...path, 'first'], message: `expected a ring outside the forbidden ${hole[0]} to ${hole[1]}` };
  }
  if (ring.record_length > file.max_block) {
    yield { path: [...path, 'record_length'], message: `expected no more than the ${file.max_block} of max_block` };
  }
}

function forbiddenWithin(
  start: number,
  end: number,
  { forbidden }: WrittenModel,
): readonly [number, number] | undefined {
  return forbidden.find(([first, last]) => first <= end && last >= start);
}
