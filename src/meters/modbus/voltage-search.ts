import { nominalPhaseVolts, SINGLE_PHASE_KV } from '../../domain/nominal-voltage.ts';
import { LINE_VOLTAGES, PHASE_VOLTAGES, type Quantity } from '../../domain/quantity.ts';
import type { Values } from '../../domain/reading.ts';
import type { ByteOrder, FunctionCode, ModbusModel, ModbusRegister } from '../model.ts';
import { primaryOf, type Rating } from '../rating.ts';
import { blockRequest } from './block-request.ts';
import { MeterError, ModbusException } from './errors.ts';
import { byDoubt, type Doubt, doubtOf, TELLING_POWERS } from './finding-doubt.ts';
import { planReads } from './read-plan.ts';
import type { Ask } from './request.ts';
import { readThoroughly } from './thorough-reading.ts';
import { type BlockAnswer, rawValues } from './values.ts';

/** How the voltages would make sense, in place of how they are read. */
export interface VoltageFinding {
  readonly shift: -1 | 0 | 1;
  readonly functionCode: FunctionCode;
  readonly order: ByteOrder;
  /** How the model has it. */
  readonly modelled: ModbusRegister;
  /** The voltages alone. */
  readonly values: Values;
  readonly doubt: Doubt;
}

const VOLTAGES: readonly Quantity[] = [...PHASE_VOLTAGES, ...LINE_VOLTAGES];

/** Of nominal: what is read at a wrong address or in a wrong order is off by powers of ten. */
const LOWEST = 0.5;
const HIGHEST = 1.5;

/** V, where no nominal voltage is known. */
const ANY_LOWEST = 40;
const ANY_HIGHEST = 1e6;
const ALIKE = 1.5;

/** Whether a voltage of the reading can be one of the supply point; undefined without any voltage. `nominalKv` in kV. */
export function areVoltagesPlausible(values: Values, nominalKv?: number): boolean | undefined {
  const judged = judgedVoltages(values, nominalKv);
  return judged.length === 0 ? undefined : judged.some((isPlausible) => isPlausible);
}

function judgedVoltages(values: Values, nominalKv: number | undefined): readonly boolean[] {
  return VOLTAGES.flatMap((quantity) => {
    const volts = values[quantity];
    if (volts === undefined) return [];
    if (nominalKv === undefined) return [volts >= ANY_LOWEST && volts <= ANY_HIGHEST];
    const nominal = nominalOf(quantity, nominalKv);
    return [volts >= LOWEST * nominal && volts <= HIGHEST * nominal];
  });
}

function nominalOf(quantity: Quantity, nominalKv: number): number {
  const isLine = LINE_VOLTAGES.some((line) => line === quantity);
  return isLine || nominalKv <= SINGLE_PHASE_KV ? 1000 * nominalKv : nominalPhaseVolts(1000 * nominalKv);
}

export interface VoltageSearchParts {
  readonly unit: number;
  readonly model: ModbusModel;
  readonly rating: Rating;
  readonly nominalKv?: number;
  readonly ask: Ask;
}

/**
 * Tries the voltages one register up and down and with their words exchanged, and if that does not help with the other
 * function code. Gives every way in which all of them make sense, the likeliest first: floats in a row with exchanged words
 * look like floats one register up. Nothing is read but the voltages, and where they make sense the powers, by which the
 * ways are told apart.
 */
export async function searchVoltages(parts: VoltageSearchParts): Promise<readonly VoltageFinding[]> {
  const registers = parts.model.registers.filter(({ quantity }) => VOLTAGES.includes(quantity));
  const [modelled] = registers;
  if (!modelled || parts.model.sunspec) return [];
  const other = modelled.functionCode === 3 ? 4 : 3;
  for (const functionCode of [modelled.functionCode, other] as const) {
    const findings: VoltageFinding[] = [];
    for (const shift of [0, 1, -1] as const) {
      if (registers.some(({ address }) => address + shift < 0 || address + shift > 0xffff)) continue;
      const moved = registers.map((register) => ({ ...register, functionCode, address: register.address + shift }));
      const found = await findingsIn(moved, parts, { shift, functionCode, modelled });
      if (found === 'silent') return findings.sort((a, b) => byDoubt(a.doubt, b.doubt));
      findings.push(...(await doubted(found, parts)));
    }
    if (findings.length > 0) return findings.sort((a, b) => byDoubt(a.doubt, b.doubt));
  }
  return [];
}

