import { z } from 'zod';
import { QUANTITY_NAMES, type Quantity } from '../domain/quantity.ts';
import type { FunctionCode, ModbusRegister, ScaleRegister, TimeFormat } from './model.ts';
import {
  addFaults,
  type Fault,
  faultsOfPlace,
  functionCode,
  type PlaceDefaults,
  place,
  placeKeys,
  placeOf,
  registerType,
  scale,
  type WrittenPlace,
} from './model-schema-places.ts';
import { lengthOf } from './model-schema-times.ts';
import { quantityName } from './quantity-name.ts';
import { numberExpected } from './written-number.ts';

/** How model files write values and their scale registers. */

const valueKeys = {
  ...placeKeys,
  type: registerType.default('float32'),
  scale: scale.default(1),
  offset: z.number({ error: numberExpected }).default(0),
  coding: z.literal('4-quadrant', { error: "expected '4-quadrant'" }).optional(),
};

const NAMES = 'expected the name of a scale register, or a list of names';
const names = z
  .union([z.string(), z.array(z.string())], { error: NAMES })
  .transform((written) => (typeof written === 'string' ? [written] : [...new Set(written)]));

const value = z
  .strictObject({
    ...valueKeys,
    function_code: functionCode.optional(),
    scaled_by: names.default([]),
    slow: z.boolean({ error: 'expected true or false' }).default(false),
    alone: z.boolean({ error: 'expected true or false' }).default(false),
  })
  .superRefine(addFaults(faultsOfPlace));

/** The section `registers:` of a model. */
export const registers = byQuantity(value);

/** The values of a load record: what is about requests has no meaning there. */
export const recordValues = byQuantity(z.strictObject(valueKeys).superRefine(addFaults(faultsOfPlace)));

function byQuantity<S extends z.ZodType>(each: S) {
  return z
    .partialRecord(quantityName, each)
    .refine((written) => Object.keys(written).length > 0, { error: 'expected at least one quantity' })
    .superRefine(addFaults(faultsOfCodings));
}

function* faultsOfCodings(written: Readonly<Partial<Record<Quantity, unknown>>>): Generator<Fault> {
  for (const [quantity, each] of Object.entries(written)) {
    const isCoded = typeof each === 'object' && each !== null && 'coding' in each && each.coding !== undefined;
    if (isCoded && !quantity.startsWith('power_factor_')) {
      yield { path: [quantity, 'coding'], message: 'expected no coding: only power factors have one' };
    }
  }
}

/** The section `scale_registers:`: named, so that values can share them. */
export const scaleRegisters = z.record(
  z.string(),
  place.safeExtend({
    means: z.literal(['exponent', 'factor', 'divisor'], { error: 'expected exponent, factor or divisor' }),
  }),
);

export type WrittenRegisters = z.output<typeof registers>;
export type WrittenScales = z.output<typeof scaleRegisters>;

/** Scale registers by name, each one object: all values that name it share it. */
export function scalesOf(written: WrittenScales, defaults: PlaceDefaults): ReadonlyMap<string, ScaleRegister> {
  return new Map(
    Object.entries(written).map(([name, scale]) => [name, { ...placeOf(scale, defaults), means: scale.means }]),
  );
}

type WrittenValue = WrittenPlace &
  Pick<z.output<typeof value>, 'scale' | 'offset' | 'coding'> &
  Partial<Pick<z.output<typeof value>, 'scaled_by' | 'slow' | 'alone'>>;

/** In the order of the list of quantities, whatever the order of the file. */
export function registersOf(
  written: Readonly<Partial<Record<Quantity, WrittenValue>>>,
  scales: ReadonlyMap<string, ScaleRegister>,
  defaults: PlaceDefaults,
): readonly ModbusRegister[] {
  return QUANTITY_NAMES.flatMap((quantity): ModbusRegister[] => {
    const found = written[quantity];
    if (!found) return [];
    const register = {
      ...placeOf(found, defaults),
      quantity,
      scale: found.scale,
      offset: found.offset,
      scaledBy: (found.scaled_by ?? []).flatMap((name) => scales.get(name) ?? []),
      isSlow: found.slow ?? false,
      isAlone: found.alone ?? false,
      ...(found.coding && { coding: found.coding }),
    };
    return [register];
  });
}

/** Scale registers that are named and not there, or there and never named. */
export function* faultsOfScales(registers: WrittenRegisters, scales: WrittenScales): Generator<Fault> {
  const used = new Set<string>();
  for (const [quantity, each] of Object.entries(registers)) {
    for (const name of each?.scaled_by ?? []) {
      used.add(name);
      if (Object.hasOwn(scales, name)) continue;
      yield {
        path: ['registers', quantity, 'scaled_by'],
        message: `expected a name of scale_registers, found '${name}'`,
      };
    }
  }
  for (const name of Object.keys(scales)) {
    if (used.has(name)) continue;
    yield { path: ['scale_registers', name], message: 'expected a value that is scaled by it: none names it' };
  }
}

/** A place of a file with the keys that lead to it and the name it has for people. */
export interface NamedPlace {
  readonly path: readonly (string | number)[];
  readonly name: string;
  readonly place: WrittenPlace & { readonly format?: TimeFormat };
}

/**
 * Places that share a register, bit fields aside: one of the two is wrong. Without a usual function code, as in a record,
 * the places have none.
 */
export function* faultsOfOverlap(places: readonly NamedPlace[], usual?: FunctionCode): Generator<Fault> {
  const placed = places
    .map(({ path, name, place }) => {
      const last = place.address + lengthOf(place) - 1;
      return { path, name, first: place.address, last, code: place.function_code ?? usual, isBits: !!place.bits };
    })
    .sort((a, b) => a.first - b.first);
  for (const [index, next] of placed.entries()) {
    const other = placed
      .slice(0, index)
      .find(({ code, last, isBits }) => code === next.code && last >= next.first && !(isBits && next.isBits));
    if (!other) continue;
    const taken = `${other.name} takes ${other.first} to ${other.last}`;
    const found = `${next.name} at ${next.first}`;
    const by = next.code === undefined ? '' : ` with function code ${next.code}`;
    const message = `expected registers of its own: ${taken}${by}, found ${found}`;
    yield { path: [...next.path, 'address'], message };
  }
}
