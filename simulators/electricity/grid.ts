import { customersOf, type SimulatedCustomer } from './customers.ts';
import { type Demand, demandOf } from './demand.ts';
import type { Faults } from './faults.ts';
import { type Measurement, measurementOf } from './measurement.ts';
import { type Feeder, feedersOf } from './network.ts';
import { fixedShare, wander } from './noise.ts';
import { eachPhase, mean, type Phases, sum } from './phases.ts';

/** The customer's own transformer or cable, per unit of its transformer capacity. */
const SUPPLY_RESISTANCE = 0.006;
const SUPPLY_REACTANCE = 0.024;

interface FeederWithCustomers {
  readonly feeder: Feeder;
  readonly customers: readonly SimulatedCustomer[];
  readonly capacityKva: number;
}

/**
 * The city's network: what every customer's supply looks like at an instant. Values depend on the seed, the instant and
 * the active faults alone. Nothing is remembered between calls.
 */
export class Grid {
  readonly customers: readonly SimulatedCustomer[];
  readonly feeders: readonly Feeder[];
  readonly #seed: string;
  readonly #faults: Faults;
  readonly #feeders: ReadonlyMap<string, FeederWithCustomers>;

  constructor(seed: string, faults: Faults) {
    this.#seed = seed;
    this.#faults = faults;
    this.customers = customersOf(seed);
    this.feeders = feedersOf(seed);
    this.#feeders = new Map(this.feeders.map((feeder) => [feeder.id, withCustomers(feeder, this.customers)]));
  }

  /** The primary values at a customer's supply point, `at` in epoch milliseconds. Energy counters are not kept here. */
  measure(customer: SimulatedCustomer, at: number): Measurement {
    const key = `${this.#seed}/${customer.id}`;
    const demand = this.#demandOf(customer, at);
    const shares = phaseShares(key, at);
    const healthy = this.#healthyPhaseVolts(customer, demand, shares, at);
    const voltageFactors = this.#faults.voltageFactors(customer.id);
    const currentFactors = this.#faults.currentFactors(customer.id);
    return measurementOf({
      phaseVolts: eachPhase((phase) => healthy[phase] * voltageFactors[phase]),
      amps: eachPhase((phase) => ((demand.kva * 1000 * shares[phase]) / healthy[phase]) * currentFactors[phase]),
      lag: demand.lag,
      frequency: 50 + 0.022 * wander(`${this.#seed}/f/slow`, at, 40_000) + 0.008 * wander(`${this.#seed}/f`, at, 3_000),
      hasNeutral: customer.kv < 1,
      voltageThd: distortion(`${key}/thd-u`, customer.industry.voltageThd, at),
      currentThd: distortion(`${key}/thd-i`, customer.industry.currentThd, at),
    });
  }

  #demandOf(customer: SimulatedCustomer, at: number): Demand {
    const usual = demandOf(this.#seed, customer, at);
    const share = this.#faults.overloadShare(customer.id);
    if (share === undefined) return usual;
    const flicker = 1 + 0.005 * wander(`${this.#seed}/${customer.id}/flicker`, at, 3_000);
    return { kva: share * customer.contractKva * flicker, lag: usual.lag };
  }

  /** Volts from phase to neutral before any fault: feeder voltage, less the drop over the customer's own supply. */
  #healthyPhaseVolts(customer: SimulatedCustomer, demand: Demand, shares: Phases, at: number): Phases {
    const key = `${this.#seed}/${customer.id}`;
    const atFeeder = this.#feederVoltage(customer.feeder, at);
    const load = perUnit(demand, customer.transformerKva);
    const drop = SUPPLY_RESISTANCE * load.p + SUPPLY_REACTANCE * load.q;
    const nominal = (customer.kv * 1000) / Math.sqrt(3);
    return eachPhase((phase) => {
      const asymmetry = 0.006 * (fixedShare(`${key}/u${phase}`) - 0.5) + 0.0005 * wander(`${key}/u${phase}`, at, 2_000);
      return nominal * (atFeeder + asymmetry - drop * 3 * shares[phase]);
    });
  }

  /** Per unit: what the substation holds, a slow walk that the whole feeder shares, less the drop of its total load. */
  #feederVoltage(id: string, at: number): number {
    const entry = this.#feeders.get(id);
    if (!entry) throw new RangeError(`No feeder ${id}`);
    const { feeder, customers, capacityKva } = entry;
    const key = `${this.#seed}/${id}/u`;
    const walk = 0.006 * wander(`${key}/slow`, at, 23 * 60_000) + 0.002 * wander(`${key}/fast`, at, 90_000);
    let [p, q] = [0, 0];
    for (const customer of customers) {
      const load = perUnit(this.#demandOf(customer, at), capacityKva);
      p += load.p;
      q += load.q;
    }
    return 1.012 + walk - feeder.resistance * p - feeder.reactance * q;
  }
}

function withCustomers(feeder: Feeder, all: readonly SimulatedCustomer[]): FeederWithCustomers {
  const customers = all.filter((customer) => customer.feeder === feeder.id);
  return { feeder, customers, capacityKva: customers.reduce((kva, customer) => kva + customer.transformerKva, 0) };
}

function perUnit(demand: Demand, baseKva: number): { p: number; q: number } {
  return { p: (demand.kva * Math.cos(demand.lag)) / baseKva, q: (demand.kva * Math.sin(demand.lag)) / baseKva };
}

/** How a customer's load is spread over its phases: about a third each, together 1. */
function phaseShares(key: string, at: number): Phases {
  const weights = eachPhase((phase) => {
    const fixed = 0.04 * (fixedShare(`${key}/load${phase}`) - 0.5);
    return 1 + fixed + 0.008 * wander(`${key}/load${phase}`, at, 60_000);
  });
  return eachPhase((phase) => weights[phase] / sum(weights));
}

function distortion(key: string, typical: number, at: number): Phases {
  const level = eachPhase((phase) => typical * (1 + 0.1 * wander(`${key}${phase}`, at, 5 * 60_000)));
  const common = 0.05 * wander(key, at, 60_000) * mean(level);
  return eachPhase((phase) => level[phase] + common);
}
