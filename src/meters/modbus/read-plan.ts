import { QUANTITY_NAMES } from '../../domain/quantity.ts';
import { type FunctionCode, type ModbusModel, type ModbusRegister, REGISTERS_OF } from '../model.ts';

/** One request: `count` registers from `start` (0-based), and the values that its answer holds. */
export interface Block {
  readonly functionCode: FunctionCode;
  readonly start: number;
  readonly count: number;
  readonly registers: readonly ModbusRegister[];
}

/**
 * The fewest requests that read all registers of a model: no request is longer than maxBlock, reads over more than
 * maxGap registers in a row, or cuts a value. The request with the voltages comes first, because its answer gives the
 * reading its time.
 */
export function planReads(model: Pick<ModbusModel, 'registers' | 'maxBlock' | 'maxGap'>): readonly Block[] {
  const blocks: Block[] = [];
  for (const register of model.registers.toSorted(byPlace)) {
    const last = blocks.at(-1);
    const joined = last && join(last, register, model);
    if (joined) blocks[blocks.length - 1] = joined;
    else blocks.push(blockOf(register));
  }
  return blocks.sort((a, b) => rank(a) - rank(b));
}

/** The block in two, parted at its widest gap, or in the middle where it has none; undefined for a single value. */
export function splitBlock({ registers }: Block): readonly [Block, Block] | undefined {
  let best = { at: 0, gap: Number.NEGATIVE_INFINITY, offCentre: 0 };
  for (let at = 1; at < registers.length; at++) {
    const [before, after] = [registers[at - 1], registers[at]];
    if (!before || !after) continue;
    const gap = after.address - (before.address + REGISTERS_OF[before.type]);
    const offCentre = Math.abs(registers.length / 2 - at);
    if (gap > best.gap || (gap === best.gap && offCentre < best.offCentre)) best = { at, gap, offCentre };
  }
  const [first, second] = [blockOfAll(registers.slice(0, best.at)), blockOfAll(registers.slice(best.at))];
  return first && second ? [first, second] : undefined;
}

function blockOfAll(registers: readonly ModbusRegister[]): Block | undefined {
  const [first, ...others] = registers;
  if (!first) return undefined;
  const end = Math.max(...registers.map(({ address, type }) => address + REGISTERS_OF[type]));
  return { ...blockOf(first), count: end - first.address, registers: [first, ...others] };
}

function byPlace(a: ModbusRegister, b: ModbusRegister): number {
  return a.functionCode - b.functionCode || a.address - b.address;
}

function blockOf(register: ModbusRegister): Block {
  const { functionCode, address, type } = register;
  return { functionCode, start: address, count: REGISTERS_OF[type], registers: [register] };
}

function join(
  block: Block,
  register: ModbusRegister,
  limits: Pick<ModbusModel, 'maxBlock' | 'maxGap'>,
): Block | undefined {
  const blockEnd = block.start + block.count;
  const count = Math.max(blockEnd, register.address + REGISTERS_OF[register.type]) - block.start;
  if (register.functionCode !== block.functionCode) return undefined;
  if (register.address - blockEnd > limits.maxGap || count > limits.maxBlock) return undefined;
  return { ...block, count, registers: [...block.registers, register] };
}

/** The list of quantities begins with the voltages. */
function rank(block: Block): number {
  return Math.min(...block.registers.map(({ quantity }) => QUANTITY_NAMES.indexOf(quantity)));
}
