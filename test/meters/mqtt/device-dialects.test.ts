import { describe, expect, it } from 'vitest';
import { ARRIVAL, interpreterOf, packet, readingIn, SHIPPED, shipped } from './dialects.ts';

const NOTHING = { readings: [], events: [], requests: [] };

/** What one message says of a meter that is connected to `meter`. */
function said(id: string, meter: string, topic: string, payload: unknown) {
  return readingIn(interpreterOf(shipped(id), { topic: meter }).hear(packet(topic, payload)));
}

describe('the shipped payload mappings', () => {
  it('are one for each dialect, named as their files, with the document they are written from', () => {
    expect(SHIPPED.map((file) => shipped(file.replace('.yaml', '')).id)).toEqual(
      SHIPPED.map((file) => file.replace('.yaml', '')),
    );
    expect(SHIPPED).toHaveLength(20);
    for (const file of SHIPPED) expect(shipped(file.replace('.yaml', '')).source).not.toBe('');
  });
});

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

describe('Tasmota', () => {
  const ENERGY = {
    TotalStartTime: '2018-11-14T18:39:40',
    Total: 6.294,
    Yesterday: 5.34,
    Today: 0.954,
    Period: 217,
    Power: 2635,
    ApparentPower: 2650,
    ReactivePower: 282,
    Factor: 0.99,
    Voltage: 227,
    Current: 11.661,
  };
  const VALUES = {
    voltage_l1_n: 227,
    current_l1: 11.661,
    active_power_l1: 2635,
    reactive_power_l1: 282,
    apparent_power_l1: 2650,
    power_factor_l1: 0.99,
    active_power_total: 2635,
    reactive_power_total: 282,
    apparent_power_total: 2650,
    energy_active_import: 6_294,
  };
  // 15:59:57 in Shanghai.
  const TIME = Date.UTC(2026, 2, 1, 7, 59, 57);

  it('says the local time of its site, and scalars for a single phase', () => {
    expect(said('tasmota', 'pow1', 'tele/pow1/SENSOR', { Time: '2026-03-01T15:59:57', ENERGY })).toMatchObject({
      time: TIME,
      timeSource: 'payload',
      values: VALUES,
    });
  });

  it('answers a query with the same in another place', () => {
    const payload = { StatusSNS: { Time: '2026-03-01T15:59:57', ENERGY } };
    expect(said('tasmota', 'pow1', 'stat/pow1/STATUS8', payload)).toMatchObject({ time: TIME, values: VALUES });
  });

  it('says lists for several phases, whose sum is the total', () => {
    const payload = {
      Time: '2026-03-01T15:59:57',
      ENERGY: {
        Total: [1.5, 2.25],
        Power: [300, 483],
        Current: [1.32, 2.1],
        Voltage: 230,
        Frequency: 50,
        ExportActive: 0.5,
      },
    };
    expect(said('tasmota', 'em', 'tele/em/SENSOR', payload).values).toEqual({
      voltage_l1_n: 230,
      current_l1: 1.32,
      current_l2: 2.1,
      active_power_l1: 300,
      active_power_l2: 483,
      active_power_total: 783,
      frequency: 50,
      energy_active_import: 3_750,
      energy_active_export: 500,
    });
  });

  it('reads smart meter scripts by their usual names', () => {
    const payload = {
      Time: '2026-03-01T15:59:57',
      SML: { Total_in: 1234.5, Total_out: 6.5, Power_curr: -250, power_l1: -100, voltage_l3: 231.2, current_l2: 0.7 },
    };
    expect(said('tasmota', 'sml', 'tele/sml/SENSOR', payload).values).toEqual({
      energy_active_import: 1_234_500,
      energy_active_export: 6_500,
      active_power_total: -250,
      active_power_l1: -100,
      voltage_l3_n: 231.2,
      current_l2: 0.7,
    });
  });

  it('has no news without an energy sensor', () => {
    const interpreter = interpreterOf(shipped('tasmota'), { topic: 'pow1' });
    expect(interpreter.hear(packet('tele/pow1/SENSOR', { Time: '2026-03-01T15:59:57', DS18B20: {} }))).toEqual(NOTHING);
  });
});

