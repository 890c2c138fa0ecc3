import { describe, expect, test } from 'vitest';
import { EnergyCounter, NO_ENERGY } from '../../simulators/electricity/energy.ts';
import { Faults } from '../../simulators/electricity/faults.ts';
import { Grid } from '../../simulators/electricity/grid.ts';
import { SimulatedMeter } from '../../simulators/electricity/simulated-meter.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 2, 2, 1);

describe('energy counter', () => {
  test('1 kW for an hour is 1 kWh; a ramp counts half; export counts apart', () => {
    const counter = new EnergyCounter(NO_ENERGY);
    counter.advance(0, power(1000, 500));
    expect(counter.advance(HOUR, power(1000, 500))).toMatchObject({
      importWh: 1000,
      importVarh: 500,
      apparentVah: 1000,
    });
    counter.advance(2 * HOUR, power(0, 0));
    expect(counter.advance(2 * HOUR, power(0, 0)).importWh).toBe(1500);
    counter.advance(2 * HOUR + 1, power(-2000, -400));
    const after = counter.advance(3 * HOUR + 1, power(-2000, -400));
    expect(after.importWh).toBe(1500);
    expect(after.exportWh).toBeCloseTo(2000, 2);
    expect(after.exportVarh).toBeCloseTo(400, 2);
  });

  test('an older instant changes nothing', () => {
    const counter = new EnergyCounter(NO_ENERGY);
    counter.advance(HOUR, power(1000, 0));
    const before = counter.advance(2 * HOUR, power(1000, 0));
    expect(counter.advance(HOUR, power(9000, 0))).toEqual(before);
    expect(counter.advance(3 * HOUR, power(1000, 0)).importWh).toBe(2000);
  });

  function power(totalWatts: number, totalVars: number) {
    return { totalWatts, totalVars, totalVoltAmps: Math.abs(totalWatts) };
  }
});

describe('meter', () => {
  test('shows a new set of values every 200 ms', () => {
    const { meter, clock } = meterAt(START);
    const first = meter.measure();
    clock.time = START + 199;
    expect(meter.measure()).toBe(first);
    clock.time = START + 200;
    expect(meter.measure()).not.toBe(first);
  });

  test('its energy grows with the power it shows and never falls', () => {
    const { meter, clock } = meterAt(START);
    let last = meter.measure();
    const [start, wattSeconds] = [last.energy.importWh, { sum: 0 }];
    for (let second = 1; second <= 600; second += 1) {
      clock.time = START + second * 1000;
      const next = meter.measure();
      expect(next.energy.importWh).toBeGreaterThan(last.energy.importWh);
      wattSeconds.sum += next.totalWatts;
      last = next;
    }
    const relative = (last.energy.importWh - start) / (wattSeconds.sum / 3600);
    expect(relative).toBeCloseTo(1, 3);
    expect(last.energy.exportWh).toBe(0);
  });

  test('left at 1:1 behind transformers it shows 100 V and 5 A values', () => {
    const primary = meterAt(START).meter.measure();
    const secondary = meterAt(START, true).meter.measure();
    expect(primary.lineVolts[0]).toBeGreaterThan(9500);
    expect(secondary.lineVolts[0]).toBeCloseTo(primary.lineVolts[0] / 100, 6);
    expect(secondary.amps[0]).toBeLessThan(5);
    expect(secondary.energy.importWh).toBeLessThan(primary.energy.importWh / 1000);
  });

  function meterAt(time: number, atSecondary = false) {
    const grid = new Grid('test', new Faults());
    const customer = grid.customers.find((candidate) => candidate.kv === 10);
    if (!customer) throw new Error('No customer at 10 kV');
    const clock = { time, now: () => clock.time };
    return { clock, meter: new SimulatedMeter(grid, customer, clock, atSecondary ? customer.ratios : undefined) };
  }
});
