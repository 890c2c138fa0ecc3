import { z } from 'zod';
import {
  type ByteOrder,
  type FunctionCode,
  type ModbusNumber,
  type Place,
  REGISTERS_OF,
  type RegisterType,
} from './model.ts';
import { numberExpected } from './written-number.ts';

/** How model files write where numbers stand, and what that means. Shared by registers, events, records and clocks. */

const REGISTER_TYPES = Object.keys(REGISTERS_OF) as readonly RegisterType[];

const LAST_REGISTER = 65_535;

export const registerType = z.enum(REGISTER_TYPES, { error: `expected one of ${REGISTER_TYPES.join(', ')}` });

export const functionCode = z.literal([3, 4], {
  error: 'expected function code 3 or 4: nothing else is ever sent to a meter for its registers',
});

export const byteOrder = z.literal(['ABCD', 'CDAB', 'BADC', 'DCBA'], { error: 'expected ABCD, CDAB, BADC or DCBA' });

export const scale = z.number({ error: numberExpected }).refine((factor) => factor !== 0, { error: 'expected not 0' });

/** What is beyond these two ends the judgement of what it stands in: everything else would follow from it. */
export function wholeNumber(from: number, to: number) {
  const beyond = { error: `expected a whole number from ${from} to ${to}`, abort: true };
  return z.int(beyond).min(from, beyond).max(to, beyond);
}

const HEXADECIMAL = "expected a quoted hexadecimal number such as '0x8000', or a list of them";
const hexadecimal = z.string().regex(/^0x[0-9a-f]+$/i);

/** The raw values that mean "no value": one or a list of them, still as text, whose length is their width. */
export const sentinels = z
  .union([hexadecimal, z.array(hexadecimal)], { error: HEXADECIMAL })
  .transform((written) => (typeof written === 'string' ? [written] : written));

/** The keys of a place without its type, which some places have a default for. */
export const placeKeys = {
  address: wholeNumber(0, LAST_REGISTER),
  byte_order: byteOrder.optional(),
  sign: z.literal(['twos', 'magnitude'], { error: 'expected twos or magnitude' }).default('twos'),
  bits: z.strictObject({ from: wholeNumber(0, 63), count: wholeNumber(1, 64) }).optional(),
  invalid: sentinels.optional(),
};

export interface WrittenPlace {
  readonly address: number;
  readonly type: RegisterType;
  readonly function_code?: FunctionCode | undefined;
  readonly byte_order?: ByteOrder | undefined;
  readonly sign: 'twos' | 'magnitude';
  readonly bits?: { readonly from: number; readonly count: number } | undefined;
  readonly invalid?: readonly string[] | undefined;
}

/** A number anywhere in a meter's registers, with its type said. */
export const place = z
  .strictObject({ ...placeKeys, type: registerType, function_code: functionCode.optional() })
  .superRefine(addFaults(faultsOfPlace));

/** A number that is no quantity. */
export const number = place.safeExtend({ scale: scale.default(1) });

/** Something wrong below the keys of `path`. */
export interface Fault {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** As the `superRefine` of a schema, whatever finds faults in what is right by its keys and types. */
export function addFaults<T>(faultsOf: (written: T) => Iterable<Fault>) {
  return (written: T, context: z.core.$RefinementCtx<T>): void => {
    for (const { path, message } of faultsOf(written)) {
      context.addIssue({ code: 'custom', path: [...path], message, input: written });
    }
  };
}

/** What cannot be together in one place. */
export function* faultsOfPlace({ address, type, sign, bits, invalid }: WrittenPlace): Generator<Fault> {
  const width = 16 * REGISTERS_OF[type];
  if (address + REGISTERS_OF[type] - 1 > LAST_REGISTER) {
    yield { path: ['address'], message: `expected the value to end at register ${LAST_REGISTER} or before` };
  }
  yield* faultsOfSentinels(invalid ?? [], type, ['invalid']);
  if (sign === 'magnitude' && !type.startsWith('int')) {
    yield { path: ['sign'], message: `expected twos: ${type} is no integer with a sign` };
  }
  if (!bits) return;
  if (!type.startsWith('int') && !type.startsWith('uint')) {
    yield { path: ['bits'], message: `expected bits of an integer type, found them of ${type}` };
  } else if (sign === 'magnitude') {
    yield { path: ['bits'], message: 'expected either bits or a sign: bits have none' };
  } else if (bits.from + bits.count > width) {
    const last = bits.from + bits.count - 1;
    yield {
      path: ['bits'],
      message: `expected bits within 0 to ${width - 1} of ${type}, found ${bits.from} to ${last}`,
    };
  }
}

/** A sentinel of another width would never be met, or would hide real values. */
export function* faultsOfSentinels(
  written: readonly string[],
  type: RegisterType,
  path: Fault['path'],
): Generator<Fault> {
  const digits = 4 * REGISTERS_OF[type];
  for (const text of written) {
    if (text.length !== digits + 2) {
      yield { path, message: `expected 0x and ${digits} hexadecimal digits, the width of ${type}, found ${text}` };
    }
  }
}

/** What a model says once for all its places. */
export interface PlaceDefaults {
  readonly functionCode: FunctionCode;
  readonly order: ByteOrder;
  readonly invalid: Readonly<Partial<Record<RegisterType, readonly string[]>>>;
}

/** The place as it is read, with the model's defaults where it says nothing itself. */
export function placeOf(written: WrittenPlace, defaults: PlaceDefaults): Place {
  const { address, type, sign, bits } = written;
  const invalid = written.invalid ?? defaults.invalid[type] ?? [];
  return {
    functionCode: written.function_code ?? defaults.functionCode,
    address,
    type,
    order: written.byte_order ?? defaults.order,
    ...(sign === 'magnitude' && { isSignMagnitude: true }),
    ...(bits && { bits }),
    ...(invalid.length > 0 && { invalid: invalid.map(BigInt) }),
  };
}

export function numberOf(written: WrittenPlace & { readonly scale: number }, defaults: PlaceDefaults): ModbusNumber {
  return { ...placeOf(written, defaults), scale: written.scale };
}
