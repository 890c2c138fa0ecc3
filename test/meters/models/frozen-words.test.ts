import { describe, expect, it } from 'vitest';
import { planReads } from '../../../src/meters/modbus/read-plan.ts';
import { rawValues } from '../../../src/meters/modbus/values.ts';
import type { ModbusModel, ModbusRegister } from '../../../src/meters/model.ts';
import { type Measured, primaryOf } from '../../../src/meters/rating.ts';
import { besideValues } from './beside.ts';
import { answerOf, FROZEN, type FrozenMeter, modbusModel, SHIPPED_MODBUS, without } from './frozen-words.ts';

/** What the program makes of the frozen words: requests planned, answered, decoded and made primary. */
function measured(registers: readonly ModbusRegister[], model: ModbusModel, meter: FrozenMeter): Measured {
  const answers = planReads(registers, model).map((block) => ({ block, bytes: answerOf(block, meter) }));
  const { 'ct ratio': ctRatio = 1, 'pt ratio': ptRatio = 1 } = besideValues(model, meter);
  return primaryOf(rawValues(answers), { ctRatio, ptRatio });
}

/** The expected values were rounded to ten digits. */
function nearly(expected: Readonly<Record<string, number>>): Record<string, unknown> {
  const digitsOf = (value: number) => 8 - Math.ceil(Math.log10(Math.max(1e-3, Math.abs(value))));
  return Object.fromEntries(
    Object.entries(expected).map(([name, value]) => [name, expect.closeTo(value, digitsOf(value))]),
  );
}

describe('the frozen words', () => {
  it('are there for every shipped Modbus model, and for no other', () => {
    expect([...FROZEN.keys()].sort()).toEqual([...SHIPPED_MODBUS.keys()].sort());
  });
});

describe.each([...FROZEN])('the model %s', (id, meter) => {
  it('makes every value of the document out of its words, and no other', () => {
    const model = modbusModel(id);

    expect(measured(model.registers, model, meter)).toEqual({ values: nearly(meter.values), missing: {} });
  });

  it('makes the same of them when fast and slow registers are asked for by themselves', () => {
    const model = modbusModel(id);
    const [slow, fast] = [true, false].map((wanted) =>
      measured(
        model.registers.filter(({ isSlow }) => isSlow === wanted),
        model,
        meter,
      ),
    );

    expect({ ...fast?.values, ...slow?.values }).toEqual(nearly(meter.values));
  });

  it.each(meter.absent)('misses what the device marks as absent at $address, and nothing else', (absence) => {
    const model = modbusModel(id);

    const { values, missing } = measured(model.registers, model, without(meter, absence));

    const others = Object.entries(meter.values).filter(([quantity]) => !Object.hasOwn(absence.missing, quantity));
    expect(missing).toEqual(absence.missing);
    expect(values).toEqual(nearly(Object.fromEntries(others)));
  });

  it('finds its ratios, its clock and its events where the document has them', () => {
    expect(besideValues(modbusModel(id), meter)).toEqual(meter.beside);
  });

  it('is frozen while power flows back, so that no power can be read without its sign', () => {
    const powers = Object.entries(meter.values).filter(([quantity]) => /^(re)?active_power/.test(quantity));

    expect(powers).not.toEqual([]);
    for (const [quantity, value] of powers) expect(value, quantity).toBeLessThan(0);
  });
});
