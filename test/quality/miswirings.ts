import fc from 'fast-check';
import { QUANTITIES, type Quantity } from '../../src/domain/quantity.ts';
import type { Values } from '../../src/domain/reading.ts';
import type { WiringFault } from '../../src/domain/wiring.ts';
import { wiringOf } from '../../src/quality/wiring-of.ts';
import { negative, polar, supply, type Terminals } from './phasors.ts';

/** 380 V and 630 kVA: rated current 957 A, 2 % of it 19 A, 10 % 96 A. */
export const POINT = { nominalKv: 0.38, transformerKva: 630 };
export const VOLTS = 220;

/** A load between a fifth and the whole of the capacity, unbalanced by up to 15 % and 5°, each value off by up to 1 %. */
export const load = fc.record({
  amps: fc.double({ min: 200, max: 950, noNaN: true }),
  lag: fc.double({ min: -49, max: 59, noNaN: true }),
  factors: fc.tuple(...[0, 1, 2].map(() => fc.double({ min: 0.85, max: 1.15, noNaN: true }))),
  lags: fc.tuple(...[0, 1, 2].map(() => fc.double({ min: -5, max: 5, noNaN: true }))),
  noise: fc.array(fc.double({ min: -0.01, max: 0.01, noNaN: true }), { minLength: 19, maxLength: 19 }),
});

export type Load = typeof load extends fc.Arbitrary<infer T> ? T : never;

/** What the wiring makes of the terminals, and which fault it is. */
export interface Miswiring {
  readonly name: string;
  readonly fault: WiringFault;
  readonly apply: (healthy: Terminals) => Terminals;
}

/** A load whose phases all lag by more than 10°, so that no generation stands where a reversed CT puts them. */
export const lagging = fc
  .tuple(load, fc.double({ min: 16, max: 59, noNaN: true }))
  .map(([drawn, lag]): Load => ({ ...drawn, lag, factors: drawn.factors.map((factor) => 1 + (factor - 1) / 2) }));

export const NOTHING = polar(0, 0);

export const MISWIRINGS: readonly Miswiring[] = [
  {
    name: 'CT on L1 reversed',
    fault: { kind: 'ct reversed', phase: 'L1' },
    apply: ({ volts, amps: [a, b, c] }) => ({ volts, amps: [negative(a), b, c] }),
  },
  {
    name: 'CT on L2 reversed',
    fault: { kind: 'ct reversed', phase: 'L2' },
    apply: ({ volts, amps: [a, b, c] }) => ({ volts, amps: [a, negative(b), c] }),
  },
  {
    name: 'CT on L3 reversed',
    fault: { kind: 'ct reversed', phase: 'L3' },
    apply: ({ volts, amps: [a, b, c] }) => ({ volts, amps: [a, b, negative(c)] }),
  },
  {
    name: 'CTs of L1 and L2 exchanged',
    fault: { kind: 'cts swapped', phases: ['L1', 'L2'] },
    apply: ({ volts, amps: [a, b, c] }) => ({ volts, amps: [b, a, c] }),
  },
  {
    name: 'CTs of L2 and L3 exchanged',
    fault: { kind: 'cts swapped', phases: ['L2', 'L3'] },
    apply: ({ volts, amps: [a, b, c] }) => ({ volts, amps: [a, c, b] }),
  },
  {
    name: 'CTs of L1 and L3 exchanged',
    fault: { kind: 'cts swapped', phases: ['L1', 'L3'] },
    apply: ({ volts, amps: [a, b, c] }) => ({ volts, amps: [c, b, a] }),
  },
  {
    name: 'voltages in the order L1, L3, L2',
    fault: { kind: 'phase order' },
    apply: ({ volts: [a, b, c], amps }) => ({ volts: [a, c, b], amps }),
  },
  {
    name: 'voltages in the order L2, L1, L3',
    fault: { kind: 'phase order' },
    apply: ({ volts: [a, b, c], amps }) => ({ volts: [b, a, c], amps }),
  },
  {
    name: 'voltage wire of L2 off',
    fault: { kind: 'voltage wire missing', phase: 'L2' },
    apply: ({ volts: [a, , c], amps }) => ({ volts: [a, NOTHING, c], amps }),
  },
  {
    name: 'half a voltage left on L3',
    fault: { kind: 'voltage wire missing', phase: 'L3' },
    apply: ({ volts: [a, b, c], amps }) => ({ volts: [a, b, { re: c.re / 2, im: c.im / 2 }], amps }),
  },
  {
    name: 'current wire of L1 off',
    fault: { kind: 'current wire missing', phase: 'L1' },
    apply: ({ volts, amps: [, b, c] }) => ({ volts, amps: [NOTHING, b, c] }),
  },
];

export function noisy(values: Values, noise: readonly number[]): Values {
  return Object.fromEntries(
    Object.entries(values).map(([quantity, value], index) => [quantity, value * (1 + (noise[index] ?? 0))]),
  );
}

export const healthyOf = ({ amps, lag, factors, lags }: Load) => supply(VOLTS, amps, lag, factors, lags);

export const verdictOn = (values: Values, point: Parameters<typeof wiringOf>[1] = POINT) => {
  const { state, faults } = wiringOf([{ time: 0, values }], point) ?? {};
  return { state, faults };
};

/** Every quantity of a unit times a factor. */
export function scaled(values: Values, units: readonly string[], factor: number): Values {
  return Object.fromEntries(
    (Object.entries(values) as [Quantity, number][]).map(([quantity, value]) => [
      quantity,
      units.includes(QUANTITIES[quantity].unit) ? value * factor : value,
    ]),
  );
}
