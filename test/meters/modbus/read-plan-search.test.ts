import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { QUANTITY_NAMES } from '../../../src/domain/quantity.ts';
import { type Block, planReads, type ReadLimits, splitBlock } from '../../../src/meters/modbus/read-plan.ts';
import {
  type FunctionCode,
  type ModbusRegister,
  type Place,
  REGISTERS_OF,
  type RegisterType,
  type ScaleRegister,
} from '../../../src/meters/model.ts';
import { exponentAt, register } from './registers.ts';

/** The registers of a place, one by one: the slow way to ask about ranges. */
function addressesOf({ address, type }: Place): readonly number[] {
  return Array.from({ length: REGISTERS_OF[type] }, (_, index) => address + index);
}

function placesIn({ registers, scales }: Block): readonly Place[] {
  return [...registers, ...scales];
}

interface Layout {
  readonly registers: readonly ModbusRegister[];
  readonly scales: readonly ScaleRegister[];
  readonly forbidden: readonly (readonly [number, number])[];
}

/** A map without overlaps: places one after the other with gaps between them, some of which have a forbidden middle. */
function layouts(maxLength: number, withScales: boolean, withAlone: boolean): fc.Arbitrary<Layout> {
  const element = fc.record({
    gap: fc.oneof(fc.constant(0), fc.nat({ max: 12 })),
    isForbidden: fc.integer({ min: 0, max: 7 }).map((dice) => dice === 0),
    type: fc.constantFrom<RegisterType>('uint16', 'float32', 'float64'),
    isScale: withScales ? fc.boolean() : fc.constant(false),
    isAlone: withAlone ? fc.integer({ min: 0, max: 5 }).map((dice) => dice === 0) : fc.constant(false),
    scaledBy: fc.array(fc.nat({ max: 5 }), { maxLength: withScales ? 2 : 0 }),
    functionCode: fc.integer({ min: 0, max: 7 }).map((dice): FunctionCode => (dice === 0 ? 4 : 3)),
  });
  return fc.array(element, { maxLength }).map((elements) => {
    let address = 0;
    const forbidden: (readonly [number, number])[] = [];
    const placed = elements.map((each) => {
      if (each.isForbidden && each.gap > 2) forbidden.push([address + 1, address + each.gap - 2]);
      const at = address + each.gap;
      address = at + (each.isScale ? 1 : REGISTERS_OF[each.type]);
      return { ...each, address: at };
    });
    const scales = placed.filter((each) => each.isScale).map((each) => exponentAt(each.address, each.functionCode));
    const registers = placed
      .filter((each) => !each.isScale)
      .map(({ address: at, type, functionCode, isAlone, scaledBy }, index) =>
        register(at, {
          type,
          functionCode,
          isAlone,
          quantity: QUANTITY_NAMES[index % QUANTITY_NAMES.length] ?? 'frequency',
          scaledBy: [...new Set(scaledBy.flatMap((which) => scales[which] ?? []))],
        }),
      );
    const used = new Set(registers.flatMap(({ scaledBy }) => scaledBy));
    return { registers, scales: scales.filter((scale) => used.has(scale)), forbidden };
  });
}

const anyLimits = fc.record({ maxBlock: fc.integer({ min: 4, max: 30 }), maxGap: fc.integer({ min: 0, max: 12 }) });

/** True where one request may hold these places, judged register by register. */
function isAllowed(group: readonly Place[], alone: readonly Place[], each: ReadLimits): boolean {
  const taken = new Set(group.flatMap(addressesOf));
  const [first, last] = [Math.min(...taken), Math.max(...taken)];
  if (last - first + 1 > each.maxBlock || new Set(group.map(({ functionCode }) => functionCode)).size > 1) return false;
  const others = alone.filter((place) => !group.includes(place) && place.functionCode === group[0]?.functionCode);
  const shut = new Set(others.flatMap(addressesOf));
  let gap = 0;
  for (let address = first; address <= last; address += 1) {
    if (shut.has(address) || each.forbidden.some(([from, to]) => address >= from && address <= to)) return false;
    gap = taken.has(address) ? 0 : gap + 1;
    if (gap > each.maxGap) return false;
  }
  return true;
}

/** Every way to put things into groups. */
function* partitions<T>(things: readonly T[]): Generator<readonly (readonly T[])[]> {
  const [first, ...others] = things;
  if (first === undefined) return yield [];
  for (const rest of partitions(others)) {
    yield [[first], ...rest];
    for (const index of rest.keys()) {
      yield rest.map((group, at) => (at === index ? [first, ...group] : group));
    }
  }
}

/** Every way to cut a row. */
function* cuts<T>(row: readonly T[]): Generator<readonly (readonly T[])[]> {
  if (row.length === 0) return yield [];
  for (let length = 1; length <= row.length; length += 1) {
    for (const rest of cuts(row.slice(length))) yield [row.slice(0, length), ...rest];
  }
}

