import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { QUANTITY_NAMES, type Quantity } from '../../../src/domain/quantity.ts';
import { planReads, splitBlock } from '../../../src/meters/modbus/read-plan.ts';
import { type BlockAnswer, rawValues } from '../../../src/meters/modbus/values.ts';
import type { ModbusRegister, ScaleRegister } from '../../../src/meters/model.ts';

function register(quantity: Quantity, address: number, more: Partial<ModbusRegister> = {}): ModbusRegister {
  return {
    functionCode: 3,
    address,
    type: 'int16',
    order: 'ABCD',
    quantity,
    scale: 1,
    offset: 0,
    scaledBy: [],
    isSlow: false,
    isAlone: false,
    ...more,
  };
}

function scaleAt(address: number, means: ScaleRegister['means'], more: Partial<ScaleRegister> = {}): ScaleRegister {
  return { functionCode: 3, address, type: 'int16', order: 'ABCD', means, ...more };
}

/** What a meter whose registers hold these words answers to the plan; nothing for what begins at `silent`. */
function answersOf(
  registers: readonly ModbusRegister[],
  words: Readonly<Record<number, number>>,
  { maxGap = 0, silent = -1 } = {},
): readonly BlockAnswer[] {
  return planReads(registers, { maxBlock: 125, maxGap, forbidden: [] }).map((block) => {
    if (block.start === silent) return { block, bytes: undefined };
    const bytes = Buffer.alloc(2 * block.count);
    for (let index = 0; index < block.count; index += 1) {
      bytes.writeUInt16BE((words[block.start + index] ?? 0) & 0xffff, 2 * index);
    }
    return { block, bytes };
  });
}

function valuesOf(...args: Parameters<typeof answersOf>) {
  return Object.fromEntries(rawValues(answersOf(...args)));
}

describe('the values of a meter', () => {
  it('are raw numbers times their scale, plus their offset', () => {
    const registers = [
      register('voltage_l1_n', 0, { scale: 0.5 }),
      register('frequency', 1, { scale: 0.01, offset: 40 }),
      register('energy_active_import', 7, { type: 'uint32', scale: 1000 }),
    ];
    const values = valuesOf(registers, { 0: 461, 1: 1002, 7: 1, 8: 2 });
    // 65538 kWh; 40 Hz + 10.02 Hz.
    expect(values).toEqual({
      voltage_l1_n: 230.5,
      frequency: expect.closeTo(50.02, 9),
      energy_active_import: 65_538_000,
    });
  });

  it('of a request without an answer are not readable, of a short one not there, and the others are there', () => {
    const registers = [
      register('voltage_l1_n', 0),
      register('current_l1', 20, { type: 'float32' }),
      register('frequency', 40),
    ];
    const answers = answersOf(registers, { 0: 230, 40: 50 }, { silent: 20 });
    expect(Object.fromEntries(rawValues(answers))).toEqual({
      voltage_l1_n: 230,
      current_l1: 'not readable',
      frequency: 50,
    });
    const short = answers.map(({ block, bytes }) => ({ block, bytes: block.start === 20 ? Buffer.alloc(2) : bytes }));
    expect(Object.fromEntries(rawValues(short)).current_l1).toBe('not in the answer');
  });

  it('that grow beyond all numbers with their scale are none', () => {
    const huge = register('active_power_total', 0, { type: 'float64', scale: 1e300 });
    // 0x7F00... is 2^1009, about 5.5e303.
    expect(valuesOf([huge], { 0: 0x7f00 })).toEqual({ active_power_total: 'not a number' });
  });

  it('of the same blocks are read anew from each answer', () => {
    const [answer] = answersOf([register('frequency', 3)], { 3: 50 });
    if (!answer) throw new Error('no block');
    const values = [50, 49, 50].map((word) => {
      const bytes = Buffer.from([0, word]);
      return rawValues([{ block: answer.block, bytes }])[0]?.[1];
    });
    expect(values).toEqual([50, 49, 50]);
  });
});

