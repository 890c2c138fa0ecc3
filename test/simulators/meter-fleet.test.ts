import { connectAsync } from 'mqtt';
import { expect, onTestFinished, test, vi } from 'vitest';
import { wallClock } from '../../simulators/clock.ts';
import { Faults } from '../../simulators/electricity/faults.ts';
import { Grid } from '../../simulators/electricity/grid.ts';
import { MeterFleet } from '../../simulators/fleet/meter-fleet.ts';
import { meterPlan, type PlannedMeter } from '../../simulators/fleet/meter-plan.ts';
import { MqttBroker } from '../../simulators/mqtt/broker.ts';
import { modbusClient } from './modbus-client.ts';

/** Where each model keeps its first line voltage: function code and register. */
const LINE_VOLTAGE = { sdm630: [4, 200], pac4200: [3, 7], pm5xxx: [3, 3019] } as const;

test('every planned meter answers with the voltage of its customer', async () => {
  const { fleet, plan, brokerUrl } = await running();
  for (const meter of plan.filter(({ link }) => link.kind === 'modbus')) {
    expect((await lineVoltsOf(fleet, meter)) / 1000 / meter.customer.kv, meter.id).toBeCloseTo(1, 1);
  }

  const listener = await connectAsync(brokerUrl);
  onTestFinished(() => listener.endAsync(true));
  const volts = new Map<string, number>();
  listener.on('message', (topic, payload) => volts.set(topic, JSON.parse(payload.toString()).voltage_l1_l2));
  await listener.subscribeAsync('grid/#', { qos: 1 });
  await vi.waitFor(() => expect(volts.size).toBe(12), { timeout: 5_000 });
  for (const meter of plan.filter(({ link }) => link.kind === 'mqtt')) {
    const topic = fleet.connectionOf(meter, 'main').replace('mqtt://main/', '');
    const primary = (volts.get(topic) ?? Number.NaN) * ratioOf(meter);
    expect(primary / 1000 / meter.customer.kv, meter.id).toBeCloseTo(1, 1);
  }
});

test('a silent meter is alone in it, a silent gateway takes all its units along', async () => {
  const { fleet, plan, faults } = await running();
  const [first, second] = plan.filter(({ link }) => link.kind === 'modbus' && link.gateway === 'gateway-F09');
  if (!first || !second) throw new Error('gateway-F09 has no two units');

  faults.inject({ kind: 'meter-silent', meter: first.id });
  await expect(lineVoltsOf(fleet, first)).rejects.toMatchObject({ errno: 'ETIMEDOUT' });
  expect(await lineVoltsOf(fleet, second)).toBeGreaterThan(0);

  faults.inject({ kind: 'gateway-silent', gateway: 'gateway-F09' });
  await expect(lineVoltsOf(fleet, second)).rejects.toMatchObject({ errno: 'ETIMEDOUT' });
});

async function running() {
  const broker = new MqttBroker();
  await broker.start();
  onTestFinished(() => broker.stop());
  const faults = new Faults();
  const grid = new Grid('test', faults);
  const plan = meterPlan(grid.customers);
  const fleet = new MeterFleet({ plan, grid, faults, clock: wallClock, brokerUrl: broker.url });
  onTestFinished(() => fleet.stop());
  await fleet.start();
  return { fleet, plan, faults, brokerUrl: broker.url };
}

/** Primary volts, read over Modbus TCP. */
async function lineVoltsOf(fleet: MeterFleet, meter: PlannedMeter): Promise<number> {
  const [, port, unit] = /:(\d+)\/(\d+)$/.exec(fleet.connectionOf(meter, 'main')) ?? [];
  if (meter.model === 'plain-json') throw new Error(`${meter.id} does not speak Modbus`);
  const [functionCode, register] = LINE_VOLTAGE[meter.model];
  const client = await modbusClient(Number(port), Number(unit), 500);
  try {
    const read = functionCode === 3 ? client.readHoldingRegisters(register, 2) : client.readInputRegisters(register, 2);
    return (await read).buffer.readFloatBE() * ratioOf(meter);
  } finally {
    await new Promise<void>((resolve) => client.destroy(() => resolve()));
  }
}

function ratioOf(meter: PlannedMeter): number {
  return meter.showsSecondary ? meter.customer.ratios.pt : 1;
}
