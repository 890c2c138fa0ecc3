import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { negativeSequenceUnbalance, withDerived } from '../../src/domain/derived.ts';
import type { Reading, Values } from '../../src/domain/reading.ts';

interface Phasor {
  readonly re: number;
  readonly im: number;
}

const phasor = (magnitude: number, degrees: number): Phasor => ({
  re: magnitude * Math.cos((degrees * Math.PI) / 180),
  im: magnitude * Math.sin((degrees * Math.PI) / 180),
});
const minus = (a: Phasor, b: Phasor): Phasor => ({ re: a.re - b.re, im: a.im - b.im });
const plus = (...all: Phasor[]): Phasor => all.reduce((a, b) => ({ re: a.re + b.re, im: a.im + b.im }));
const turned = (a: Phasor, degrees: number): Phasor => {
  const turn = phasor(1, degrees);
  return { re: a.re * turn.re - a.im * turn.im, im: a.re * turn.im + a.im * turn.re };
};
const size = (a: Phasor): number => Math.hypot(a.re, a.im);

/** Fortescue: the definition itself, from phasors; the formula under test knows only three magnitudes. */
function fortescue(a: Phasor, b: Phasor, c: Phasor): number {
  const positive = plus(a, turned(b, 120), turned(c, -120));
  const negative = plus(a, turned(b, -120), turned(c, 120));
  return (100 * size(negative)) / size(positive);
}

function fromLines(a: Phasor, b: Phasor, c: Phasor): number | undefined {
  return negativeSequenceUnbalance(size(minus(a, b)), size(minus(b, c)), size(minus(c, a)));
}

describe('negative-sequence unbalance from line voltages', () => {
  it.each([
    { name: '2a', lines: [389.743505, 385.389413, 394.049489], expected: 1.283001 },
    { name: '2c', lines: [10.2, 10.0, 9.9], expected: 1.762433 },
    { name: '2i', lines: [10, 10, 0], expected: 100 },
    { name: 'balanced', lines: [400, 400, 400], expected: 0 },
  ])('oracle $name: $expected %', ({ lines: [ab = 0, bc = 0, ca = 0], expected }) => {
    expect(negativeSequenceUnbalance(ab, bc, ca)).toBeCloseTo(expected, 5);
  });

  it('oracle 2b from phasors: 2.097033 %', () => {
    expect(fromLines(phasor(220, 0), phasor(215, -118), phasor(224, 121))).toBeCloseTo(2.097033, 6);
  });

  it('says nothing where the magnitudes cannot be a triangle', () => {
    expect(negativeSequenceUnbalance(10, 0, 0)).toBeUndefined();
    expect(negativeSequenceUnbalance(0, 0, 0)).toBeUndefined();
  });

  it('agrees with Fortescue for any three phasors', () => {
    const magnitude = fc.double({ min: 150, max: 300, noNaN: true });
    const shift = fc.double({ min: -20, max: 20, noNaN: true });
    fc.assert(
      fc.property(magnitude, magnitude, magnitude, shift, shift, (a, b, c, db, dc) => {
        const phasors = [phasor(a, 0), phasor(b, -120 + db), phasor(c, 120 + dc)] as const;
        // Near perfect balance the formula takes the root of a rounding error: 1e-4 % is what doubles can hold there.
        expect(fromLines(...phasors)).toBeCloseTo(fortescue(...phasors), 4);
      }),
    );
  });
});

describe('derived quantities of a reading', () => {
  const reading = (values: Values): Reading => ({ meter: 'm', time: 0, timeSource: 'register', arrivedAt: 0, values });

  it('computes power factor as P / S, whatever the meter claims', () => {
    const { values } = withDerived(
      reading({ active_power_total: 80, apparent_power_total: 100, power_factor_total: 1.2 }),
    );
    expect(values.power_factor_total).toBe(0.8);
  });

  it('keeps the power factor of the meter where P or S is not there, and makes none up', () => {
    expect(withDerived(reading({ power_factor_total: 0.97 })).values.power_factor_total).toBe(0.97);
    expect(
      withDerived(reading({ active_power_total: 0, apparent_power_total: 0 })).values.power_factor_total,
    ).toBeUndefined();
  });

  it('gives ±1 where P passes S by rounding, and none where the two contradict each other', () => {
    const factorOf = (p: number, s: number) =>
      withDerived(reading({ active_power_l1: p, apparent_power_l1: s, power_factor_l1: 0.9 })).values.power_factor_l1;
    expect(factorOf(101.9, 100)).toBe(1);
    expect(factorOf(-102, 100)).toBe(-1);
    expect(factorOf(102.1, 100)).toBeUndefined();
    expect(factorOf(-300, 100)).toBeUndefined();
  });

  it('adds unbalance only from three line voltages', () => {
    const lines = { voltage_l1_l2: 10_200, voltage_l2_l3: 10_000, voltage_l3_l1: 9_900 };
    expect(withDerived(reading(lines)).values.voltage_unbalance).toBeCloseTo(1.762433, 6);
    expect(
      withDerived(reading({ voltage_l1_l2: 10_200, voltage_l2_l3: 10_000 })).values.voltage_unbalance,
    ).toBeUndefined();
  });
});
