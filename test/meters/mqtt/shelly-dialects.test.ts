import { describe, expect, it } from 'vitest';
import { ARRIVAL, interpreterOf, NOTHING, packet, readingIn, said, shipped } from './dialects.ts';

describe('Shelly of the first generation', () => {
  const METER = 'shellyem3-68C63AFB5856';
  const TOPIC = `shellies/${METER}/emeter`;

  it.each([
    ['0/power', '-60.24', { active_power_l1: -60.24 }],
    ['0/pf', '0.45', { power_factor_l1: 0.45 }],
    ['0/current', '0.60', { current_l1: 0.6 }],
    ['0/voltage', '231.24', { voltage_l1_n: 231.24 }],
    ['1/voltage', '230.9', { voltage_l2_n: 230.9 }],
    ['2/power', '379.9', { active_power_l3: 379.9 }],
    ['2/reactive_power', '-12.5', { reactive_power_l3: -12.5 }],
  ])('says %s', (field, text, values) => {
    expect(said('shelly-em-gen1', METER, `${TOPIC}/${field}`, text)).toMatchObject({
      values,
      time: ARRIVAL,
      timeSource: 'arrival',
    });
  });

  it.each(['0/total', '0/energy', '3/voltage'])('says nothing of interest in %s', (field) => {
    const interpreter = interpreterOf(shipped('shelly-em-gen1'), { topic: METER });
    expect(interpreter.hear(packet(`${TOPIC}/${field}`, '12345.7'))).toEqual(NOTHING);
  });

  it('is gathered, and then completed with what is held, until it says that it is not online', () => {
    const model = shipped('shelly-em-gen1');
    expect(model).toMatchObject({ gather: 500, hold: 45_000 });
    const interpreter = interpreterOf(model, { topic: METER });
    const partOf = (field: string, text: string) => readingIn(interpreter.hear(packet(`${TOPIC}/${field}`, text)));
    const first = partOf('0/voltage', '231');
    interpreter.completed(first);
    const second = { ...partOf('0/current', '2'), time: ARRIVAL + 45_000 };
    expect(second.values).toEqual({ current_l1: 2 });
    expect(interpreter.completed(second).values).toEqual({ voltage_l1_n: 231, current_l1: 2 });
    expect(interpreter.completed({ ...second, time: ARRIVAL + 45_001 }).values).toEqual({ current_l1: 2 });
    // What comes late stands for itself.
    expect(interpreter.completed({ ...first, time: ARRIVAL + 45_000 }).values).toEqual({ voltage_l1_n: 231 });
    expect(interpreter.completed({ ...second, time: ARRIVAL + 45_001 }).values).toEqual({ current_l1: 2 });
    expect(interpreter.hear(packet(`shellies/${METER}/online`, 'false'))).toEqual(NOTHING);
    expect(interpreter.completed({ ...first, time: ARRIVAL + 45_002 }).values).toEqual({ voltage_l1_n: 231 });
  });
});

const EM = {
  id: 0,
  a_current: 0.595,
  a_voltage: 225.3,
  a_act_power: -60.2,
  a_aprt_power: 134.0,
  a_pf: 0.45,
  a_freq: 50.0,
  b_current: 1.041,
  b_voltage: 223.9,
  b_act_power: 72.8,
  b_aprt_power: 233.1,
  b_pf: 0.32,
  b_freq: 50.0,
  c_current: 2.057,
  c_voltage: 224.3,
  c_act_power: 379.9,
  c_aprt_power: 461.5,
  c_pf: 0.82,
  c_freq: 50.0,
  n_current: null,
  total_current: 3.693,
  total_act_power: 392.5,
  total_aprt_power: 828.6,
};

const EM_VALUES = {
  voltage_l1_n: 225.3,
  voltage_l2_n: 223.9,
  voltage_l3_n: 224.3,
  current_l1: 0.595,
  current_l2: 1.041,
  current_l3: 2.057,
  active_power_l1: -60.2,
  active_power_l2: 72.8,
  active_power_l3: 379.9,
  active_power_total: 392.5,
  apparent_power_l1: 134,
  apparent_power_l2: 233.1,
  apparent_power_l3: 461.5,
  apparent_power_total: 828.6,
  power_factor_l1: 0.45,
  power_factor_l2: 0.32,
  power_factor_l3: 0.82,
  frequency: 50,
};