describe('a scale register', () => {
  const volts = scaleAt(15, 'exponent', { invalid: [0x8000n] });
  const scaled = [register('voltage_l1_n', 8, { scaledBy: [volts] })];

  it.each([
    [-1, 230.1],
    [-2, 23.01],
    [0, 2301],
    [2, 230_100],
  ])('with the exponent %d moves the point', (exponent, expected) => {
    expect(valuesOf(scaled, { 8: 2301, 15: exponent }, { maxGap: 10 })).toEqual({ voltage_l1_n: expected });
  });

  it.each(['same', 'other'])('without a value leaves what it scales without one, in the %s request', (request) => {
    const maxGap = request === 'same' ? 10 : 0;
    expect(valuesOf(scaled, { 8: 2301, 15: 0x8000 }, { maxGap })).toEqual({ voltage_l1_n: 'not available' });
  });

  it('that is not readable leaves what it scales not readable, and nothing else', () => {
    const both = [...scaled, register('current_l1', 9)];
    const values = valuesOf(both, { 8: 2301, 9: 7 }, { silent: 15 });
    expect(values).toEqual({ voltage_l1_n: 'not readable', current_l1: 7 });
  });

  it('that was not answered leaves what it scales not answered', () => {
    const answers = answersOf(scaled, { 8: 2301 }, { silent: 15 }).map((answer) =>
      answer.bytes ? answer : { ...answer, missing: 'not answered' as const },
    );
    expect(rawValues(answers)).toEqual([['voltage_l1_n', 'not answered']]);
  });

  it('that was never asked for leaves what it scales not readable', () => {
    const answers = answersOf(scaled, { 8: 2301, 15: 0 }).filter(({ block }) => block.registers.length > 0);
    expect(rawValues(answers)).toEqual([['voltage_l1_n', 'not readable']]);
  });

  it('counts from whichever answer holds it: from another request, from the other half, from another object', () => {
    const far = scaleAt(900, 'exponent');
    const registers = [register('voltage_l1_n', 8, { scaledBy: [far] })];
    expect(valuesOf(registers, { 8: 2301, 900: -1 })).toEqual({ voltage_l1_n: 230.1 });
    const [whole] = answersOf(scaled, { 8: 2301, 15: -1 }, { maxGap: 10 });
    const halves = whole && splitBlock(whole.block);
    if (!halves) throw new Error('no halves');
    const split = halves.map((block) => {
      const from = 2 * (block.start - whole.block.start);
      return { block, bytes: whole.bytes?.subarray(from, from + 2 * block.count) };
    });
    expect(rawValues(split)).toEqual([['voltage_l1_n', 230.1]]);
    const copies = [1, 2].map((index) =>
      register(index === 1 ? 'current_l1' : 'current_l2', index, { scaledBy: [{ ...far }] }),
    );
    expect(valuesOf(copies, { 1: 10, 2: 20, 900: 1 })).toEqual({ current_l1: 100, current_l2: 200 });
  });

  it('of the other function code is not mistaken for its namesake', () => {
    const input = scaleAt(9, 'factor', { functionCode: 4 });
    const registers = [register('voltage_l1_n', 8, { scaledBy: [input] }), register('current_l1', 9)];
    const answers = answersOf(registers, { 8: 5, 9: 3 }).map(({ block, bytes }) => {
      return { block, bytes: block.functionCode === 4 ? Buffer.from([0, 7]) : bytes };
    });
    expect(Object.fromEntries(rawValues(answers))).toEqual({ voltage_l1_n: 35, current_l1: 3 });
  });

  it('may be a factor or a divisor, and several count together with the fixed scale', () => {
    const [factor, divisor] = [scaleAt(1, 'factor'), scaleAt(2, 'divisor')];
    const power = register('active_power_total', 0, { scale: 10, offset: 1, scaledBy: [factor, divisor] });
    // 7 × 10 × 3 / 4 + 1
    expect(valuesOf([power], { 0: 7, 1: 3, 2: 4 })).toEqual({ active_power_total: 53.5 });
  });

  it.each(['factor', 'divisor'] as const)('that says 0 as a %s says nothing', (means) => {
    const power = register('active_power_total', 0, { scaledBy: [scaleAt(1, means)] });
    expect(valuesOf([power], { 0: 7, 1: 0 })).toEqual({ active_power_total: 'not available' });
  });

  it('does not make a value of what has none itself', () => {
    const marked = register('voltage_l1_n', 8, { scaledBy: [volts], invalid: [0x8000n] });
    expect(valuesOf([marked], { 8: 0x8000, 15: 0x8000 }, { maxGap: 10 })).toEqual({ voltage_l1_n: 'not available' });
    expect(valuesOf([marked], { 8: 0x8000, 15: 0 }, { silent: 15 })).toEqual({ voltage_l1_n: 'not available' });
  });
});

