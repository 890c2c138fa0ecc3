import { describe, expect, it } from 'vitest';
import { type Block, planReads, splitBlock } from '../../../src/meters/modbus/read-plan.ts';
import type { ModbusRegister } from '../../../src/meters/model.ts';
import { exponentAt, limits, register } from './registers.ts';

function ranges(blocks: readonly Block[]): readonly string[] {
  return blocks.map(({ functionCode, start, count }) => `${functionCode}: ${start}..${start + count - 1}`);
}

describe('a read plan', () => {
  it('of SunSpec reads the powers of ten with what they scale, in one request', () => {
    const [amps, volts] = [exponentAt(6), exponentAt(15)];
    const int16 = { type: 'int16' } as const;
    const registers = [
      register(3, { ...int16, quantity: 'current_l1', scaledBy: [amps] }),
      register(4, { ...int16, quantity: 'current_l2', scaledBy: [amps] }),
      // The same register in another object, as a model has it whose addresses were moved.
      register(5, { ...int16, quantity: 'current_l3', scaledBy: [{ ...amps }] }),
      register(8, { ...int16, quantity: 'voltage_l1_n', scaledBy: [volts] }),
    ];
    const blocks = planReads(registers, limits({ maxGap: 10 }));
    expect(ranges(blocks)).toEqual(['3: 3..15']);
    expect(blocks[0]?.scales).toHaveLength(2);
  });

  it('rather reads more registers, or makes one more request, than to part a value from its scale register', () => {
    const scale = exponentAt(20);
    const scaled = register(10, { type: 'int16', scaledBy: [scale] });
    const plain = register(10, { type: 'int16' });
    const each = limits({ maxBlock: 12, maxGap: 20 });
    const ranged = (middle: ModbusRegister, ...others: ModbusRegister[]) =>
      ranges(planReads([register(0), middle, ...others], each)).toSorted();
    expect(ranged(scaled)).toEqual(['3: 0..1', '3: 10..20']);
    expect(ranged(scaled, register(30))).toEqual(['3: 0..1', '3: 10..20', '3: 30..31']);
    expect(ranged(plain, register(20, { type: 'int16' }), register(30))).toHaveLength(2);
  });

  it('of as few requests chooses the ones with the fewest registers', () => {
    const registers = [0, 2, 12].map((address) => register(address));
    expect(ranges(planReads(registers, limits({ maxBlock: 12, maxGap: 20 })))).toEqual(['3: 0..3', '3: 12..13']);
    const others = [0, 10, 12].map((address) => register(address));
    expect(ranges(planReads(others, limits({ maxBlock: 12, maxGap: 20 })))).toEqual(['3: 0..1', '3: 10..13']);
  });

  it('reads a scale register that is too far away in a request of its own, last', () => {
    const far = exponentAt(900);
    const registers = [register(0, { scaledBy: [far] }), register(2, { quantity: 'voltage_l1_n', scaledBy: [far] })];
    const blocks = planReads(registers, limits({ maxGap: 125 }));
    expect(ranges(blocks)).toEqual(['3: 0..3', '3: 900..900']);
    expect(blocks[1]).toMatchObject({ registers: [], scales: [far] });
  });

  it('never begins or ends inside a value, even where the limit of a request falls there', () => {
    const registers = [0, 2, 4, 6].map((address) => register(address));
    expect(ranges(planReads(registers, limits({ maxBlock: 5 })))).toEqual(['3: 0..3', '3: 4..7']);
  });

  it('goes round a forbidden range and round a value that is read alone, though the gap would allow it', () => {
    const registers = [register(0), register(10), register(20, { isAlone: true }), register(30)];
    const blocks = planReads(registers, limits({ maxGap: 50, forbidden: [[5, 5]] }));
    expect(ranges(blocks).toSorted()).toEqual(['3: 0..1', '3: 10..11', '3: 20..21', '3: 30..31']);
    const others = [register(0), register(10), register(20, { isAlone: true, functionCode: 4 }), register(30)];
    expect(ranges(planReads(others, limits({ maxGap: 50 })))).toEqual(['4: 20..21', '3: 0..31']);
  });

  it('is not parted by a forbidden range that lies beside its requests', () => {
    const registers = [register(0), register(4)];
    for (const [first, last, count] of [
      [2, 3, 2],
      [1000, 1001, 1],
      [3, 3, 2],
      [6, 7, 1],
    ] as const) {
      expect(planReads(registers, limits({ maxGap: 2, forbidden: [[first, last]] }))).toHaveLength(count);
    }
  });

  it('asks for the voltages first, because their answer gives the reading its time', () => {
    const registers = [
      register(0),
      register(100, { quantity: 'current_l1' }),
      register(200, { quantity: 'voltage_l2_n' }),
      register(300, { quantity: 'voltage_l1_n', isAlone: true }),
    ];
    expect(ranges(planReads(registers, limits()))).toEqual(['3: 300..301', '3: 200..201', '3: 100..101', '3: 0..1']);
  });
});

describe('a refused request', () => {
  it('is parted at its widest gap, so that what is there is found without what is not', () => {
    const block = planReads(
      [0, 2, 12, 16].map((address) => register(address)),
      limits({ maxGap: 20 }),
    )[0];
    if (!block) throw new Error('no block');
    expect(splitBlock(block)).toMatchObject([
      { start: 0, count: 4 },
      { start: 12, count: 6 },
    ]);
  });

  it('without a gap is parted in the middle', () => {
    const block = planReads(
      [0, 2, 4, 6, 8, 10].map((address) => register(address)),
      limits(),
    )[0];
    expect(block && splitBlock(block)?.map(({ start, count }) => [start, count])).toEqual([
      [0, 6],
      [6, 6],
    ]);
  });

  it('is not parted between bit fields of one register: nothing could be told apart', () => {
    const bits = (from: number) => register(7, { type: 'uint16', bits: { from, count: 4 } });
    const [block] = planReads([bits(0), bits(4), bits(8)], limits());
    expect(block).toMatchObject({ start: 7, count: 1 });
    expect(block && splitBlock(block)).toBeUndefined();
  });
});