describe('Shelly of the second generation', () => {
  const TOPIC = 'shellypro3em-1/events/rpc';
  const notified = (params: object, method = 'NotifyStatus') => ({
    src: 'shellypro3em-1',
    dst: 'shellypro3em-1/events',
    method,
    params: { ts: ARRIVAL / 1_000 - 2.51, ...params },
  });

  it('says its status on a topic of its own', () => {
    expect(said('shelly-em-gen2', 'shellypro3em-1', 'shellypro3em-1/status/em:0', EM)).toEqual({
      meter: 'm1',
      time: ARRIVAL,
      timeSource: 'arrival',
      arrivedAt: ARRIVAL,
      values: EM_VALUES,
      missing: { current_n: 'not available' },
    });
  });

  it('notifies of its status with its own time', () => {
    expect(said('shelly-em-gen2', 'shellypro3em-1', TOPIC, notified({ 'em:0': EM }))).toMatchObject({
      time: ARRIVAL - 2_510,
      timeSource: 'payload',
      values: EM_VALUES,
    });
  });

  it('says energies in Wh', () => {
    const payload = { id: 0, a_total_act_energy: 5, total_act: 12_345.6, total_act_ret: 78.9 };
    expect(said('shelly-em-gen2', 'shellypro3em-1', 'shellypro3em-1/status/emdata:0', payload).values).toEqual({
      energy_active_import: 12_345.6,
      energy_active_export: 78.9,
    });
  });

  it('notifies of what has changed: the rest is held for a minute, and a missing key is never 0', () => {
    const interpreter = interpreterOf(shipped('shelly-em-gen2'), { topic: 'shellypro3em-1' });
    interpreter.hear(packet(TOPIC, notified({ 'em:0': EM })));
    const at = (later: number, em: object) =>
      readingIn(
        interpreter.hear(
          packet(TOPIC, notified({ ts: (ARRIVAL + later) / 1_000, 'em:0': em }), { arrivedAt: ARRIVAL + later }),
        ),
      ).values;
    expect(at(10_000, { id: 0, a_voltage: 226 })).toEqual({ ...EM_VALUES, voltage_l1_n: 226 });
    // The first notification was 2.51 s before the arrival of the tests.
    expect(at(57_490, { id: 0, b_voltage: 224 })).toEqual({ ...EM_VALUES, voltage_l1_n: 226, voltage_l2_n: 224 });
    expect(at(57_491, { id: 0, b_voltage: 225 })).toEqual({ voltage_l1_n: 226, voltage_l2_n: 225 });
  });

  it('may have single-phase components', () => {
    const payload = notified({ 'em1:0': { id: 0, current: 16.714, act_power: -1899.8, voltage: 117.6 } });
    expect(said('shelly-em-gen2', 'shellyemg3', 'shellyemg3/events/rpc', payload).values).toEqual({
      voltage_l1_n: 117.6,
      current_l1: 16.714,
      active_power_l1: -1899.8,
    });
    const second = { id: 1, current: 2, voltage: 231, act_power: 400, aprt_power: 462, pf: 0.87, freq: 50.01 };
    expect(said('shelly-em-gen2', 'shellyemg3', 'shellyemg3/status/em1:1', second).values).toEqual({
      voltage_l2_n: 231,
      current_l2: 2,
      active_power_l2: 400,
      apparent_power_l2: 462,
      power_factor_l2: 0.87,
    });
  });

  it.each([
    ['another method', TOPIC, notified({ 'em:0': EM }, 'NotifyEvent')],
    ['another component', TOPIC, notified({ 'wifi:0': { rssi: -60 } })],
    ['a status of another component', 'shellypro3em-1/status/sys', { uptime: 5 }],
  ])('has no news in %s', (_, topic, payload) => {
    const interpreter = interpreterOf(shipped('shelly-em-gen2'), { topic: 'shellypro3em-1' });
    expect(interpreter.hear(packet(topic, payload))).toEqual(NOTHING);
  });
});
