import type { PlannedMeter } from '../fleet/meter-plan.ts';
import type { ScenarioStep } from '../scenario.ts';

const GATEWAY_UNITS = 4;

/** The demo's first 90 seconds: a dip, an overload, a lost phase and a dead gateway, at customers of different feeders. */
export function demoScenario(plan: readonly PlannedMeter[], addressOf: (gateway: string) => string): ScenarioStep[] {
  const alone = (meter: PlannedMeter) => meter.link.kind === 'modbus' && unitsOf(plan, meter.link.gateway).length === 1;
  const used = new Set<string>();
  const choose = (what: string, fits: (meter: PlannedMeter) => boolean): PlannedMeter => {
    const meter = plan.find((candidate) => fits(candidate) && !used.has(candidate.customer.feeder));
    if (!meter) throw new Error(`The plan has no ${what} for the scenario`);
    used.add(meter.customer.feeder);
    return meter;
  };
  const hospital = choose('0.38 kV hospital', (meter) => alone(meter) && is(meter, 'hospital', 0.38));
  const fibre = choose('10 kV chemical fibre plant', (meter) => alone(meter) && is(meter, 'chemical fibre', 10));
  const cement = choose('10 kV cement works', (meter) => alone(meter) && is(meter, 'cement', 10));
  const gateway = sharedGateway(plan, used);
  const behind = unitsOf(plan, gateway)
    .map(({ customer }) => customer.id)
    .join(', ');

  return [
    {
      from: 10_000,
      until: 18_000,
      fault: { kind: 'phase-voltage', customer: hospital.customer.id, phase: 1, factor: 0.8 },
      begins: `${called(hospital)}: L1 falls to 80 % for 8 s. Expect a voltage dip, told at once.`,
      ends: `${called(hospital)}: L1 is back. Expect the dip to end, with its depth and duration.`,
    },
    {
      from: 20_000,
      until: 45_000,
      fault: { kind: 'overload', customer: fibre.customer.id, share: 1.2 },
      begins: `${called(fibre)}: takes 120 % of its contract for 25 s. Expect an overload after about 6 s.`,
      ends: `${called(fibre)}: back to its usual load. Expect the overload to end after about 5 s.`,
    },
    {
      from: 45_000,
      until: 60_000,
      fault: { kind: 'phase-lost', customer: cement.customer.id, phase: 2 },
      begins: `${called(cement)}: phase L2 is lost for 15 s. Expect a dip at once, which becomes a phase loss after about 3 s.`,
      ends: `${called(cement)}: L2 is back. Expect the phase loss to end after about 3 s.`,
    },
    {
      from: 55_000,
      until: 75_000,
      fault: { kind: 'gateway-silent', gateway },
      begins: `${addressOf(gateway)} (${behind}) falls silent for 20 s. Expect one alert for the gateway, not four.`,
      ends: `${addressOf(gateway)} answers again. Expect the silence to end with the next readings.`,
    },
  ];
}

function is(meter: PlannedMeter, industry: string, kv: number): boolean {
  return meter.customer.industry.name === industry && meter.customer.kv === kv;
}

function called({ customer }: PlannedMeter): string {
  return `${customer.name} (${customer.id}, ${customer.kv} kV, ${customer.feeder})`;
}

function sharedGateway(plan: readonly PlannedMeter[], usedFeeders: ReadonlySet<string>): string {
  for (const { link, customer } of plan) {
    if (link.kind !== 'modbus' || usedFeeders.has(customer.feeder)) continue;
    if (unitsOf(plan, link.gateway).length === GATEWAY_UNITS) return link.gateway;
  }
  throw new Error(`The plan has no gateway with ${GATEWAY_UNITS} units for the scenario`);
}

function unitsOf(plan: readonly PlannedMeter[], gateway: string): PlannedMeter[] {
  return plan.filter(({ link }) => link.kind === 'modbus' && link.gateway === gateway);
}
