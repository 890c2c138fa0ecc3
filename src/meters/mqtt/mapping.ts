import type { MeterEventKind } from '../../domain/meter-event.ts';
import type { Quantity } from '../../domain/quantity.ts';
import type { Path } from './json-path.ts';
import type { Scalar } from './payload-number.ts';
import type { PayloadTimeFormat } from './payload-time.ts';

/** How a payload is written. 'text': one bare value for each message. */
export const PAYLOAD_FORMATS = ['json', 'text', 'influx', 'sparkplug'] as const;

export type PayloadFormat = (typeof PAYLOAD_FORMATS)[number];

/** What MQTT messages of a kind of meter mean. */
export interface PayloadModel {
  readonly id: string;
  readonly name: string;
  readonly source: string;
  readonly transport: 'mqtt';
  readonly format: PayloadFormat;
  /** What the connection's topic names, in its order: one level each, the last takes the rest. Empty: its query says all. */
  readonly meter: readonly string[];
  /** For so many milliseconds what was said is part of the next readings too; 0: never. */
  readonly hold: number;
  /** For so many milliseconds what comes in parts is gathered into one reading; 0: each message is a reading. */
  readonly gather: number;
  /** What stands in place of a value that the meter does not have. */
  readonly notAvailable: readonly Scalar[];
  readonly messages: readonly MessageMapping[];
}

/** One kind of message. Paths count from the beginning of the message where nothing else is said. */
export interface MessageMapping {
  readonly topics: readonly string[];
  /** The name that the whole payload goes by, made of the topic's captures. */
  readonly valueName?: string;
  /** All must hold, or the message is of another kind. */
  readonly when: readonly Condition[];
  /** Where a field stands that the connection asks for, with `{field}` in it. */
  readonly select: readonly Path[];
  /** Where the list of samples is; absent: the message is the one sample. */
  readonly samples?: readonly Path[];
  /** Where the values are in a sample: the first of these that is an object. */
  readonly roots: readonly Path[];
  /** Messages of this kind may carry nothing of interest. */
  readonly isPartial: boolean;
  /** From a sample, or else from the message. */
  readonly time?: TimeField;
  /** Transformer ratios in the payload, whose values are secondary then. */
  readonly ratios: { readonly ct?: readonly Path[]; readonly pt?: readonly Path[] };
  /** What marks all values of a sample. */
  readonly quality: readonly QualityRule[];
  readonly values: readonly ValueField[];
  readonly events: readonly EventMapping[];
  /** The message says whether the field of its name, or the whole meter, is at fault: it is while this holds. */
  readonly fault?: Omit<Condition, 'paths'>;
}

/** Holds when every part that is there does. Of several paths the first that is in the message counts. */
export interface Condition {
  readonly paths: readonly Path[];
  readonly is?: readonly Scalar[];
  /** Something is there, and it is none of these. */
  readonly not?: readonly Scalar[];
  readonly contains?: string;
  readonly isPresent?: boolean;
}

export interface QualityRule extends Condition {
  readonly means: 'missing' | 'suspect';
}

export interface TimeField {
  readonly paths: readonly Path[];
  readonly format: PayloadTimeFormat;
  /** Of texts without a zone: an IANA name, or 'site'. Absent: such a text is no time. */
  readonly zone?: string;
}

/** value = (what stands there × its unit × scale × sign) + offset. */
export interface ValueField {
  readonly quantity: Quantity;
  readonly paths: readonly Path[];
  readonly scale: number;
  readonly offset: number;
  /** Where the payload says the unit. */
  readonly unit?: readonly Path[];
  /** A list there stands for its sum. */
  readonly isSum: boolean;
  /** Another field tells the direction: with one of these in it the value is negative. */
  readonly sign?: { readonly paths: readonly Path[]; readonly negative: readonly Scalar[] };
  readonly quality: readonly QualityRule[];
}

/** Where an event stands in a message. Paths count from an element of `each`, and from the message after `$`. */
export interface EventMapping {
  readonly each?: readonly Path[];
  readonly when: readonly Condition[];
  readonly kind: EventKindField;
  readonly start?: TimeField;
  /** In milliseconds after scaling. */
  readonly duration?: { readonly paths: readonly Path[]; readonly scale: number };
  /** In order of preference. '%' is of the nominal voltage. */
  readonly extreme: readonly { readonly paths: readonly Path[]; readonly unit: '%' | 'V'; readonly scale: number }[];
  readonly phases?: readonly Path[];
  /** What tells one event from another; empty: kind, start and phases do. */
  readonly key: readonly Path[];
  readonly note: readonly Path[];
}

export interface EventKindField {
  readonly paths: readonly Path[];
  readonly kinds: ReadonlyMap<string, MeterEventKind>;
  /** The kind of what is not in the list; absent: that is no event. */
  readonly other?: MeterEventKind;
}
