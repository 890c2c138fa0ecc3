import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SimulatedCustomer } from '../../simulators/electricity/customers.ts';
import { type Fault, Faults } from '../../simulators/electricity/faults.ts';
import { Grid } from '../../simulators/electricity/grid.ts';

const MONDAY = Date.UTC(2026, 2, 1, 16);
const HOUR = 3_600_000;
const instant = fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2030, 0, 1) });

describe('70 customers', () => {
  const grid = new Grid('test', new Faults());

  test('in six industries at four voltages, on 20 feeders of six substations', () => {
    expect(new Set(grid.customers.map((customer) => customer.id)).size).toBe(70);
    expect(new Set(grid.customers.map((customer) => customer.name)).size).toBe(70);
    expect(new Set(grid.customers.map((customer) => customer.industry.name)).size).toBe(6);
    expect(new Set(grid.customers.map((customer) => customer.kv))).toEqual(new Set([0.38, 10, 35, 110]));
    expect(new Set(grid.customers.map((customer) => customer.feeder)).size).toBe(20);
    expect(new Set(grid.feeders.map((feeder) => feeder.substation)).size).toBe(6);
  });

  test('the same seed gives the same values for the same instant, another seed others', () => {
    const again = new Grid('test', new Faults());
    const other = new Grid('other', new Faults());
    fc.assert(
      fc.property(instant, fc.integer({ min: 0, max: 69 }), (at, index) => {
        const measured = grid.measure(nth(grid, index), at);
        expect(again.measure(nth(again, index), at)).toEqual(measured);
        expect(other.measure(nth(other, index), at).totalWatts).not.toBe(measured.totalWatts);
      }),
    );
  });

  test('a whole week of plain load stays far from every limit', () => {
    for (const customer of grid.customers) {
      for (let at = MONDAY; at < MONDAY + 7 * 24 * HOUR; at += 307_000) {
        const m = grid.measure(customer, at);
        const kva = m.totalVoltAmps / 1000;
        const where = `${customer.id} at ${new Date(at).toISOString()}`;
        inside(kva / customer.contractKva, 0.25, 0.85, `${where}: share of contract`);
        inside(kva / customer.transformerKva, 0.25, 0.85, `${where}: share of transformer`);
        for (const volts of m.lineVolts) inside(volts / (customer.kv * 1000), 0.95, 1.05, `${where}: line voltage`);
        for (const volts of m.phaseVolts) inside((volts * Math.sqrt(3)) / (customer.kv * 1000), 0.95, 1.05, where);
        inside(gbUnbalance(m.lineVolts), 0, 1.2, `${where}: unbalance`);
        inside(m.frequency, 49.97, 50.03, `${where}: frequency`);
      }
    }
  });

  test('frequency is one for all, a feeder moves as one, feeders do not', () => {
    const [first, neighbour, elsewhere] = [
      onFeeder(grid, 'F08', 0),
      onFeeder(grid, 'F08', 1),
      onFeeder(grid, 'F09', 0),
    ];
    const series = (customer: SimulatedCustomer) =>
      Array.from({ length: 200 }, (_, minute) => grid.measure(customer, MONDAY + 10 * HOUR + minute * 60_000));
    const perUnit = (customer: SimulatedCustomer) => series(customer).map((m) => m.lineVolts[0] / customer.kv);
    expect(series(first).map((m) => m.frequency)).toEqual(series(elsewhere).map((m) => m.frequency));
    expect(correlation(perUnit(first), perUnit(neighbour))).toBeGreaterThan(0.9);
    expect(Math.abs(correlation(perUnit(first), perUnit(elsewhere)))).toBeLessThan(0.75);
  });

  test('hotels live in the evening, hospitals on working days, and furnaces swing within seconds', () => {
    const load = (industry: string, localHour: number) => {
      const customer = find(grid, (candidate) => candidate.industry.name === industry);
      return grid.measure(customer, MONDAY + localHour * HOUR).totalVoltAmps / 1000 / customer.contractKva;
    };
    expect(load('hotel', 20)).toBeGreaterThan(load('hotel', 4) + 0.2);
    expect(load('hospital', 10)).toBeGreaterThan(load('hospital', 3) + 0.2);
    // From Monday 10:00: the Sunday before and the Tuesday after.
    expect(load('hospital', 10 - 24)).toBeLessThan(0.97 * load('hospital', 10));
    expect(load('hospital', 10 + 24)).toBeGreaterThan(0.97 * load('hospital', 10));
    expect(roughness(grid, 'steel')).toBeGreaterThan(5 * roughness(grid, 'hospital'));
  });
});