describe('a power factor in four quadrants', () => {
  // Schneider: import inductive 0..1, import capacitive 1..2, export 0..-1 and -1..-2.
  it.each([
    [0.95, 0.95],
    [1, 1],
    [1.05, 0.95],
    [2, 0],
    [-0.9, -0.9],
    [-1, -1],
    [-1.1, -0.9],
    [0, 0],
  ])('of %d is %d', (code, expected) => {
    const factor = register('power_factor_total', 0, { type: 'float64', coding: '4-quadrant' });
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleBE(code);
    const [answer] = answersOf([factor], {});
    expect(rawValues(answer ? [{ block: answer.block, bytes }] : [])).toEqual([
      ['power_factor_total', expect.closeTo(expected, 9)],
    ]);
  });

  it.each([2001, -2001, 32_767])('of %d thousandths is no such code', (raw) => {
    const factor = register('power_factor_total', 0, { scale: 0.001, coding: '4-quadrant' });
    expect(valuesOf([factor], { 0: raw })).toEqual({ power_factor_total: 'not a number' });
  });

  it('is the same as P / S of any load', () => {
    fc.assert(
      fc.property(fc.integer({ min: -100, max: 100 }), fc.integer({ min: -100, max: 100 }), (p, q) => {
        fc.pre(p !== 0);
        const factor = p / Math.hypot(p, q);
        const isCapacitive = p > 0 ? q < 0 : q < 0;
        const code = isCapacitive ? (p > 0 ? 2 - factor : -2 - factor) : factor;
        const bytes = Buffer.alloc(8);
        bytes.writeDoubleBE(code);
        const [answer] = answersOf([register('power_factor_total', 0, { type: 'float64', coding: '4-quadrant' })], {});
        const [value] = rawValues(answer ? [{ block: answer.block, bytes }] : []);
        expect(value?.[1]).toBeCloseTo(factor, 9);
      }),
    );
  });
});

describe('all values together', () => {
  it('are the same, however the registers lie and the requests are cut', () => {
    const map = fc.array(fc.record({ gap: fc.nat({ max: 9 }), raw: fc.integer({ min: -32_768, max: 32_767 }) }), {
      maxLength: QUANTITY_NAMES.length,
    });
    fc.assert(
      fc.property(map, fc.nat({ max: 9 }), (elements, maxGap) => {
        let address = 0;
        const words: Record<number, number> = {};
        const expected: [Quantity, number][] = [];
        const registers = elements.flatMap(({ gap, raw }, index) => {
          const quantity = QUANTITY_NAMES[index];
          address += gap + 1;
          words[address] = raw;
          if (!quantity) return [];
          expected.push([quantity, raw * 0.1]);
          return [register(quantity, address, { scale: 0.1 })];
        });
        expect(valuesOf(registers, words, { maxGap })).toEqual(Object.fromEntries(expected));
      }),
    );
  });
});
