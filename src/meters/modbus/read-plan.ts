import { QUANTITY_NAMES } from '../../domain/quantity.ts';
import {
  type FunctionCode,
  type ModbusModel,
  type ModbusRegister,
  type Place,
  REGISTERS_OF,
  type ScaleRegister,
} from '../model.ts';

/** One request: `count` registers from `start` (0-based), and what its answer holds of what is wanted. */
export interface Block {
  readonly functionCode: FunctionCode;
  readonly start: number;
  readonly count: number;
  readonly registers: readonly ModbusRegister[];
  /** Scale registers of these values or of others. A block may hold nothing else. */
  readonly scales: readonly ScaleRegister[];
}

export type ReadLimits = Pick<ModbusModel, 'maxBlock' | 'maxGap' | 'forbidden'>;

type Wanted = ModbusRegister | ScaleRegister;

/**
 * The requests that read all registers and their scale registers, each once. No request is longer than maxBlock, reads
 * over more than maxGap registers in a row, touches a forbidden range or a value that is read alone, or cuts a value.
 * Values stand with their scale registers where these limits allow it, because a meter may change both at any time;
 * beyond that they are the fewest requests, and of those the ones with the fewest registers. The request with the
 * voltages comes first: its answer gives the reading its time.
 */
export function planReads(registers: readonly ModbusRegister[], limits: ReadLimits): readonly Block[] {
  const alone = registers.filter(({ isAlone }) => isAlone);
  const shared = [...registers.filter(({ isAlone }) => !isAlone), ...scalesOf(registers)].sort(byPlace);
  const blocks = [...alone.map((register) => blockOf(register, [])), ...fewestBlocks(shared, alone, limits)];
  return blocks.sort((a, b) => rank(a) - rank(b));
}

/** The block in two, parted at its widest gap, or in the middle where it has none; undefined for a single register. */
export function splitBlock({ registers, scales }: Block): readonly [Block, Block] | undefined {
  const wanted = [...registers, ...scales].sort(byPlace);
  // Bit fields have their register together: a gap below 0 is none to part at.
  let best = { at: 0, gap: -1, offCentre: 0 };
  let reach = 0;
  for (const [at, place] of wanted.entries()) {
    const gap = place.address - reach;
    const offCentre = Math.abs(wanted.length / 2 - at);
    const isBetter = gap > best.gap || (gap === best.gap && offCentre < best.offCentre);
    if (at > 0 && isBetter) best = { at, gap, offCentre };
    reach = Math.max(reach, endOf(place));
  }
  const [first, second] = [wanted[0], wanted[best.at]];
  if (!first || !second || best.at === 0) return undefined;
  return [blockOf(first, wanted.slice(1, best.at)), blockOf(second, wanted.slice(best.at + 1))];
}

/** True where the block's answer holds the whole place. */
export function isWithin(place: Place, block: Block): boolean {
  return place.functionCode === block.functionCode && isBetween(place, block.start, block.start + block.count);
}

/** Each scale register once, however many values it scales and however many objects say so. */
function scalesOf(registers: readonly ModbusRegister[]): readonly ScaleRegister[] {
  const byKey = new Map<string, ScaleRegister>();
  for (const { scaledBy } of registers) {
    for (const scale of scaledBy) byKey.set(`${scale.functionCode} ${scale.address} ${scale.type}`, scale);
  }
  return [...byKey.values()];
}

/** The best way to read the first so many places: it ends with a block that begins at place `begin`. */
interface Best {
  readonly begin: number;
  /** Values that stand without one of their scale registers. */
  readonly parted: number;
  readonly requests: number;
  readonly count: number;
}

/** The best of all ways to cut the sorted places into blocks: the best for the first n is made of the best for fewer. */
function fewestBlocks(wanted: readonly Wanted[], alone: readonly Place[], limits: ReadLimits): readonly Block[] {
  const isScaled = wanted.some((place) => 'scaledBy' in place && place.scaledBy.length > 0);
  const best: (Best | undefined)[] = [{ begin: 0, parted: 0, requests: 0, count: 0 }];
  for (const [begin, first] of wanted.entries()) {
    const before = best[begin];
    if (!before) continue;
    for (const [offset, reach] of reachesFrom(begin, wanted, alone, limits).entries()) {
      const end = begin + offset + 1;
      const parted = before.parted + (isScaled ? partedIn(wanted.slice(begin, end), first.address, reach) : 0);
      const next = { begin, parted, requests: before.requests + 1, count: before.count + reach - first.address };
      if (isBetter(next, best[end])) best[end] = next;
    }
  }
  const blocks: Block[] = [];
  for (let end = wanted.length; end > 0; end = best[end]?.begin ?? 0) {
    const [first, ...others] = wanted.slice(best[end]?.begin ?? 0, end);
    if (first) blocks.push(blockOf(first, others));
  }
  return blocks.reverse();
}

/** How far the blocks reach that begin with this place and take one, two, three ... places, as many as the limits allow. */
function reachesFrom(
  begin: number,
  wanted: readonly Wanted[],
  alone: readonly Place[],
  { maxBlock, maxGap, forbidden }: ReadLimits,
): readonly number[] {
  const first = wanted[begin];
  if (!first) return [];
  const { functionCode, address: start } = first;
  const reaches = [endOf(first)];
  for (const place of wanted.slice(begin + 1)) {
    const reach = reaches.at(-1) ?? start;
    const end = Math.max(reach, endOf(place));
    if (place.functionCode !== functionCode || place.address - reach > maxGap || end - start > maxBlock) break;
    if (forbidden.some(([from, to]) => from < end && to >= start)) break;
    if (alone.some((own) => own.functionCode === functionCode && own.address < end && endOf(own) > start)) break;
    reaches.push(end);
  }
  return reaches;
}

function partedIn(block: readonly Wanted[], start: number, end: number): number {
  let parted = 0;
  for (const place of block) {
    if (!('scaledBy' in place)) continue;
    for (const scale of place.scaledBy) {
      if (scale.functionCode !== place.functionCode || !isBetween(scale, start, end)) parted += 1;
    }
  }
  return parted;
}

function isBetter(a: Best, b: Best | undefined): boolean {
  return !b || (a.parted - b.parted || a.requests - b.requests || a.count - b.count) < 0;
}

function isBetween(place: Place, start: number, end: number): boolean {
  return start <= place.address && endOf(place) <= end;
}

function endOf({ address, type }: Place): number {
  return address + REGISTERS_OF[type];
}

function byPlace(a: Place, b: Place): number {
  return a.functionCode - b.functionCode || a.address - b.address;
}

function blockOf(first: Wanted, others: readonly Wanted[]): Block {
  const all = [first, ...others];
  return {
    functionCode: first.functionCode,
    start: first.address,
    count: Math.max(...all.map(endOf)) - first.address,
    registers: all.filter((place): place is ModbusRegister => 'quantity' in place),
    scales: all.filter((place): place is ScaleRegister => 'means' in place),
  };
}

/** The list of quantities begins with the voltages. */
function rank({ registers }: Block): number {
  return Math.min(QUANTITY_NAMES.length, ...registers.map(({ quantity }) => QUANTITY_NAMES.indexOf(quantity)));
}