describe('faults', () => {
  const at = MONDAY + 9 * HOUR;

  test('a phase at 80 % takes its line voltages along and nobody else', () => {
    const { grid, customer, before, during } = withFault((id) => ({
      kind: 'phase-voltage',
      customer: id,
      phase: 1,
      factor: 0.8,
    }));
    expect(during.phaseVolts[0] / before.phaseVolts[0]).toBeCloseTo(0.8, 9);
    expect(during.phaseVolts[1]).toBe(before.phaseVolts[1]);
    // |0.8 ∠0° - 1 ∠-120°| = √(0.64 + 1 + 0.8) = 1.562, against √3.
    expect(during.lineVolts[0] / before.lineVolts[0]).toBeCloseTo(Math.sqrt(2.44 / 3), 2);
    expect(during.lineVolts[1]).toBe(before.lineVolts[1]);
    const other = find(grid, (candidate) => candidate !== customer);
    expect(grid.measure(other, at)).toEqual(new Grid('test', new Faults()).measure(other, at));
  });

  test('a lost phase has next to no voltage and no current, and two line voltages collapse', () => {
    const { before, during } = withFault((id) => ({ kind: 'phase-lost', customer: id, phase: 2 }));
    expect(during.phaseVolts[1]).toBeLessThan(0.01 * before.phaseVolts[1]);
    expect(during.amps[1]).toBe(0);
    expect(during.watts[1]).toBe(0);
    expect(during.lineVolts[0] / before.lineVolts[0]).toBeCloseTo(1 / Math.sqrt(3), 2);
    expect(during.lineVolts[1] / before.lineVolts[1]).toBeCloseTo(1 / Math.sqrt(3), 2);
    expect(during.lineVolts[2]).toBe(before.lineVolts[2]);
  });

  test('an overload takes its share of the contract, pulls its own voltage down and its feeder a little', () => {
    const { grid, faults, customer, fault, before, during } = withFault((id) => ({
      kind: 'overload',
      customer: id,
      share: 1.2,
    }));
    expect(during.totalVoltAmps / 1000 / customer.contractKva).toBeCloseTo(1.2, 1);
    inside(during.lineVolts[0] / (customer.kv * 1000), 0.95, 1.05, 'overloaded customer');
    const neighbour = find(grid, (candidate) => candidate !== customer && candidate.feeder === customer.feeder);
    const pulled = grid.measure(neighbour, at).lineVolts[0];
    faults.clear(fault);
    const sagOfNeighbour = 1 - pulled / grid.measure(neighbour, at).lineVolts[0];
    const sagOfCustomer = 1 - during.lineVolts[0] / before.lineVolts[0];
    expect(sagOfNeighbour).toBeGreaterThan(0);
    // Beyond the feeder's sag: R·ΔP + X·ΔQ over its own supply of 0.6 % and 2.4 %.
    const more = (quantity: 'totalWatts' | 'totalVars') =>
      (during[quantity] - before[quantity]) / 1000 / customer.transformerKva;
    const ownSag = 0.006 * more('totalWatts') + 0.024 * more('totalVars');
    expect(sagOfCustomer - sagOfNeighbour).toBeCloseTo(ownSag, 3);
  });

  test('a fault that was cleared has left nothing behind', () => {
    const { grid, faults, customer, fault, before } = withFault((id) => ({
      kind: 'phase-lost',
      customer: id,
      phase: 3,
    }));
    faults.clear(fault);
    expect(grid.measure(customer, at)).toEqual(before);
  });

  function withFault(faultOn: (customer: string) => Fault) {
    const faults = new Faults();
    const grid = new Grid('test', faults);
    const customer = onFeeder(grid, 'F11', 0);
    const before = grid.measure(customer, at);
    const fault = faultOn(customer.id);
    faults.inject(fault);
    return { grid, faults, customer, fault, before, during: grid.measure(customer, at) };
  }
});

function nth(grid: Grid, index: number): SimulatedCustomer {
  const customer = grid.customers[index];
  if (!customer) throw new RangeError(`No customer ${index}`);
  return customer;
}

function find(grid: Grid, fits: (customer: SimulatedCustomer) => boolean): SimulatedCustomer {
  return nth(grid, grid.customers.findIndex(fits));
}

function onFeeder(grid: Grid, feeder: string, index: number): SimulatedCustomer {
  const customer = grid.customers.filter((candidate) => candidate.feeder === feeder)[index];
  if (!customer) throw new RangeError(`No customer ${index} on ${feeder}`);
  return customer;
}

/** Plain comparison: a quarter of a million `expect` calls would be most of the test's time. */
function inside(value: number, low: number, high: number, what: string): void {
  if (!(value >= low && value <= high)) throw new Error(`${what}: ${value} is outside ${low}..${high}`);
}

/** GB/T 15543-2008, appendix A: from the three line voltages. */
function gbUnbalance([a, b, c]: readonly [number, number, number]): number {
  const l = (a ** 4 + b ** 4 + c ** 4) / (a ** 2 + b ** 2 + c ** 2) ** 2;
  const root = Math.sqrt(Math.max(0, 3 - 6 * l));
  return 100 * Math.sqrt(Math.max(0, 1 - root) / (1 + root));
}

/** Mean step of the load from one second to the next, as a share of the contract, over an hour. */
function roughness(grid: Grid, industry: string): number {
  const customer = find(grid, (candidate) => candidate.industry.name === industry);
  const loads = Array.from(
    { length: 3_600 },
    (_, second) => grid.measure(customer, MONDAY + second * 1_000).totalVoltAmps,
  );
  const steps = loads.slice(1).map((load, index) => Math.abs(load - (loads[index] ?? load)));
  return steps.reduce((sum, step) => sum + step, 0) / steps.length / customer.contractKva / 1000;
}

function correlation(x: readonly number[], y: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  const covariance = mean(x.map((value, index) => (value - mx) * ((y[index] ?? 0) - my)));
  const deviation = (values: readonly number[], middle: number) =>
    Math.sqrt(mean(values.map((v) => (v - middle) ** 2)));
  return covariance / deviation(x, mx) / deviation(y, my);
}
