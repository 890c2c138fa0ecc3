import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { QUANTITIES, type Quantity } from '../../src/domain/quantity.ts';
import type { Values } from '../../src/domain/reading.ts';
import type { WiringFault } from '../../src/domain/wiring.ts';
import { QualityCheck } from '../../src/quality/quality-check.ts';
import { WiringCheck } from '../../src/quality/wiring-check.ts';
import { wiringOf } from '../../src/quality/wiring-of.ts';
import { measured, negative, polar, supply, type Terminals } from './phasors.ts';
import { placeOf, reading } from './place.ts';

/** 380 V and 630 kVA: rated current 957 A, 2 % of it 19 A, 10 % 96 A. */
const POINT = { nominalKv: 0.38, transformerKva: 630 };
const VOLTS = 220;

/** A load between a fifth and the whole of the capacity, unbalanced by up to 15 % and 5°, each value off by up to 1 %. */
const load = fc.record({
  amps: fc.double({ min: 200, max: 950, noNaN: true }),
  lag: fc.double({ min: -49, max: 59, noNaN: true }),
  factors: fc.tuple(...[0, 1, 2].map(() => fc.double({ min: 0.85, max: 1.15, noNaN: true }))),
  lags: fc.tuple(...[0, 1, 2].map(() => fc.double({ min: -5, max: 5, noNaN: true }))),
  noise: fc.array(fc.double({ min: -0.01, max: 0.01, noNaN: true }), { minLength: 19, maxLength: 19 }),
});

type Load = typeof load extends fc.Arbitrary<infer T> ? T : never;

/** What the wiring makes of the terminals, and which fault it is. */
interface Miswiring {
  readonly name: string;
  readonly fault: WiringFault;
  readonly apply: (healthy: Terminals) => Terminals;
}

/** A load whose phases all lag by more than 10°, so that no generation stands where a reversed CT puts them. */
const lagging = fc
  .tuple(load, fc.double({ min: 16, max: 59, noNaN: true }))
  .map(([drawn, lag]): Load => ({ ...drawn, lag, factors: drawn.factors.map((factor) => 1 + (factor - 1) / 2) }));

const NOTHING = polar(0, 0);

