import { z } from 'zod';
import { QUANTITIES, QUANTITY_NAMES, type Quantity } from '../../domain/quantity.ts';
import { duration } from '../../lib/duration.ts';
import { quantityName } from '../quantity-name.ts';
import { filledPath, type Path, placeholdersOf } from './json-path.ts';
import {
  type MessageMapping,
  PAYLOAD_FORMATS,
  type PayloadModel,
  type QualityRule,
  type ValueField,
} from './mapping.ts';
import {
  condition,
  eventMapping,
  fault,
  notAvailable,
  paths,
  qualityRule,
  timeField,
  valueField,
  type WrittenValue,
} from './payload-fields.ts';
import { namesIn } from './placeholders.ts';
import { patternProblem } from './topic-pattern.ts';
import { factorOf } from './units.ts';

/** A duration of at most `longest`; '0ms' is never. */
function upTo(longest: string) {
  const most = duration.parse(longest);
  return duration.refine((ms) => ms <= most, { error: `expected at most ${longest}` }).prefault('0ms');
}

const messageKeys = {
  topics: z.array(z.string().min(1)).min(1).optional(),
  value_name: z.string().min(1).optional(),
  when: z.array(condition).optional(),
  select: paths.optional(),
  samples: paths.optional(),
  root: paths.optional(),
  partial: z.boolean().optional(),
  time: timeField.optional(),
  ratios: z.strictObject({ ct: paths.optional(), pt: paths.optional() }).optional(),
  quality: z.array(qualityRule).optional(),
  /** Where every quantity stands under its own name, with `{quantity}` in the path. */
  quantities: paths.optional(),
  values: z.partialRecord(quantityName, valueField).optional(),
  events: z.array(eventMapping).optional(),
  fault: fault.optional(),
};

const message = z.strictObject(messageKeys);

type WrittenMessage = z.output<typeof message>;

const placeholderName = z.string().regex(/^[a-z_][a-z0-9_]*$/, { error: 'expected a name of small letters' });

/**
 * A file of config/payloads: what MQTT messages mean. What stands beside `messages` counts for each of them that does not
 * say otherwise; a file without `messages` has one kind. Unknown keys are refused.
 */
export const payloadFile = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9][a-z0-9_-]*$/, { error: 'expected small letters, digits, - and _' }),
    name: z.string().min(1),
    source: z.string().min(1, { error: 'expected the document that the model is written from' }),
    transport: z.literal('mqtt'),
    format: z.enum(PAYLOAD_FORMATS, { error: `expected one of ${PAYLOAD_FORMATS.join(', ')}` }),
    meter: z.array(placeholderName).default(['meter']),
    hold: upTo('1h'),
    gather: upTo('10s'),
    not_available: notAvailable.default([]),
    ...messageKeys,
    messages: z.array(message).min(1).optional(),
  })
  .superRefine((file, context) => {
    for (const problem of problemsOf(file)) context.addIssue({ code: 'custom', ...problem });
  })
  .transform((file): PayloadModel => {
    const isSparkplug = file.format === 'sparkplug';
    return {
      id: file.id,
      name: file.name,
      source: file.source,
      transport: file.transport,
      format: file.format,
      meter: isSparkplug ? SPARKPLUG_METER : file.meter,
      hold: file.hold,
      gather: file.gather,
      notAvailable: file.not_available,
      messages: messagesOf(file).map(({ written }) =>
        mappingOf(isSparkplug ? { ...written, topics: SPARKPLUG_TOPICS } : written),
      ),
    };
  });

/** Sparkplug 3.0, 4.1: the topics are not for anyone to choose; all of an edge node are heard for its sequence. */
const SPARKPLUG_METER = ['group', 'edge', 'device'];
const SPARKPLUG_TOPICS = ['spBv1.0/{group}/{type}/{edge}'];

interface WrittenFile extends WrittenMessage {
  readonly format: PayloadModel['format'];
  readonly meter: readonly string[];
  readonly messages?: readonly WrittenMessage[] | undefined;
}

interface PlacedMessage {
  readonly written: WrittenMessage;
  readonly path: readonly PropertyKey[];
}

function messagesOf(file: WrittenFile): readonly PlacedMessage[] {
  const { messages, ...common } = file;
  if (!messages) return [{ written: common, path: [] }];
  return messages.map((own, index) => ({ written: { ...common, ...own }, path: ['messages', index] }));
}

interface SchemaProblem {
  readonly path: PropertyKey[];
  readonly message: string;
}

const FOR_SPARKPLUG = 'expected nothing here: Sparkplug B says it itself';

const FAULT_OF_ALL =
  'expected a name in `meter` that the topic has: with `meter: []` each word of fault would be for every meter';

function problemsOf(file: WrittenFile): readonly SchemaProblem[] {
  const problems = messagesOf(file).flatMap((placed) => problemsOfMessage(placed, file));
  if (file.format !== 'sparkplug') return problems;
  const fixed = ['topics', 'value_name', 'when', 'select', 'samples', 'root', 'time', 'messages', 'fault'] as const;
  const needless = fixed.filter((key) => file[key] !== undefined);
  return [...problems, ...needless.map((key) => ({ path: [key], message: FOR_SPARKPLUG }))];
}

