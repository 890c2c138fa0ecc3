import fc from 'fast-check';
import { expect, test } from 'vitest';
import { measurementOf } from '../../simulators/electricity/measurement.ts';
import type { Phases } from '../../simulators/electricity/phases.ts';
import { lineVoltages, neutralCurrent, voltageUnbalance } from '../../simulators/electricity/phasors.ts';
import { secondarySide } from '../../simulators/electricity/secondary.ts';

const volts = fc.double({ min: 0, max: 70_000, noNaN: true });
const amps = fc.double({ min: 0, max: 5_000, noNaN: true });
const three = (value: fc.Arbitrary<number>) => fc.tuple(value, value, value);
const angle = fc.double({ min: -Math.PI, max: Math.PI, noNaN: true });

test('S = U·I, S² = P² + Q², P = PF·S for each phase, and totals are sums', () => {
  fc.assert(
    fc.property(three(volts), three(amps), angle, (phaseVolts, currents, lag) => {
      const m = measurementOf({ phaseVolts, amps: currents, lag });
      for (const phase of [0, 1, 2] as const) {
        expect(m.voltAmps[phase]).toBe(phaseVolts[phase] * currents[phase]);
        expect(Math.hypot(m.watts[phase], m.vars[phase])).toBeCloseTo(m.voltAmps[phase], 3);
        expect(m.powerFactors[phase] * m.voltAmps[phase]).toBeCloseTo(m.watts[phase], 3);
      }
      expect(m.totalWatts).toBeCloseTo(m.watts[0] + m.watts[1] + m.watts[2], 3);
      expect(m.totalVars).toBeCloseTo(m.vars[0] + m.vars[1] + m.vars[2], 3);
      expect(m.totalVoltAmps).toBeCloseTo(m.voltAmps[0] + m.voltAmps[1] + m.voltAmps[2], 3);
      expect(Math.hypot(m.totalWatts, m.totalVars)).toBeCloseTo(m.totalVoltAmps, 2);
    }),
  );
});

test('line voltages obey the law of cosines at 120°', () => {
  fc.assert(
    fc.property(three(volts), ([l1, l2, l3]) => {
      const lines = lineVoltages([l1, l2, l3]);
      expect(lines[0] ** 2).toBeCloseTo(l1 ** 2 + l2 ** 2 + l1 * l2, 1);
      expect(lines[1] ** 2).toBeCloseTo(l2 ** 2 + l3 ** 2 + l2 * l3, 1);
      expect(lines[2] ** 2).toBeCloseTo(l3 ** 2 + l1 ** 2 + l3 * l1, 1);
    }),
  );
});

test('a lost phase pulls its two line voltages down to the phase voltage', () => {
  const [l12, l23, l31] = lineVoltages([0, 5774, 5774]);
  expect(l12).toBeCloseTo(5774, 6);
  expect(l31).toBeCloseTo(5774, 6);
  expect(l23).toBeCloseTo(5774 * Math.sqrt(3), 6);
});

test('unbalance from magnitudes is that of the symmetrical components', () => {
  const near = fc.double({ min: 180, max: 260, noNaN: true });
  fc.assert(
    fc.property(three(near), (phases) => {
      const expected = (100 * sequence(phases, -1)) / sequence(phases, 1);
      // The magnitude formula loses digits where the voltages are all but equal.
      expect(voltageUnbalance(lineVoltages(phases))).toBeCloseTo(expected, 4);
    }),
  );
});

test('neutral current: nothing when balanced, the whole current when one phase carries it alone', () => {
  expect(neutralCurrent([100, 100, 100])).toBeCloseTo(0, 9);
  expect(neutralCurrent([100, 0, 0])).toBeCloseTo(100, 9);
  // 100 at 0°, 100 at -120°, 50 at -240°: the missing 50 A remain.
  expect(neutralCurrent([100, 100, 50])).toBeCloseTo(50, 9);
});

test('secondary values times their ratios are the primary values', () => {
  const primary = measurementOf({ phaseVolts: [5800, 5790, 5810], amps: [200, 210, 190], lag: 0.3 });
  const secondary = secondarySide(primary, { ct: 60, pt: 100 });
  expect(secondary.phaseVolts[0]).toBeCloseTo(58, 9);
  expect(secondary.amps[1]).toBeCloseTo(3.5, 9);
  expect(secondary.totalWatts * 6000).toBeCloseTo(primary.totalWatts, 6);
  expect(secondary.voltAmps[2]).toBeCloseTo(secondary.phaseVolts[2] * secondary.amps[2], 9);
  expect(secondary.powerFactors).toEqual(primary.powerFactors);
});

/** |U1 + α^±1·U2 + α^±2·U3| / 3 with U at 0°, -120°, -240°. */
function sequence(phases: Phases, sign: 1 | -1): number {
  let [re, im] = [0, 0];
  phases.forEach((magnitude, index) => {
    const degrees = -120 * index + sign * 120 * index;
    re += magnitude * Math.cos((degrees * Math.PI) / 180);
    im += magnitude * Math.sin((degrees * Math.PI) / 180);
  });
  return Math.hypot(re, im) / 3;
}
