import { expect, test } from 'vitest';
import { Faults } from '../../simulators/electricity/faults.ts';
import { Grid } from '../../simulators/electricity/grid.ts';
import { meterPlan } from '../../simulators/fleet/meter-plan.ts';

const plan = meterPlan(new Grid('pq-butler demo', new Faults()).customers);

test('70 meters: 58 over Modbus in three layouts, 12 over MQTT', () => {
  const count = (model: string) => plan.filter((meter) => meter.model === model).length;
  expect(plan).toHaveLength(70);
  expect(plan.filter(({ link }) => link.kind === 'modbus')).toHaveLength(58);
  expect(count('plain-json')).toBe(12);
  for (const model of ['sdm630', 'pac4200', 'pm5xxx']) expect(count(model), model).toBeGreaterThan(10);
});

test('five gateways have 3 to 5 units with ids of their own, all others one', () => {
  const units = new Map<string, number[]>();
  for (const { link } of plan) {
    if (link.kind === 'modbus') units.set(link.gateway, [...(units.get(link.gateway) ?? []), link.unit]);
  }
  const shared = [...units.values()].filter((ids) => ids.length > 1);
  expect(shared).toHaveLength(5);
  for (const ids of shared) expect(ids).toEqual([1, 2, 3, 4, 5].slice(0, Math.max(3, ids.length)));
});

test('some meters of both kinds show secondary values, also at medium voltage', () => {
  const secondary = plan.filter((meter) => meter.showsSecondary);
  const mediumVoltage = secondary.filter(({ model, customer }) => model === 'sdm630' && customer.kv >= 10);
  expect(mediumVoltage.length).toBeGreaterThan(4);
  expect(secondary.some(({ model }) => model === 'plain-json')).toBe(true);
  expect(secondary.length).toBeLessThan(35);
});