function problemsOfMessage({ written, path }: PlacedMessage, file: WrittenFile): readonly SchemaProblem[] {
  const problems: SchemaProblem[] = [];
  const { topics, quantities, values, events, value_name: name } = written;
  const add = (at: PropertyKey[], text: string) => problems.push({ path: [...path, ...at], message: text });
  if (!topics && file.format !== 'sparkplug') add([], 'expected topics');
  for (const [index, topic] of (topics ?? []).entries()) {
    const problem = patternProblem(topic, file.meter);
    if (problem !== undefined) add(['topics', index], problem);
    const known = namesIn(topic);
    const unknown = namesIn(name ?? '').find((each) => !known.includes(each));
    if (unknown !== undefined) add(['value_name'], `expected names from the topic ${topic}, found {${unknown}}`);
  }
  if (written.fault && file.meter.length === 0) add(['fault'], FAULT_OF_ALL);
  if (file.format === 'text' && name === undefined && !written.fault) {
    add([], 'expected value_name: what the value of a message is called');
  }
  if (!quantities && !values && !events && !written.fault) add([], 'expected quantities, values or events');
  for (const [index, each] of (quantities ?? []).entries()) {
    if (!placeholdersOf(each).includes('quantity')) add(['quantities', index], 'expected {quantity} in the path');
  }
  for (const [quantity, field] of valuesOf(written)) {
    const { unit } = field;
    if (unit !== undefined && typeof factorOf(unit, quantity) !== 'number') {
      add(['values', quantity, 'unit'], `expected a unit of ${QUANTITIES[quantity].unit}, with or without prefix`);
    }
    if (isNamed(file.format) && field.path.some((each) => each.length !== 1 || each[0]?.kind !== 'key')) {
      add(['values', quantity], 'expected a name; with . [ ] or " in it in double quotes');
    }
  }
  return problems;
}

/** Formats whose values go by names, not by paths. */
function isNamed(format: PayloadModel['format']): boolean {
  return format === 'text' || format === 'sparkplug';
}

function valuesOf({ values }: WrittenMessage): readonly (readonly [Quantity, WrittenValue])[] {
  return QUANTITY_NAMES.flatMap((quantity) => {
    const field = values?.[quantity];
    return field ? [[quantity, field] as const] : [];
  });
}

const WHOLE: readonly Path[] = [[]];
const USUAL_SELECT: readonly Path[] = [[{ kind: 'key', key: '{field}' }]];

function mappingOf(written: WrittenMessage): MessageMapping {
  const { value_name, samples, time, ratios, quality = [], quantities, fault: own } = written;
  const perQuantity = quality.filter(isPerQuantity);
  const fields = valuesOf(written).map(([quantity, value]) => fieldOf(quantity, value, perQuantity));
  const usual = QUANTITY_NAMES.map((quantity) =>
    fieldOf(quantity, { path: quantities ?? [], offset: 0, sum: false, quality: [] }, perQuantity),
  );
  return {
    topics: written.topics ?? [],
    when: written.when ?? [],
    select: written.select ?? USUAL_SELECT,
    roots: written.root ?? WHOLE,
    isPartial: written.partial ?? false,
    ratios: { ...(ratios?.ct && { ct: ratios.ct }), ...(ratios?.pt && { pt: ratios.pt }) },
    quality: quality.filter((rule) => !isPerQuantity(rule)),
    values: own ? [] : [...fields, ...(quantities ? usual : [])],
    events: own ? [] : (written.events ?? []),
    ...(value_name !== undefined && { valueName: value_name }),
    ...(samples && { samples }),
    ...(time && { time }),
    ...(own && { fault: own }),
  };
}

function isPerQuantity({ paths: of }: QualityRule): boolean {
  return of.some((path) => placeholdersOf(path).includes('quantity'));
}

function fieldOf(quantity: Quantity, value: WrittenValue, rules: readonly QualityRule[]): ValueField {
  const { path, scale, unit, unit_from, offset, sum, sign, quality } = value;
  const byUnit = unit === undefined ? 1 : factorOf(unit, quantity);
  return {
    quantity,
    paths: path.map((each) => named(each, quantity)),
    scale: scale ?? (typeof byUnit === 'number' ? byUnit : 1),
    offset,
    isSum: sum,
    quality: [...quality, ...rules].map((rule) => ({
      ...rule,
      paths: rule.paths.map((each) => named(each, quantity)),
    })),
    ...(unit_from && { unit: unit_from }),
    ...(sign && { sign: { paths: sign.path, negative: sign.negative } }),
  };
}

/** Fills `{quantity}` and leaves the other placeholders, which the connection fills. */
function named(path: Path, quantity: Quantity): Path {
  const others = placeholdersOf(path).map((name) => [name, `{${name}}`] as const);
  return filledPath(path, new Map([...others, ['quantity', quantity]])) ?? path;
}
