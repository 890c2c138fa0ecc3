import type { MeterEventKind, Phase } from '../domain/meter-event.ts';
import type { Quantity } from '../domain/quantity.ts';
import type { PayloadModel } from './mqtt/mapping.ts';

export { sharedTopic } from './mqtt/shared-topic.ts';
export { connectionProblem } from './mqtt/topic-pattern.ts';

/** How many 16-bit registers a value of each type takes. */
export const REGISTERS_OF = {
  int16: 1,
  uint16: 1,
  bcd16: 1,
  int32: 2,
  uint32: 2,
  bcd32: 2,
  float32: 2,
  int64: 4,
  uint64: 4,
  bcd64: 4,
  float64: 4,
} as const;

export type RegisterType = keyof typeof REGISTERS_OF;

export type FunctionCode = 3 | 4;

/** Every function code that exists here. Codes that write do not. */
export type ReadCode = 1 | 2 | 3 | 4 | 20 | 43;

/**
 * The bytes of a value on the wire, for 64 bits alike: ABCD high word first; CDAB low word first; BADC and DCBA the same
 * with the bytes of each word swapped.
 */
export type ByteOrder = 'ABCD' | 'CDAB' | 'BADC' | 'DCBA';

/** How a number stands in registers. `address` is 0-based, as on the wire. */
export interface Place {
  readonly functionCode: FunctionCode;
  readonly address: number;
  readonly type: RegisterType;
  readonly order: ByteOrder;
  /** Integers whose highest bit is their sign, in place of two's complement. */
  readonly isSignMagnitude?: boolean;
  /** Only these bits count: `count` of them from bit `from`, 0 being the lowest. */
  readonly bits?: { readonly from: number; readonly count: number };
  /** Raw values, unsigned, by which the meter says "no value". */
  readonly invalid?: readonly bigint[];
}

/** What another register says about a value: a power of ten, a factor, or a divisor. */
export interface ScaleRegister extends Place {
  readonly means: 'exponent' | 'factor' | 'divisor';
}

/** One value in a meter's register map: value = (raw × scale × its scale registers) + offset. */
export interface ModbusRegister extends Place {
  readonly quantity: Quantity;
  readonly scale: number;
  readonly offset: number;
  readonly scaledBy: readonly ScaleRegister[];
  /** Read once in each slow interval, not with every poll. */
  readonly isSlow: boolean;
  /** Its request asks for nothing else. */
  readonly isAlone: boolean;
  /** What its number means beyond a value; '4-quadrant': a power factor as Schneider codes it. */
  readonly coding?: '4-quadrant';
}

/** Transformer ratios that stand in the meter; its values are secondary then. */
export interface RatioRegisters {
  readonly ct?: ModbusNumber;
  readonly pt?: ModbusNumber;
}

/** A number that is not a quantity: value = raw × scale. */
export interface ModbusNumber extends Place {
  readonly scale: number;
}

export type TimeFormat =
  | 'unix_s'
  | 'unix_ms'
  | 'unix_2ns'
  | 'since_2000_s'
  | 'since_2000_ms'
  /** Year, month, day, hour, minute and second, each in registers of its own. */
  | 'fields'
  /** The same with the millisecond behind them. */
  | 'fields_ms';

/** How many values of the place's type stand one behind the other in a time of the format. */
export function fieldCountOf(format: TimeFormat | undefined): number {
  if (format === 'fields') return 6;
  return format === 'fields_ms' ? 7 : 1;
}

/** Where a time stands in registers. `utcOffset` in milliseconds is what the meter's clock is ahead of UTC by its setting. */
export interface TimePlace extends Place {
  readonly format: TimeFormat;
  readonly utcOffset: number;
}

/** One field of an event, at `address` for single events; relative to the record's start for a ring or a file. */
export interface EventFields {
  readonly start?: TimePlace;
  readonly duration?: ModbusNumber;
  readonly extreme?: ModbusNumber;
  readonly kind?: { readonly place: Place; readonly kinds: Readonly<Record<number, MeterEventKind>> };
  /** 'number': 0 is L1. 'mask': bit 0 is L1. 'kmb': 0 is L1, with bit 7 a mask. */
  readonly phases?: { readonly place: Place; readonly coding: 'number' | 'mask' | 'kmb' };
}

/** How the meter tells of events. */
export type EventLog =
  /** The registers of the last event only. */
  | { readonly form: 'last'; readonly interval: number; readonly fields: EventFields }
  /** Counters: an increase is all that is known. */
  | { readonly form: 'counters'; readonly interval: number; readonly counters: readonly EventCounter[] }
  /** Numbered records in registers, of which the newest overwrite the oldest. */
  | {
      readonly form: 'ring';
      readonly interval: number;
      /** The number of the newest record, counting up; 0 is none. */
      readonly newest: ModbusNumber;
      readonly first: number;
      readonly capacity: number;
      readonly recordLength: number;
      readonly functionCode: FunctionCode;
      readonly fields: EventFields;
    }
  /** Numbered records of a file, read with function code 20. */
  | {
      readonly form: 'file';
      readonly interval: number;
      readonly newest: ModbusNumber;
      readonly file: number;
      readonly capacity: number;
      readonly recordLength: number;
      readonly fields: EventFields;
    };

export interface EventCounter {
  readonly name: string;
  readonly kind: MeterEventKind;
  readonly phases: readonly Phase[];
  readonly place: Place;
}

/** Values that the meter kept by itself, read with function code 20: they fill what a broken line left out. */
export interface LoadRecords {
  readonly interval: number;
  readonly newest: ModbusNumber;
  readonly file: number;
  readonly capacity: number;
  readonly recordLength: number;
  readonly time: TimePlace;
  readonly values: readonly ModbusRegister[];
}

export interface ModelHead {
  readonly id: string;
  readonly name: string;
  readonly source: string;
}

export interface ModbusModel extends ModelHead {
  readonly transport: 'modbus';
  /** The unit that the meter answers to when nobody changed it. */
  readonly usualUnit: number;
  /** The most registers that one request may ask for. */
  readonly maxBlock: number;
  /** The most registers of no interest that one request may read over. */
  readonly maxGap: number;
  /** First and last registers that no request may touch. */
  readonly forbidden: readonly (readonly [number, number])[];
  readonly registers: readonly ModbusRegister[];
  readonly timing: Timing;
  readonly ratios: RatioRegisters;
  /** SunSpec: addresses count from the first of these models that the device has. */
  readonly sunspec?: { readonly models: readonly number[] };
  readonly clock?: TimePlace;
  /** In each form that the meter has, no form twice; never empty. */
  readonly events?: readonly EventLog[];
  readonly records?: LoadRecords;
}

/** What is not absent overrules the section `modbus:`. Milliseconds. */
export interface Timing {
  readonly timeout?: number;
  readonly retries?: number;
  readonly pauseAfterConnect?: number;
  readonly pauseBetweenRequests?: number;
  readonly closeAfterPoll?: boolean;
  /** Between two readings of the slow registers; a minute where nothing else is said. */
  readonly slowInterval?: number;
}

export type Model = ModbusModel | PayloadModel;