function partedFrom(groups: readonly (readonly Place[])[]): number {
  let parted = 0;
  for (const group of groups) {
    for (const place of group) {
      const scaledBy = 'scaledBy' in place && Array.isArray(place.scaledBy) ? place.scaledBy : [];
      parted += scaledBy.filter((scale) => !group.includes(scale)).length;
    }
  }
  return parted;
}

function registersRead(groups: readonly (readonly Place[])[]): number {
  const spans = groups.map((group) => {
    const addresses = group.flatMap(addressesOf);
    return Math.max(...addresses) - Math.min(...addresses) + 1;
  });
  return spans.reduce((sum, span) => sum + span, 0);
}

describe('the read plan of any map', () => {
  it('has every register and every scale register in exactly one request, whole, within the limits', () => {
    fc.assert(
      fc.property(layouts(40, true, true), anyLimits, ({ registers, scales, forbidden }, each) => {
        const all = { ...each, forbidden };
        const blocks = planReads(registers, all);
        expect(new Set(blocks.flatMap((block) => block.registers))).toEqual(new Set(registers));
        expect(new Set(blocks.flatMap((block) => block.scales))).toEqual(new Set(scales));
        expect(blocks.flatMap(placesIn)).toHaveLength(registers.length + scales.length);
        const alone = registers.filter(({ isAlone }) => isAlone);
        for (const block of blocks) {
          const places = placesIn(block);
          expect(isAllowed(places, alone, all)).toBe(true);
          if (places.some((place) => 'isAlone' in place && place.isAlone)) expect(places).toHaveLength(1);
          const addresses = places.flatMap(addressesOf);
          expect(block.start).toBe(Math.min(...addresses));
          expect(block.count).toBe(Math.max(...addresses) - Math.min(...addresses) + 1);
        }
      }),
    );
  });

  it('makes as few requests as the best grouping can, found by trying them all', () => {
    fc.assert(
      fc.property(layouts(6, false, true), anyLimits, ({ registers, forbidden }, each) => {
        const all = { ...each, forbidden };
        const alone = registers.filter(({ isAlone }) => isAlone);
        let [requests, read] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
        for (const groups of partitions(registers)) {
          if (groups.length > requests) continue;
          const isRight = groups.every(
            (group) => isAllowed(group, alone, all) && (group.length === 1 || group.every(({ isAlone }) => !isAlone)),
          );
          if (!isRight) continue;
          read = Math.min(groups.length < requests ? Number.POSITIVE_INFINITY : read, registersRead(groups));
          requests = groups.length;
        }
        const blocks = planReads(registers, all);
        expect(blocks).toHaveLength(requests);
        expect(blocks.reduce((sum, { count }) => sum + count, 0)).toBe(registers.length > 0 ? read : 0);
      }),
      { numRuns: 150 },
    );
  });

  it('keeps values with their scale registers as well as the best cutting can, and then makes the fewest requests', () => {
    fc.assert(
      fc.property(layouts(8, true, false), anyLimits, ({ registers, scales, forbidden }, each) => {
        const all = { ...each, forbidden };
        const row = [...registers, ...scales].sort((a, b) => a.functionCode - b.functionCode || a.address - b.address);
        let best = [Number.POSITIVE_INFINITY, 0, 0];
        for (const groups of cuts(row)) {
          if (!groups.every((group) => isAllowed(group, [], all))) continue;
          const cost = [partedFrom(groups), groups.length, registersRead(groups)];
          const [a, b] = [cost, best].map(
            ([parted = 0, requests = 0, read = 0]) => parted * 1e6 + requests * 1e4 + read,
          );
          if (a !== undefined && b !== undefined && a < b) best = cost;
        }
        const groups = planReads(registers, all).map(placesIn);
        expect([partedFrom(groups), groups.length, registersRead(groups)]).toEqual(best);
      }),
      { numRuns: 150 },
    );
  });

  it('loses no place, however often it is parted', () => {
    fc.assert(
      fc.property(layouts(30, true, true), anyLimits, ({ registers, scales, forbidden }, each) => {
        let blocks = [...planReads(registers, { ...each, forbidden })];
        while (blocks.some((block) => placesIn(block).length > 1)) {
          blocks = blocks.flatMap((block) => splitBlock(block) ?? [block]);
        }
        expect(new Set(blocks.flatMap(placesIn))).toEqual(new Set([...registers, ...scales]));
        expect(blocks).toHaveLength(registers.length + scales.length);
        for (const block of blocks) {
          const [only] = placesIn(block);
          expect([block.start, block.count]).toEqual([only?.address, only && REGISTERS_OF[only.type]]);
        }
      }),
    );
  });
});