type Undoubted = Omit<VoltageFinding, 'doubt'>;

/** Each way with what the powers say of it that are read in the same way. */
async function doubted(
  findings: readonly Undoubted[],
  { ask, model, rating, unit }: VoltageSearchParts,
): Promise<readonly VoltageFinding[]> {
  const [first] = findings;
  if (!first) return [];
  const { functionCode, modelled, shift } = first;
  const powers = model.registers
    .filter(({ quantity }) => TELLING_POWERS.some((power) => power === quantity))
    .map((register) => ({
      ...register,
      functionCode: register.functionCode === modelled.functionCode ? functionCode : register.functionCode,
      address: register.address + shift,
    }))
    .filter(({ address }) => address >= 0 && address <= 0xffff);
  const answers = await readThoroughly(unit, planReads(powers, model), ask, { isAnswering: true });
  return findings.map((finding) => {
    const read = answers.map((answer) => (finding.order === modelled.order ? answer : withExchangedWords(answer)));
    const { values } = primaryOf(rawValues(read), rating);
    const missing = powers.filter(({ quantity }) => values[quantity] === undefined).length;
    return { ...finding, doubt: doubtOf({ ...values, ...finding.values }, missing, powers.length) };
  });
}

async function findingsIn(
  moved: readonly ModbusRegister[],
  { ask, model, nominalKv, rating, unit }: VoltageSearchParts,
  where: Omit<Undoubted, 'order' | 'values'>,
): Promise<readonly Undoubted[] | 'silent'> {
  const answers: BlockAnswer[] = [];
  for (const block of planReads(moved, model)) {
    try {
      answers.push({ block, bytes: await ask(blockRequest(unit, block)) });
    } catch (error) {
      if (error instanceof ModbusException) return [];
      if (error instanceof MeterError) return 'silent';
      throw error;
    }
  }
  return [where.modelled.order, exchanged(where.modelled.order)].flatMap((order) => {
    const { values, missing } = primaryOf(rawValues(answers.map((answer) => inOrder(answer, order))), rating);
    const isWhole = Object.keys(missing).length === 0 && areAlike(values);
    const isFound = isWhole && judgedVoltages(values, nominalKv).every((isPlausible) => isPlausible);
    return isFound ? [{ ...where, order, values }] : [];
  });
}

function inOrder({ block, bytes }: BlockAnswer, order: ByteOrder): BlockAnswer {
  return { block: { ...block, registers: block.registers.map((register) => ({ ...register, order })) }, bytes };
}

function withExchangedWords({ block, bytes }: BlockAnswer): BlockAnswer {
  const registers = block.registers.map((register) => ({ ...register, order: exchanged(register.order) }));
  return { block: { ...block, registers }, bytes };
}

/** Any garbage of floats lies within a million volts now and then; three pieces of it are not alike. */
function areAlike(values: Values): boolean {
  return [PHASE_VOLTAGES, LINE_VOLTAGES].every((quantities) => {
    const volts = quantities.flatMap((quantity) => values[quantity] ?? []);
    return volts.length === 0 || Math.max(...volts) <= ALIKE * Math.min(...volts);
  });
}

/** The same with its words the other way round. */
function exchanged(order: ByteOrder): ByteOrder {
  const other = { ABCD: 'CDAB', CDAB: 'ABCD', BADC: 'DCBA', DCBA: 'BADC' } as const satisfies Record<
    ByteOrder,
    ByteOrder
  >;
  return other[order];
}
