import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PHASE_VOLTAGES, QUANTITY_NAMES } from '../../../src/domain/quantity.ts';
import { type Block, planReads, splitBlock } from '../../../src/meters/modbus/read-plan.ts';
import { type FunctionCode, type ModbusRegister, REGISTERS_OF, type RegisterType } from '../../../src/meters/model.ts';
import { shippedModels } from '../fixtures.ts';

const registers: fc.Arbitrary<ModbusRegister[]> = fc
  .array(
    fc.record({
      functionCode: fc.constantFrom<FunctionCode>(3, 4),
      address: fc.integer({ min: 0, max: 400 }),
      type: fc.constantFrom<RegisterType>('uint16', 'float32', 'float64'),
    }),
    { maxLength: QUANTITY_NAMES.length },
  )
  .map((places) =>
    places.flatMap((place, index) => {
      const quantity = QUANTITY_NAMES[index];
      return quantity ? [{ ...place, quantity, scale: 1 }] : [];
    }),
  );
const limits = fc.record({ maxBlock: fc.integer({ min: 4, max: 125 }), maxGap: fc.integer({ min: 0, max: 40 }) });

/** A float of the model at an address. */
function at(address: number): ModbusRegister {
  return { functionCode: 4, address, type: 'float32', quantity: 'frequency', scale: 1 };
}

function holds(block: Block, { functionCode, address, type }: ModbusRegister): boolean {
  const end = address + REGISTERS_OF[type];
  return block.functionCode === functionCode && block.start <= address && end <= block.start + block.count;
}

/** The fewest blocks by exhaustive choice of cuts: the slow second way. */
function fewest(sorted: readonly ModbusRegister[], { maxBlock, maxGap }: { maxBlock: number; maxGap: number }): number {
  const best = [0];
  for (let end = 1; end <= sorted.length; end += 1) {
    best[end] = Number.POSITIVE_INFINITY;
    for (let begin = end - 1; begin >= 0; begin -= 1) {
      const group = sorted.slice(begin, end);
      let reach = group[0]?.address ?? 0;
      const fits = group.every(({ address, type, functionCode }) => {
        const isNear = address - reach <= maxGap && functionCode === group[0]?.functionCode;
        reach = Math.max(reach, address + REGISTERS_OF[type]);
        return isNear && reach - (group[0]?.address ?? 0) <= maxBlock;
      });
      if (fits) best[end] = Math.min(best[end] ?? 0, (best[begin] ?? 0) + 1);
    }
  }
  return best[sorted.length] ?? 0;
}

describe('a read plan', () => {
  it('reads every value whole and once, within the limits, in the fewest requests', () => {
    fc.assert(
      fc.property(registers, limits, (wanted, { maxBlock, maxGap }) => {
        const blocks = planReads({ registers: wanted, maxBlock, maxGap });
        expect(blocks.flatMap((block) => block.registers)).toHaveLength(wanted.length);
        for (const register of wanted) {
          expect(blocks.filter((block) => block.registers.includes(register) && holds(block, register))).toHaveLength(
            1,
          );
        }
        for (const block of blocks) {
          expect(block.count).toBeLessThanOrEqual(maxBlock);
          const taken = new Set(
            block.registers.flatMap(({ address, type }) =>
              Array.from({ length: REGISTERS_OF[type] }, (_, index) => address + index),
            ),
          );
          expect(taken.has(block.start) && taken.has(block.start + block.count - 1)).toBe(true);
          let gap = 0;
          for (let address = block.start; address < block.start + block.count; address += 1) {
            gap = taken.has(address) ? 0 : gap + 1;
            expect(gap).toBeLessThanOrEqual(maxGap);
          }
        }
        const sorted = wanted.toSorted((a, b) => a.functionCode - b.functionCode || a.address - b.address);
        expect(blocks).toHaveLength(fewest(sorted, { maxBlock, maxGap }));
      }),
    );
  });

  it.each([
    ['sdm630', ['4: 0..57', '4: 200..245', '4: 60..79']],
    ['pac4200', ['3: 1..68', '3: 261..296']],
    ['pm5xxx', ['3: 2999..3110', '3: 21299..21334', '3: 3203..3226']],
  ])('of %s asks for the voltages first', (id, expected) => {
    const model = shippedModels().get(id);
    if (model?.transport !== 'modbus') throw new Error(`no model ${id}`);
    const blocks = planReads(model);
    expect(blocks.map(({ functionCode, start, count }) => `${functionCode}: ${start}..${start + count - 1}`)).toEqual(
      expected,
    );
    expect(blocks[0]?.registers.map(({ quantity }) => quantity)).toEqual(
      expect.arrayContaining(PHASE_VOLTAGES.slice()),
    );
  });

  it('of a refused block parts it at its widest gap, so that what is there is found without what is not', () => {
    const block = planReads({ registers: [0, 2, 12, 16].map(at), maxBlock: 60, maxGap: 20 })[0];
    if (!block) throw new Error('no block');
    expect(splitBlock(block)).toMatchObject([
      { start: 0, count: 4 },
      { start: 12, count: 6 },
    ]);
  });

  it('of a refused block loses no value, however often it is parted', () => {
    fc.assert(
      fc.property(registers, limits, (wanted, each) => {
        let blocks = [...planReads({ registers: wanted, ...each })];
        while (blocks.some((block) => block.registers.length > 1))
          blocks = blocks.flatMap((block) => splitBlock(block) ?? [block]);
        expect(blocks).toHaveLength(wanted.length);
        for (const {
          start,
          count,
          registers: [only],
        } of blocks) {
          expect({ start, count }).toEqual({ start: only?.address, count: only && REGISTERS_OF[only.type] });
        }
      }),
    );
  });
});
