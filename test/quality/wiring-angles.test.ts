import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wiringOf } from '../../src/quality/wiring-of.ts';
import { healthyOf, lagging, load, MISWIRINGS, noisy, POINT, VOLTS, verdictOn } from './miswirings.ts';
import { measured, negative, polar, supply, type Terminals } from './phasors.ts';

describe('the angles of voltages and currents', () => {
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
});