describe('zigbee2mqtt', () => {
  it('has no suffix for the first phase', () => {
    const payload = {
      ac_frequency: 49.96,
      current: 0.44,
      current_neutral: 0.03,
      current_phase_b: 1.85,
      current_phase_c: 0,
      energy: 299.7,
      linkquality: 180,
      power: 89,
      power_apparent: 95,
      power_apparent_phase_b: 354,
      power_factor: 0.92,
      power_factor_phase_b: 0.97,
      power_phase_b: 384,
      power_phase_c: 0,
      power_reactive: 38,
      voltage: 231.2,
      voltage_phase_b: 230.5,
      voltage_phase_c: 228.4,
      last_seen: '2026-03-01T15:59:30+08:00',
    };
    expect(said('zigbee2mqtt', 'hall/main meter', 'zigbee2mqtt/hall/main meter', payload)).toMatchObject({
      time: ARRIVAL - 30_000,
      values: {
        frequency: 49.96,
        current_l1: 0.44,
        current_l2: 1.85,
        current_l3: 0,
        current_n: 0.03,
        energy_active_import: 299_700,
        active_power_l1: 89,
        active_power_l2: 384,
        active_power_l3: 0,
        apparent_power_l1: 95,
        apparent_power_l2: 354,
        power_factor_l1: 0.92,
        power_factor_l2: 0.97,
        reactive_power_l1: 38,
        voltage_l1_n: 231.2,
        voltage_l2_n: 230.5,
        voltage_l3_n: 228.4,
      },
    });
  });

  it('tells the direction of Tuya powers by another field, and factors in percent', () => {
    const payload = {
      voltage_a: 231.2,
      current_a: 1.2,
      power_a: 164,
      energy_flow_a: 'producing',
      power_factor_a: 59,
      power_b: 80,
      energy_flow_b: 'consuming',
      power_ab: -84,
      ac_frequency: 50,
      energy_a: 12.3,
    };
    expect(said('zigbee2mqtt-tuya', 'pj', 'zigbee2mqtt/pj', payload).values).toEqual({
      voltage_l1_n: 231.2,
      current_l1: 1.2,
      active_power_l1: -164,
      power_factor_l1: 0.59,
      active_power_l2: 80,
      active_power_total: -84,
      frequency: 50,
    });
  });

  it('of Tuya count the energy of each phase, and only all three are the total', () => {
    const values = (payload: object) => said('zigbee2mqtt-tuya', 'pj', 'zigbee2mqtt/pj', payload).values;
    const phases = { energy_a: 100.5, energy_b: 20, energy_c: '3.25' };
    const produced = { energy_produced_a: 1, energy_produced_b: 0, energy_produced_c: 0.5 };
    // 100.5 + 20 + 3.25 = 123.75 kWh; 1 + 0 + 0.5 = 1.5 kWh.
    expect(values({ ...phases, ...produced })).toEqual({ energy_active_import: 123_750, energy_active_export: 1_500 });
    expect(values({ ...phases, energy: 124 })).toEqual({ energy_active_import: 124_000 });
    const two = said('zigbee2mqtt-tuya', 'pj', 'zigbee2mqtt/pj', { voltage_a: 230, energy_a: 100.5, energy_b: 20 });
    expect(two).toMatchObject({ values: { voltage_l1_n: 230 } });
    expect(two).not.toHaveProperty('missing');
  });
});

describe('mbmd', () => {
  it.each([
    ['Voltage/L1', '230.200', { voltage_l1_n: 230.2 }],
    ['Power/L1', '-1500.125', { active_power_l1: -1500.125 }],
    ['Power', '4200.000', { active_power_total: 4200 }],
    ['Cosphi/L3', '0.980', { power_factor_l3: 0.98 }],
    ['Import', '123.456', { energy_active_import: 123_456 }],
    ['ReactiveExport', '1.5', { energy_reactive_export: 1_500 }],
    ['THD/L2', '2.100', { thd_u_l2: 2.1 }],
  ])('says %s', (reading, text, values) => {
    const found = said('mbmd', 'sdm630-1', `mbmd/sdm630-1/${reading}`, text).values;
    expect(Object.keys(found)).toEqual(Object.keys(values));
    for (const [name, value] of Object.entries(values)) expect(found).toHaveProperty(name, expect.closeTo(value, 9));
  });
});

