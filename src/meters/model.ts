import { z } from 'zod';
import { isQuantity, QUANTITY_NAMES, type Quantity } from '../domain/quantity.ts';

/** How many 16-bit registers a value of each type takes. */
export const REGISTERS_OF = {
  int16: 1,
  uint16: 1,
  int32: 2,
  uint32: 2,
  float32: 2,
  int64: 4,
  uint64: 4,
  float64: 4,
} as const;

export type RegisterType = keyof typeof REGISTERS_OF;

const REGISTER_TYPES = Object.keys(REGISTERS_OF) as readonly RegisterType[];

export type FunctionCode = 3 | 4;

/** Words of a value on the wire: high word first, or low word first. Bytes inside a word are always big endian. */
export type WordOrder = 'ABCD' | 'CDAB';

const quantityName = z.custom<Quantity>((name) => typeof name === 'string' && isQuantity(name), {
  error: 'expected a quantity such as voltage_l1_n, current_l2 or active_power_total',
});

const functionCode = z.literal([3, 4], {
  error: 'expected function code 3 or 4: nothing else is ever sent to a meter',
});

const scale = z.number({ error: 'expected a number' }).refine((factor) => factor !== 0, { error: 'expected not 0' });

const register = z
  .strictObject({
    address: z.int({ error: 'expected the 0-based address on the wire' }).min(0).max(65_535),
    type: z.enum(REGISTER_TYPES, { error: `expected one of ${REGISTER_TYPES.join(', ')}` }).default('float32'),
    scale: scale.default(1),
    function_code: functionCode.optional(),
    invalid: z
      .string({ error: "expected a quoted hexadecimal word such as '0x8000'" })
      .regex(/^0x[0-9a-f]+$/i, { error: "expected a quoted hexadecimal word such as '0x8000'" })
      .optional(),
  })
  .refine(({ address, type }) => address + REGISTERS_OF[type] <= 65_536, {
    error: 'expected the value to end at register 65535 or before',
    path: ['address'],
  })
  .refine(({ invalid, type }) => invalid === undefined || invalid.length === 2 + 4 * REGISTERS_OF[type], {
    error: 'expected four hexadecimal digits for each register of the type',
    path: ['invalid'],
  });

const about = {
  id: z.string().regex(/^[a-z0-9][a-z0-9_-]*$/, { error: 'expected small letters, digits, - and _' }),
  name: z.string().min(1),
  source: z.string().min(1, { error: 'expected the document that the model is written from' }),
};

const modbusFile = z
  .strictObject({
    ...about,
    transport: z.literal('modbus'),
    function_code: functionCode,
    word_order: z.enum(['ABCD', 'CDAB']),
    max_block: z.int().min(4).max(125),
    max_gap: z.int().min(0).max(125),
    registers: z.partialRecord(quantityName, register),
  })
  .superRefine(({ registers, function_code }, context) => {
    for (const { quantity, message } of overlapsIn(registers, function_code)) {
      context.addIssue({ code: 'custom', path: ['registers', quantity, 'address'], message });
    }
  })
  .transform((file) => ({
    transport: file.transport,
    id: file.id,
    name: file.name,
    source: file.source,
    wordOrder: file.word_order,
    maxBlock: file.max_block,
    maxGap: file.max_gap,
    registers: QUANTITY_NAMES.flatMap((quantity): ModbusRegister[] => {
      const found = file.registers[quantity];
      if (!found) return [];
      const { address, type, scale, invalid } = found;
      const code = found.function_code ?? file.function_code;
      return [{ quantity, functionCode: code, address, type, scale, ...(invalid && { invalid: BigInt(invalid) }) }];
    }),
  }));

type WrittenRegisters = Readonly<Partial<Record<Quantity, z.output<typeof register>>>>;

/** Values that share a register. Asked only of a file that is right otherwise. */
function overlapsIn(registers: WrittenRegisters, usual: FunctionCode): { quantity: Quantity; message: string }[] {
  const placed = QUANTITY_NAMES.flatMap((quantity) => {
    const { address, type, function_code: code = usual } = registers[quantity] ?? {};
    if (address === undefined || type === undefined) return [];
    return [{ quantity, code, address, last: address + REGISTERS_OF[type] - 1 }];
  }).sort((a, b) => a.code - b.code || a.address - b.address);
  const overlaps: { quantity: Quantity; message: string }[] = [];
  let [before] = placed;
  for (const next of placed.slice(1)) {
    if (before?.code === next.code && next.address <= before.last) {
      const taken = `${before.quantity} takes ${before.address} to ${before.last}`;
      const found = `${next.quantity} at ${next.address}`;
      const message = `expected registers of its own: ${taken} with function code ${next.code}, found ${found}`;
      overlaps.push({ quantity: next.quantity, message });
    }
    if (before?.code !== next.code || next.last > before.last) before = next;
  }
  return overlaps;
}

const mqttFile = z
  .strictObject({
    ...about,
    transport: z.literal('mqtt'),
    format: z.literal('json'),
    time: z.strictObject({ field: z.string().min(1) }).optional(),
    fields: z.union(
      [
        z.literal('quantities'),
        z.record(z.string(), z.strictObject({ quantity: quantityName, scale: scale.default(1) })),
      ],
      { error: "expected 'quantities', or for each dotted path of the payload { quantity, scale }" },
    ),
  })
  .transform((file) => ({
    transport: file.transport,
    id: file.id,
    name: file.name,
    source: file.source,
    ...(file.time && { timePath: file.time.field.split('.') }),
    fields:
      file.fields === 'quantities'
        ? QUANTITY_NAMES.map((quantity): PayloadField => ({ path: [quantity], quantity, scale: 1 }))
        : Object.entries(file.fields).map(([path, field]): PayloadField => ({ path: path.split('.'), ...field })),
  }));

/** A model file: how a kind of meter is asked (Modbus) or understood (MQTT). Unknown keys are refused. */
export const modelFile = z.discriminatedUnion('transport', [modbusFile, mqttFile]);

/** One value in a meter's register map. `address` is 0-based, as on the wire; value = raw × scale. */
export interface ModbusRegister {
  readonly quantity: Quantity;
  readonly functionCode: FunctionCode;
  readonly address: number;
  readonly type: RegisterType;
  readonly scale: number;
  /** The raw value, unsigned, by which the meter says "no value". */
  readonly invalid?: bigint;
}

export interface ModbusModel {
  readonly transport: 'modbus';
  readonly id: string;
  readonly name: string;
  readonly source: string;
  readonly wordOrder: WordOrder;
  /** The most registers that one request may ask for. */
  readonly maxBlock: number;
  /** The most registers of no interest that one request may read over. */
  readonly maxGap: number;
  readonly registers: readonly ModbusRegister[];
}

export interface PayloadField {
  readonly path: readonly string[];
  readonly quantity: Quantity;
  readonly scale: number;
}

export interface MqttModel {
  readonly transport: 'mqtt';
  readonly id: string;
  readonly name: string;
  readonly source: string;
  readonly timePath?: readonly string[];
  readonly fields: readonly PayloadField[];
}

export type Model = ModbusModel | MqttModel;
