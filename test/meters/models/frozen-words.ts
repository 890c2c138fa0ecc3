import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { isQuantity, type Quantity } from '../../../src/domain/quantity.ts';
import type { Block } from '../../../src/meters/modbus/read-plan.ts';
import { type FunctionCode, type ModbusModel, REGISTERS_OF } from '../../../src/meters/model.ts';
import { loadModels } from '../../../src/meters/model-files.ts';
import { MODELS_FOLDER } from '../fixtures.ts';

const FOLDER = fileURLToPath(new URL('../../cases/meter-words/', import.meta.url));

const quantityName = z.custom<Quantity>((name) => typeof name === 'string' && isQuantity(name));
const address = z.string().regex(/^0x[0-9A-F]{4}$/);
const run = z.string().regex(/^[0-9A-F]{4}( [0-9A-F]{4})*$/);
const words = z.record(address, run);

const frozen = z.strictObject({
  device: z.string(),
  /** By function code and address, the words of one value as they stand on the wire. */
  words: z.strictObject({ '3': words.optional(), '4': words.optional() }),
  /** Primary values in our units. */
  values: z.partialRecord(quantityName, z.number()),
  /** Other words by which the device says that it has no value, and what is missing then. */
  absent: z
    .array(
      z.strictObject({
        function_code: z.literal([3, 4]),
        address,
        words: run,
        missing: z.partialRecord(quantityName, z.enum(['not a number', 'not available'])),
      }),
    )
    .default([]),
  /** What stands beside the values: ratios, the clock, what an event is made of. */
  beside: z.record(z.string(), z.number()).default({}),
});

/**
 * The registers of a device as its document describes them, with the values that they stand for: worked out from the
 * documents once, by a script that shares nothing with the program or the model files.
 */
export type FrozenMeter = z.output<typeof frozen>;

export type Absence = FrozenMeter['absent'][number];

export const FROZEN: ReadonlyMap<string, FrozenMeter> = new Map(
  readdirSync(FOLDER)
    .filter((name) => name.endsWith('.json'))
    .map((name) => [name.replace('.json', ''), frozen.parse(JSON.parse(readFileSync(FOLDER + name, 'utf8')))]),
);

const LOADED = loadModels([MODELS_FOLDER]);

export const SHIPPED_MODBUS: ReadonlyMap<string, ModbusModel> = new Map(
  [...LOADED.models].flatMap(([id, model]) => (model.transport === 'modbus' ? [[id, model] as const] : [])),
);

export function modbusModel(id: string): ModbusModel {
  const model = SHIPPED_MODBUS.get(id);
  if (model) return model;
  throw new Error(
    `${id} is not shipped: ${LOADED.problems.map(({ file, expected }) => `${file} ${expected}`).join('; ')}`,
  );
}

/** The device when it has no value there. */
export function without(meter: FrozenMeter, { function_code: code, address, words }: Absence): FrozenMeter {
  return { ...meter, words: { ...meter.words, [code]: { ...meter.words[code], [address]: words } } };
}

/** What the device has at each address. */
export function memoryOf({ words }: FrozenMeter, code: FunctionCode): ReadonlyMap<number, number> {
  return new Map(
    Object.entries(words[code] ?? {}).flatMap(([address, run]) =>
      run.split(' ').map((word, index) => [Number(address) + index, Number.parseInt(word, 16)] as const),
    ),
  );
}

/** What nobody may look at: the words between the values that a request reads over. */
const IN_A_GAP = 0xdead;

/** The bytes that the device answers a request with. A value that its document does not have fails the test. */
export function answerOf(block: Block, meter: FrozenMeter): Buffer {
  const memory = memoryOf(meter, block.functionCode);
  const wanted = new Set(
    [...block.registers, ...block.scales].flatMap(({ address, type }) =>
      Array.from({ length: REGISTERS_OF[type] }, (_, index) => address + index),
    ),
  );
  const bytes = Buffer.alloc(2 * block.count);
  for (let index = 0; index < block.count; index++) {
    const address = block.start + index;
    const word = memory.get(address);
    if (word === undefined && wanted.has(address)) {
      throw new Error(`${meter.device} has nothing at ${address} with function code ${block.functionCode}`);
    }
    bytes.writeUInt16BE(word ?? IN_A_GAP, 2 * index);
  }
  return bytes;
}