const MISWIRINGS: readonly Miswiring[] = [
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

function noisy(values: Values, noise: readonly number[]): Values {
  return Object.fromEntries(
    Object.entries(values).map(([quantity, value], index) => [quantity, value * (1 + (noise[index] ?? 0))]),
  );
}

const healthyOf = ({ amps, lag, factors, lags }: Load) => supply(VOLTS, amps, lag, factors, lags);

const verdictOn = (values: Values, point: Parameters<typeof wiringOf>[1] = POINT) => {
  const { state, faults } = wiringOf([{ time: 0, values }], point) ?? {};
  return { state, faults };
};

/** Every quantity of a unit times a factor. */
function scaled(values: Values, units: readonly string[], factor: number): Values {
  return Object.fromEntries(
    (Object.entries(values) as [Quantity, number][]).map(([quantity, value]) => [
      quantity,
      units.includes(QUANTITIES[quantity].unit) ? value * factor : value,
    ]),
  );
}

describe('the wiring check', () => {
  it('finds every load right that takes in power', () => {
    fc.assert(
      fc.property(load, (drawn) => {
        const values = noisy(measured(healthyOf(drawn)), drawn.noise);
        expect(verdictOn(values)).toEqual({ state: 'right', faults: [] });
      }),
      { numRuns: 500 },
    );
  });

  it.each(MISWIRINGS)('names exactly the fault: $name', ({ fault, apply }) => {
    fc.assert(
      fc.property(fault.kind === 'ct reversed' ? lagging : load, (drawn) => {
        const values = noisy(measured(apply(healthyOf(drawn))), drawn.noise);
        expect(verdictOn(values)).toEqual({ state: 'faulty', faults: [fault] });
      }),
      { numRuns: 300 },
    );
  });

  /** Terminals where L1 carries `amps` at `angle`, and the others 160 A that lag by `lag`. */
  const oneExports = (angle: number, lag: number, amps = 150) => {
    const { volts, amps: others } = supply(VOLTS, 160, lag, [1, 1, 1], [0, 2, -2]);
    return measured({ volts, amps: [polar(amps, -angle), others[1], others[2]] });
  };

  it('does not take a phase that generates for a reversed CT: 172° to 185°, beside 15° to 20°', () => {
    for (const lag of [15, 17.5, 20]) {
      for (const angle of [150, 172, 175, 180, 185]) {
        expect(verdictOn(oneExports(angle, lag))).toEqual({ state: 'cannot say', faults: [] });
      }
      expect(verdictOn(oneExports(180 + lag, lag)).faults).toEqual([{ kind: 'ct reversed', phase: 'L1' }]);
    }
  });

  /** 192° is 12° from the opposite of P; a CT among loads that lag by 30° would stand at 210°. */
  it('does not take generation with some Q for a reversed CT', () => {
    expect(verdictOn(oneExports(192, 30))).toEqual({ state: 'cannot say', faults: [] });
    expect(verdictOn(oneExports(225, 45)).faults).toEqual([{ kind: 'ct reversed', phase: 'L1' }]);
  });

  it('cannot say where generation and a reversed CT look alike: the others near 0°, or leading', () => {
    for (const lag of [-30, -5, 0, 5, 7]) {
      expect(verdictOn(oneExports(180 + lag, lag))).toEqual({ state: 'cannot say', faults: [] });
    }
  });

  it('tells the two apart where the load changes: a reversed CT keeps in step with it, a generator does not', () => {
    const over = (amps: readonly number[], ofPhase: (each: number) => number) =>
      wiringOf(
        amps.map((each, index) => {
          const { volts, amps: others } = supply(VOLTS, each, 4);
          const values = measured({ volts, amps: [polar(ofPhase(each), -184), others[1], others[2]] });
          return { time: index * 10_000, values };
        }),
        POINT,
      );
    const steps = [200, 200, 210, 205, 200, 310, 305, 310];
    const inStep = (each: number) => 0.9 * each;
    expect(over(steps, inStep)).toMatchObject({ state: 'faulty', faults: [{ kind: 'ct reversed', phase: 'L1' }] });
    expect(over(steps, () => 220)).toMatchObject({ state: 'cannot say', faults: [] });
    expect(over(steps.slice(0, 7), inStep)?.state).toBe('faulty');
    expect(over(steps.slice(0, 6), inStep)?.state).toBe('cannot say');
    // 290 A are 1.45 times 200 A.
    expect(over([200, 200, 200, 200, 200, 290, 290, 290], inStep)?.state).toBe('cannot say');
  });

  it('cannot say where the phase that exports is of another size than the others', () => {
    expect(verdictOn(oneExports(198, 18, 300))).toEqual({ state: 'cannot say', faults: [] });
    expect(verdictOn(oneExports(198, 18, 90))).toEqual({ state: 'cannot say', faults: [] });
  });

  it('never finds a fault where one phase generates beside its load, at whatever share', () => {
    const generated = fc.double({ min: 0, max: 2_000, noNaN: true });
    fc.assert(
      fc.property(load, generated, (drawn, amps) => {
        const { volts, amps: currents } = healthyOf(drawn);
        const net = { re: currents[0].re - amps, im: currents[0].im };
        // Where it just covers the load no current is left, which looks like a wire that is missing.
        fc.pre(Math.hypot(net.re, net.im) > 0.02 * drawn.amps);
        const values = noisy(measured({ volts, amps: [net, currents[1], currents[2]] }), drawn.noise);
        expect(verdictOn(values).faults).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  /** Rated 957 A. A ratio of 41 is told after a minute; 5 times may be an overload of a plant that is dying. */
  it('names a current ratio where currents stay beyond 5 times the rated one', () => {
    const seen = (times: number, seconds: number, point: Parameters<typeof wiringOf>[1] = POINT) => {
      const values = measured(supply(VOLTS, times * 957.2, 20));
      const readings = Array.from({ length: seconds / 10 + 1 }, (_, index) => ({ time: index * 10_000, values }));
      return wiringOf(readings, point)?.faults;
    };
    expect(seen(41, 60)).toEqual([{ kind: 'current ratio', factor: 41 }]);
    expect(seen(100, 60)).toEqual([{ kind: 'current ratio', factor: 100 }]);
    expect(seen(5.1, 60)).toEqual([{ kind: 'current ratio', factor: 5.1 }]);
    expect(seen(4.9, 60)).toEqual([]);
    expect(seen(41, 50)).toEqual([]);
    expect(seen(41, 60, { nominalKv: 0.38 })).toEqual([]);
    expect(seen(41, 60, { ...POINT, contractKva: 630 * 9 })).toEqual([]);
  });

  it('says nothing of a customer that generates', () => {
    fc.assert(
      fc.property(load, (drawn) => {
        const exporting = supply(VOLTS, drawn.amps, drawn.lag + 180, drawn.factors);
        expect(verdictOn(noisy(measured(exporting), drawn.noise))).toEqual({ state: 'cannot say', faults: [] });
      }),
      { numRuns: 500 },
    );
  });

  it('never finds a fault where generation grows beyond the load, at whatever angle that passes', () => {
    for (let angle = -180; angle < 180; angle += 1) {
      expect(verdictOn(measured(supply(VOLTS, 400, angle))).faults).toEqual([]);
    }
  });

  it('calls currents rotated only when the counters say the same', () => {
    const turned = ({ volts, amps: [a, b, c] }: Terminals): Terminals => ({ volts, amps: [c, a, b] });
    const values = measured(turned(supply(VOLTS, 400, 30)));
    // φ − 120° = −90°: V1 with the current of L3.
    expect(values.active_power_l1).toBeCloseTo(0, 6);
    const counters = { energy_active_import: 1e6, energy_active_export: 2e6, energy_reactive_export: 80e6 };
    expect(verdictOn({ ...values, ...counters }).faults).toEqual([{ kind: 'cts rotated' }]);
    expect(verdictOn({ ...values, ...counters, energy_active_import: 90e6 })).toEqual({
      state: 'cannot say',
      faults: [],
    });
    expect(verdictOn(values)).toEqual({ state: 'cannot say', faults: [] });
  });

  it('says nothing at too little load: under 2 % of rated current', () => {
    const reversed = (amps: number) => {
      const { volts, amps: currents } = supply(VOLTS, amps, 20);
      return measured({ volts, amps: [currents[0], negative(currents[1]), currents[2]] });
    };
    expect(verdictOn(reversed(19))).toEqual({ state: 'cannot say', faults: [] });
    expect(verdictOn(reversed(20)).state).toBe('faulty');
  });

  it.each([
    ['a phase that the supply has lost', [VOLTS, 0, VOLTS], [300, 0, 300]],
    ['an earth fault on an isolated net', [0, 380, 380], [300, 300, 300]],
    ['an earth fault over a resistance', [120, 255, 260], [300, 300, 300]],
    ['an interruption', [0, 0, 0], [0, 0, 0]],
    ['a dip on all phases', [120, 120, 120], [300, 300, 300]],
    ['a phase without load that has no voltage either', [VOLTS, VOLTS, 90], [300, 300, 0]],
  ])('does not take the grid for the wiring: %s', (name, volts, amps) => {
    const isEarthFault = name.includes('earth fault');
    const live = supply(1, 1, 20);
    const terminals = { volts: at(live.volts, volts), amps: at(live.amps, amps) };
    const lines = { voltage_l1_l2: 380, voltage_l2_l3: 380, voltage_l3_l1: 380 };
    const values = { ...measured(terminals), ...(isEarthFault ? lines : {}) };
    expect(verdictOn(values).faults).toEqual([]);
  });

  it('does not miss a current in L2 above 1 kV, where many cubicles have no CT', () => {
    const { volts, amps } = supply(5773.5, 100, 20);
    const values = measured({ volts, amps: [amps[0], NOTHING, amps[2]] });
    expect(verdictOn(values, { nominalKv: 10, transformerKva: 2000 })).toEqual({ state: 'cannot say', faults: [] });
  });

  it('finds the voltage that two line voltages share: 10 kV without L2 is 5 kV and 5 kV', () => {
    const lines = { voltage_l1_l2: 5_000, voltage_l2_l3: 5_000, voltage_l3_l1: 10_000 };
    const currents = { current_l1: 80, current_l2: 82, current_l3: 81 };
    const point = { nominalKv: 10, transformerKva: 2000 };
    expect(verdictOn({ ...lines, ...currents }, point).faults).toEqual([{ kind: 'voltage wire missing', phase: 'L2' }]);
    expect(verdictOn({ ...lines, ...currents, current_l2: 0 }, point).faults).toEqual([]);
  });

  it.each([10, 100, 0.1, 0.01, Math.sqrt(3), 1 / Math.sqrt(3)])(
    'finds voltages that are %f times nominal',
    (factor) => {
      fc.assert(
        fc.property(load, (drawn) => {
          const values = scaled(measured(healthyOf(drawn)), ['V'], factor);
          expect(verdictOn(values).faults).toEqual([{ kind: 'voltage ratio', factor }]);
        }),
        { numRuns: 20 },
      );
    },
  );

  it('knows the voltage transformers of its level: 35 kV seen as 100 V is a factor of 1/350', () => {
    const values = scaled(measured(supply(35_000 / Math.sqrt(3), 100, 20)), ['V'], 1 / 350);
    const [fault] = verdictOn(values, { nominalKv: 35, transformerKva: 8000 }).faults ?? [];
    expect(fault).toEqual({ kind: 'voltage ratio', factor: 1 / 350 });
  });

  it.each([1000, 0.001, 60, 3])('finds powers that are %f times voltage and current', (factor) => {
    fc.assert(
      fc.property(load, (drawn) => {
        const values = noisy(scaled(measured(healthyOf(drawn)), ['W', 'var', 'VA'], factor), drawn.noise);
        const [fault, ...more] = verdictOn(values).faults ?? [];
        expect(more).toEqual([]);
        expect(fault?.kind).toBe('power ratio');
        expect((fault && 'factor' in fault ? fault.factor : 0) / factor).toBeCloseTo(1, 1);
      }),
      { numRuns: 50 },
    );
  });

  it('gives no verdict without readings, and none that only some of the readings support', () => {
    expect(wiringOf([], POINT)).toBeUndefined();
    const good = { time: 1, values: measured(supply(VOLTS, 300, 20)) };
    const [reversing] = MISWIRINGS;
    const bad = { time: 2, values: reversing ? measured(reversing.apply(supply(VOLTS, 300, 20))) : {} };
    expect(wiringOf([good, bad, good], POINT)).toEqual({ state: 'cannot say', faults: [], from: 1, to: 2 });
    expect(wiringOf([bad, bad, bad, bad, good], POINT)?.state).toBe('faulty');
    expect(wiringOf([bad, bad, bad, good], POINT)?.state).toBe('cannot say');
  });
});

function at(live: Terminals['volts'], sizes: readonly number[]): Terminals['volts'] {
  const sized = (index: 0 | 1 | 2) => {
    const { re, im } = live[index];
    return { re: re * (sizes[index] ?? 0), im: im * (sizes[index] ?? 0) };
  };
  return [sized(0), sized(1), sized(2)];
}

describe('the wiring check over time', () => {
  const place = placeOf(POINT);
  const good = measured(supply(VOLTS, 300, 20));
  const [miswiring] = MISWIRINGS;
  const bad = miswiring ? measured(miswiring.apply(supply(VOLTS, 300, 20))) : {};

  it('takes a minute of readings for a verdict, and remembers it through a night without load', () => {
    const check = new WiringCheck();
    expect(check.verdict('m1')).toBeUndefined();
    for (let second = 0; second < 60; second += 1) check.see(reading(second * 1_000, bad), place);
    expect(check.verdict('m1')?.state).toBe('cannot say');
    check.see(reading(60_000, bad), place);
    const found = check.verdict('m1');
    expect(found).toMatchObject({ state: 'faulty', faults: [{ kind: 'ct reversed', phase: 'L1' }] });
    for (let second = 60; second < 7_200; second += 1) check.see(reading(second * 1_000, { frequency: 50 }), place);
    expect(check.verdict('m1')).toMatchObject({ state: 'faulty', faults: found?.faults });
  });

  it('sees when it has been put right', () => {
    const check = new WiringCheck();
    for (let second = 0; second < 300; second += 10) check.see(reading(second * 1_000, bad), place);
    for (let second = 300; second < 600; second += 10) check.see(reading(second * 1_000, good), place);
    expect(check.verdict('m1')?.state).toBe('right');
  });

  it('names no current ratio for an inrush or a short circuit of twenty seconds', () => {
    const check = new WiringCheck();
    const surge = measured(supply(VOLTS, 20 * 957, 20));
    for (let second = 0; second < 600; second += 10) {
      const isSurge = second === 200 || second === 210;
      check.see(reading(second * 1_000, isSurge ? surge : good), place);
      if (second >= 60) expect(check.verdict('m1')?.state).toBe('right');
    }
  });

  it('accuses nobody whose plant stands still, whether its capacity is known or not', () => {
    const idle = measured(supply(VOLTS, 0, 0));
    for (const point of [POINT, { nominalKv: 0.38 }]) {
      const idlePlace = placeOf(point);
      const check = new WiringCheck();
      // Some meters show a watt or two of noise without any current.
      const noisy = { ...idle, active_power_l1: 2, active_power_l2: 2, active_power_l3: 2 };
      for (let second = 0; second < 600; second += 10) check.see(reading(second * 1_000, noisy), idlePlace);
      expect(check.verdict('m1')?.faults).toEqual([]);
    }
  });

  it('is not moved by a dip of ten seconds with a phase gone', () => {
    const check = new WiringCheck();
    const dip = { ...good, voltage_l2_n: 0, voltage_l1_l2: VOLTS, voltage_l2_l3: VOLTS };
    for (let second = 0; second < 600; second += 10) {
      check.see(reading(second * 1_000, second === 200 ? dip : good), place);
      if (second >= 60) expect(check.verdict('m1')?.state).toBe('right');
    }
  });

  it('looks at what its fault has made suspect, and not at frozen values', () => {
    const judge = new QualityCheck();
    const check = new WiringCheck();
    const tenfold = scaled(good, ['V'], 10);
    for (let second = 0; second < 70; second += 1) {
      const judged = judge.judge(reading(second * 1_000, { ...tenfold, current_n: second * 1e-4 }), place);
      expect(Object.keys(judged.suspect ?? {})).toContain('voltage_l1_n');
      check.see(judged, place);
    }
    expect(check.verdict('m1')?.faults).toEqual([{ kind: 'voltage ratio', factor: 10 }]);

    const frozen = new WiringCheck();
    const suspect = Object.fromEntries(
      Object.entries(bad).map(([quantity, value]) => [quantity, { value, reason: 'frozen' as const }]),
    );
    for (let second = 0; second < 600; second += 10) {
      frozen.see({ ...reading(second * 1_000, {}), suspect }, place);
    }
    expect(frozen.verdict('m1')?.state).toBe('cannot say');
  });
});
