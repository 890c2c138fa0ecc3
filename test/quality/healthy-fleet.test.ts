import { describe, expect, it } from 'vitest';
import type { SimulatedCustomer } from '../../simulators/electricity/customers.ts';
import { type Fault, Faults } from '../../simulators/electricity/faults.ts';
import { Grid } from '../../simulators/electricity/grid.ts';
import { SimulatedMeter } from '../../simulators/electricity/simulated-meter.ts';
import type { Quantity } from '../../src/domain/quantity.ts';
import type { Values } from '../../src/domain/reading.ts';
import { QualityCheck } from '../../src/quality/quality-check.ts';
import { WiringCheck } from '../../src/quality/wiring-check.ts';
import { valuesOf } from './measurement-values.ts';
import { doubtsOf, placeOf, reading, START } from './place.ts';

const HOUR = 3_600_000;

/** One of each industry and level. */
const CUSTOMERS = ['c01', 'c04', 'c09', 'c13', 'c19', 'c24', 'c33', 'c36', 'c45', 'c49', 'c61', 'c65'];

/** What happens to a customer in the day: from and for how long in seconds, and what it does to the network. */
type Trouble = readonly [from: number, seconds: number, (customer: string) => readonly Fault[]];

const onPhases = (factors: readonly number[]) => (customer: string) =>
  factors.map((factor, index): Fault => {
    const phase = index === 0 ? 1 : index === 1 ? 2 : 3;
    return { kind: 'phase-voltage', customer, phase, factor };
  });

const TROUBLES: readonly Trouble[] = [
  [3_600, 1, onPhases([0.4, 0.4, 0.4])],
  [7_200, 30, onPhases([0.7, 1, 1])],
  [10_800, 1_800, onPhases([0, 0, 0])],
  [18_000, 600, onPhases([1.2, 1.2, 1.2])],
  [21_600, 5_400, onPhases([0, Math.sqrt(3), Math.sqrt(3)])],
  [28_800, 60, onPhases([0.1, 1.9, 1.9])],
  [36_000, 2_400, (customer) => [{ kind: 'phase-lost', customer, phase: 2 }]],
  [43_200, 20, (customer) => [{ kind: 'overload', customer, share: 6 }]],
];

/** Calls `see` with every reading of a customer's day. */
function liveThrough(
  id: string,
  step: number,
  troubles: readonly Trouble[],
  see: (time: number, values: Values, customer: SimulatedCustomer) => void,
): void {
  const faults = new Faults();
  const grid = new Grid('quality', faults);
  const customer = grid.customers.find((candidate) => candidate.id === id);
  if (!customer) throw new Error(`No customer ${id}`);
  let now = START;
  const meter = new SimulatedMeter(grid, customer, { now: () => now });
  const active = new Map<Trouble, readonly Fault[]>();
  for (let offset = 0; offset < 24 * HOUR; offset += step) {
    now = START + offset;
    for (const trouble of troubles) {
      const [from, seconds, faultsOf] = trouble;
      const isOn = offset >= from * 1_000 && offset < (from + seconds) * 1_000;
      if (isOn && !active.has(trouble)) {
        active.set(trouble, faultsOf(id));
        for (const fault of active.get(trouble) ?? []) faults.inject(fault);
      } else if (!isOn && active.has(trouble)) {
        for (const fault of active.get(trouble) ?? []) faults.clear(fault);
        active.delete(trouble);
      }
    }
    see(offset, valuesOf(meter.measure()), customer);
  }
}

const pointOf = ({ kv, contractKva, transformerKva }: SimulatedCustomer) => ({
  nominalKv: kv,
  contractKva,
  transformerKva,
});

/** The change of a reading that a kind of meter makes. */
const METERS: Readonly<Record<string, (values: Values) => Values>> = {
  'as it is': (values) => values,
  'in tenths': (values) => mapped(values, (value) => Math.round(value * 10) / 10),
  'that generates': (values) =>
    mapped(values, (value, quantity) => (/^(active|reactive|power_factor)/.test(quantity) ? -value : value)),
  'whose S has 30 % distortion in it': (values) =>
    mapped(values, (value, quantity) => (quantity.startsWith('apparent') ? value * Math.sqrt(1.09) : value)),
};

function mapped(values: Values, change: (value: number, quantity: Quantity) => number): Values {
  const entries = Object.entries(values) as [Quantity, number][];
  return Object.fromEntries(entries.map(([quantity, value]) => [quantity, change(value, quantity)]));
}

describe('a day of a customer with dips, interruptions, swells, earth faults, a lost phase and a motor start', () => {
  it.each(CUSTOMERS)('has nothing that is doubted, however it is metered: %s', (id) => {
    const checks = Object.entries(METERS).map(([name, change]) => ({ name, change, check: new QualityCheck() }));
    const wiring = new WiringCheck();
    let place = placeOf();
    let isFirst = true;
    liveThrough(id, 20_000, TROUBLES, (offset, values, customer) => {
      if (isFirst) place = placeOf(pointOf(customer));
      isFirst = false;
      for (const { name, change, check } of checks) {
        const judged = check.judge(reading(offset, change(values)), place);
        if (judged.suspect) expect({ name, offset, doubts: doubtsOf(judged) }).toBeUndefined();
        if (name === 'as it is') wiring.see(judged, place);
      }
      const faults = wiring.verdict('m1')?.faults ?? [];
      if (faults.length > 0) expect({ offset, faults }).toBeUndefined();
    });
    expect(wiring.verdict('m1')?.state).toBe('right');
  });

  it('is doubted where its meter is wrong: the same day with a value that another register holds', () => {
    const check = new QualityCheck();
    const reasons = new Set<string>();
    let place = placeOf();
    let isFirst = true;
    liveThrough('c24', 60_000, [], (offset, values, customer) => {
      if (isFirst) place = placeOf(pointOf(customer));
      isFirst = false;
      const judged = check.judge(
        reading(offset, { ...values, active_power_l2: values.apparent_power_total ?? 0 }),
        place,
      );
      for (const reason of Object.values(doubtsOf(judged))) reasons.add(reason);
    });
    expect([...reasons].sort()).toEqual(['powers disagree', 'sum of phases disagrees']);
  });
});
