import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wiringOf } from '../../src/quality/wiring-of.ts';
import { healthyOf, load, NOTHING, noisy, POINT, scaled, VOLTS, verdictOn } from './miswirings.ts';
import { measured, supply, type Terminals } from './phasors.ts';

describe('the sizes of voltages, currents and powers', () => {
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

  /** 1.5 % and 5 % of 5773.5 V: a three-wire meter has no such phase voltages, and is judged by its line voltages. */
  it.each([87, 289])('is not led astray by %f V that a three-wire meter picks up', (ghost) => {
    const ghosts = { voltage_l1_n: ghost, voltage_l2_n: ghost, voltage_l3_n: ghost };
    const lines = { voltage_l1_l2: 5_000, voltage_l2_l3: 5_000, voltage_l3_l1: 10_000 };
    const currents = { current_l1: 80, current_l2: 82, current_l3: 81 };
    const point = { nominalKv: 10, transformerKva: 2000 };
    const missing = [{ kind: 'voltage wire missing', phase: 'L2' }];
    expect(verdictOn({ ...ghosts, ...lines, ...currents }, point).faults).toEqual(missing);
    const healthy = { voltage_l1_l2: 10_000, voltage_l2_l3: 10_000, voltage_l3_l1: 10_000 };
    expect(verdictOn({ ...ghosts, ...healthy, ...currents, current_l3: 0 }, point).faults).toEqual([
      { kind: 'current wire missing', phase: 'L3' },
    ]);
  });

  it('counts currents whatever sign the meter gives them', () => {
    const { current_l1 = 0, current_l2 = 0, current_l3 = 0, ...rest } = measured(supply(VOLTS, 41 * 957.2, 200));
    const signed = { ...rest, current_l1: -current_l1, current_l2: -current_l2, current_l3: -current_l3 };
    const readings = [0, 30_000, 60_000].map((time) => ({ time, values: signed }));
    expect(wiringOf(readings, POINT)?.faults).toEqual([{ kind: 'current ratio', factor: 41 }]);
  });
});

function at(live: Terminals['volts'], sizes: readonly number[]): Terminals['volts'] {
  const sized = (index: 0 | 1 | 2) => {
    const { re, im } = live[index];
    return { re: re * (sizes[index] ?? 0), im: im * (sizes[index] ?? 0) };
  };
  return [sized(0), sized(1), sized(2)];
}
