import { connectAsync, type MqttClient } from 'mqtt';
import { expect, onTestFinished, test, vi } from 'vitest';
import { measurementOf } from '../../simulators/electricity/measurement.ts';
import { MqttBroker } from '../../simulators/mqtt/broker.ts';
import { plainJson } from '../../simulators/mqtt/plain-json.ts';
import { PublishingMeter } from '../../simulators/mqtt/publishing-meter.ts';
import { DISTINCT } from './measured.ts';

const EIGHT = Date.UTC(2026, 2, 1, 8, 0, 0, 250);

test('the message names quantities and carries their values, in units without a prefix', () => {
  const message = JSON.parse(plainJson(DISTINCT, EIGHT));
  expect(message).toMatchObject({
    time: '2026-03-01T08:00:00.250Z',
    voltage_l1_n: 230.25,
    voltage_l2_n: 231.5,
    current_l3: 103.75,
    active_power_l1: DISTINCT.watts[0],
    active_power_total: DISTINCT.totalWatts,
    reactive_power_l2: DISTINCT.vars[1],
    apparent_power_total: DISTINCT.totalVoltAmps,
    power_factor_l3: DISTINCT.powerFactors[2],
    frequency: 49.984375,
    thd_u_l1: 1.25,
    thd_i_l3: 6.75,
    energy_active_import: 5_000_000,
    energy_reactive_export: 1_000,
  });
  expect(message.voltage_l1_l2).toBeCloseTo(Math.sqrt(230.25 ** 2 + 231.5 ** 2 + 230.25 * 231.5), 9);
});

test('what the meter cannot see is null', () => {
  const threeWire = measurementOf({ phaseVolts: [58, 58, 58], amps: [1, 1, 1], hasNeutral: false });
  expect(JSON.parse(plainJson(threeWire, EIGHT))).toHaveProperty('current_n', null);
});

test('a meter publishes again and again with QoS 1, and nothing while it is silent', async () => {
  const broker = new MqttBroker();
  await broker.start();
  onTestFinished(() => broker.stop());
  const listener = await connectAsync(broker.url);
  onTestFinished(() => listener.endAsync(true));
  await listener.subscribeAsync('grid/#', { qos: 1 });

  const state = { now: EIGHT, silent: false, asked: 0 };
  const meter = new PublishingMeter({
    brokerUrl: broker.url,
    clientId: 'c01-a-m1',
    topic: 'grid/F17/c01-a-m1',
    intervalMs: 20,
    measure: () => DISTINCT,
    clock: { now: () => state.now },
    isSilent: () => {
      state.asked += 1;
      return state.silent;
    },
  });
  const heard = messagesOf(listener);
  await meter.start();
  onTestFinished(() => meter.stop());
  await vi.waitFor(() => expect(heard.length).toBeGreaterThan(2));
  expect(heard[0]).toMatchObject({ topic: 'grid/F17/c01-a-m1', qos: 1 });
  expect(JSON.parse(heard[0]?.text ?? '')).toMatchObject({ time: '2026-03-01T08:00:00.250Z', voltage_l1_n: 230.25 });

  state.silent = true;
  await ticksOfMeter();
  await listener.publishAsync('grid/start', '', { qos: 1 });
  await ticksOfMeter();
  await listener.publishAsync('grid/end', '', { qos: 1 });
  await vi.waitFor(() => expect(heard.at(-1)?.topic).toBe('grid/end'));
  expect(heard.at(-2)?.topic).toBe('grid/start');

  async function ticksOfMeter(): Promise<void> {
    const asked = state.asked;
    await vi.waitFor(() => expect(state.asked).toBeGreaterThan(asked + 2));
  }
});

function messagesOf(listener: MqttClient) {
  const heard: { topic: string; qos: number; text: string }[] = [];
  listener.on('message', (topic, payload, { qos }) => heard.push({ topic, qos, text: payload.toString() }));
  return heard;
}
