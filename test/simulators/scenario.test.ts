import { describe, expect, test } from 'vitest';
import { demoScenario } from '../../simulators/demo/demo-scenario.ts';
import { type Fault, Faults } from '../../simulators/electricity/faults.ts';
import { Grid } from '../../simulators/electricity/grid.ts';
import { meterPlan } from '../../simulators/fleet/meter-plan.ts';
import { Scenario, type ScenarioStep } from '../../simulators/scenario.ts';

describe('scenario', () => {
  const first: Fault = { kind: 'meter-silent', meter: 'm1' };
  const second: Fault = { kind: 'gateway-silent', gateway: 'g1' };
  const steps: ScenarioStep[] = [
    { from: 2_000, until: 5_000, fault: second, begins: 'gateway off', ends: 'gateway on' },
    { from: 1_000, until: 3_000, fault: first, begins: 'meter off', ends: 'meter on' },
  ];

  test('faults come and go at their times, each announced once', () => {
    const { scenario, faults, lines } = staged();
    scenario.advance(999);
    expect(lines).toEqual([]);
    expect(faults.isMeterSilent('m1')).toBe(false);
    scenario.advance(1_000);
    scenario.advance(1_500);
    expect(faults.isMeterSilent('m1')).toBe(true);
    expect(lines).toEqual(['t+1 s: meter off']);
    scenario.advance(2_500);
    expect([faults.isMeterSilent('m1'), faults.isGatewaySilent('g1')]).toEqual([true, true]);
    scenario.advance(3_000);
    expect([faults.isMeterSilent('m1'), faults.isGatewaySilent('g1')]).toEqual([false, true]);
    expect(scenario.isOver).toBe(false);
    scenario.advance(5_000);
    expect(faults.isGatewaySilent('g1')).toBe(false);
    expect(scenario.isOver).toBe(true);
  });

  test('a late clock does everything it missed, in order of time', () => {
    const { scenario, faults, lines } = staged();
    scenario.advance(60_000);
    expect(lines).toEqual(['t+1 s: meter off', 't+2 s: gateway off', 't+3 s: meter on', 't+5 s: gateway on']);
    expect([faults.isMeterSilent('m1'), faults.isGatewaySilent('g1')]).toEqual([false, false]);
  });

  function staged() {
    const faults = new Faults();
    const lines: string[] = [];
    return { faults, lines, scenario: new Scenario(steps, faults, (line) => lines.push(line)) };
  }
});

describe("the demo's scenario", () => {
  const grid = new Grid('pq-butler demo', new Faults());
  const plan = meterPlan(grid.customers);
  const steps = demoScenario(plan, (gateway) => `address of ${gateway}`);

  test('a dip, an overload, a lost phase and a silent gateway, all over before 85 s', () => {
    expect(steps.map(({ fault, from, until }) => [fault.kind, from / 1000, until / 1000])).toEqual([
      ['phase-voltage', 10, 18],
      ['overload', 20, 45],
      ['phase-lost', 45, 60],
      ['gateway-silent', 55, 75],
    ]);
  });

  test('every step hits other customers, on other feeders', () => {
    const feeders = steps.flatMap(({ fault }) => {
      const hit = plan.filter(({ customer, link }) =>
        fault.kind === 'gateway-silent'
          ? link.kind === 'modbus' && link.gateway === fault.gateway
          : 'customer' in fault && customer.id === fault.customer,
      );
      expect(hit).toHaveLength(fault.kind === 'gateway-silent' ? 4 : 1);
      return [...new Set(hit.map(({ customer }) => customer.feeder))];
    });
    expect(new Set(feeders).size).toBe(4);
  });

  test('customers fit what is done to them, and each line names its customer', () => {
    const [dip, overload, lost] = steps.map((step) => {
      const { fault } = step;
      const customer = grid.customers.find(({ id }) => 'customer' in fault && id === fault.customer);
      if (customer) expect(step.begins).toContain(customer.name);
      return customer;
    });
    expect(dip).toMatchObject({ kv: 0.38, industry: { name: 'hospital' } });
    expect(overload).toMatchObject({ kv: 10 });
    expect(lost).toMatchObject({ kv: 10 });
  });
});