describe('Wiren Board', () => {
  const TOPIC = '/devices/wb-map3et_90/controls';
  const meter = () => interpreterOf(shipped('wiren-board'), { topic: 'wb-map3et_90' });

  it.each([
    ['Urms L1', '231.412', { voltage_l1_n: 231.412 }],
    ['U L3-L1', '400.5', { voltage_l3_l1: 400.5 }],
    ['Total AP energy', '12.5', { energy_active_import: 12_500 }],
    ['current_n', '0.25', { current_n: 0.25 }],
  ])('says %s', (control, text, values) => {
    expect(readingIn(meter().hear(packet(`${TOPIC}/${control}`, text))).values).toEqual(values);
  });

  it('has nothing of a control with a read error, and does not trust what comes until it is taken back', () => {
    const interpreter = meter();
    const urms = (text: string) => readingIn(interpreter.hear(packet(`${TOPIC}/Urms L1`, text)));
    const error = (text: string) => interpreter.hear(packet(`${TOPIC}/Urms L1/meta/error`, text));
    expect(readingIn(error('rp'))).toMatchObject({ values: {}, missing: { voltage_l1_n: 'not available' } });
    expect(urms('231')).toMatchObject({
      values: {},
      suspect: { voltage_l1_n: { value: 231, reason: 'marked by the meter' } },
    });
    expect(error('p')).toEqual(NOTHING);
    expect(urms('231').values).toEqual({ voltage_l1_n: 231 });
    expect(readingIn(error('r')).missing).toEqual({ voltage_l1_n: 'not available' });
    expect(error('')).toEqual(NOTHING);
    expect(urms('231').values).toEqual({ voltage_l1_n: 231 });
  });

  it('heeds an error that the broker kept, and not a value', () => {
    const interpreter = meter();
    const kept = { isRetained: true };
    expect(interpreter.hear(packet(`${TOPIC}/Urms L1`, '231', kept))).toEqual(NOTHING);
    expect(interpreter.hear(packet(`${TOPIC}/Urms L1/meta/error`, 'r', kept))).toEqual(NOTHING);
    expect(readingIn(interpreter.hear(packet(`${TOPIC}/Urms L1`, '231'))).suspect).toHaveProperty('voltage_l1_n');
  });

  it('holds nothing of a device that is disconnected', () => {
    const interpreter = meter();
    const first = readingIn(interpreter.hear(packet(`${TOPIC}/Urms L1`, '231')));
    interpreter.completed(first);
    interpreter.hear(packet('/devices/wb-map3et_90/meta/error', 'r'));
    const next = readingIn(interpreter.hear(packet(`${TOPIC}/Irms L1`, '5')));
    expect(interpreter.completed(next).values).toEqual({ current_l1: 5 });
  });
});

describe('Homie', () => {
  it('says a property of any node', () => {
    expect(said('homie', 'meter', 'homie/meter/grid/voltage-l1-n', '231.4').values).toEqual({ voltage_l1_n: 231.4 });
  });

  it.each(['homie/meter/grid/$properties', 'homie/meter/grid/colour'])('says nothing of interest in %s', (topic) => {
    expect(interpreterOf(shipped('homie'), { topic: 'meter' }).hear(packet(topic, 'x'))).toEqual(NOTHING);
  });

  it('holds nothing of a device that is lost', () => {
    const interpreter = interpreterOf(shipped('homie'), { topic: 'meter' });
    const first = readingIn(interpreter.hear(packet('homie/meter/grid/voltage-l1-n', '231')));
    interpreter.completed(first);
    interpreter.hear(packet('homie/meter/$state', 'lost'));
    const next = readingIn(interpreter.hear(packet('homie/meter/grid/current-l1', '5')));
    expect(interpreter.completed(next).values).toEqual({ current_l1: 5 });
  });
});

describe('bare numbers with our names', () => {
  it('say the quantity that the topic ends with', () => {
    expect(said('plain-text', 'site/hall-3', 'site/hall-3/voltage_l1_n', ' 230.1\n').values).toEqual({
      voltage_l1_n: 230.1,
    });
    expect(said('plain-text', 'site/hall-3', 'site/hall-3/current_n', 'bad').missing).toEqual({
      current_n: 'not a number',
    });
    const interpreter = interpreterOf(shipped('plain-text'), { topic: 'site/hall-3' });
    expect(interpreter.hear(packet('site/hall-3/status', 'ok'))).toEqual(NOTHING);
  });
});
