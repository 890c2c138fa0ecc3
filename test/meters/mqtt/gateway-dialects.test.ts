import { describe, expect, it } from 'vitest';
import { ARRIVAL, eventIn, interpreterOf, packet, readingIn, shipped } from './dialects.ts';

const NOTHING = { readings: [], events: [], requests: [] };

describe('EMQX Neuron', () => {
  const TOPIC = '/neuron/mqtt';
  const meter = (id: string) => interpreterOf(shipped(id), { topic: TOPIC, select: { node: 'modbus', group: 'grp' } });

  it('says values, and errors that make tags not available', () => {
    const payload = {
      timestamp: ARRIVAL - 1_500,
      node: 'modbus',
      group: 'grp',
      values: { voltage_l1_n: 230.1, current_l2: 5 },
      errors: { current_l1: 2014 },
      metas: {},
    };
    expect(readingIn(meter('neuron').hear(packet(TOPIC, payload)))).toEqual({
      meter: 'm1',
      time: ARRIVAL - 1_500,
      timeSource: 'payload',
      arrivedAt: ARRIVAL,
      values: { voltage_l1_n: 230.1, current_l2: 5 },
      missing: { current_l1: 'not available' },
    });
  });

  it('says tags with a value or an error', () => {
    const payload = {
      timestamp: ARRIVAL - 1_500,
      node: 'modbus',
      group: 'grp',
      tags: [
        { name: 'voltage_l1_n', value: 230.1 },
        { name: 'current_l1', error: 2014 },
        { name: 'tag0', value: 7 },
      ],
    };
    expect(readingIn(meter('neuron-tags').hear(packet(TOPIC, payload)))).toMatchObject({
      time: ARRIVAL - 1_500,
      values: { voltage_l1_n: 230.1 },
      missing: { current_l1: 'not available' },
    });
  });

  it('says tags with their types in the ECP format', () => {
    const payload = {
      timestamp: ARRIVAL,
      node: 'modbus',
      group: 'grp',
      tags: [
        { name: 'frequency', value: 49.98, type: 3 },
        { name: 'voltage_l1_n', value: '230.1', type: 4 },
      ],
    };
    const { values, missing } = readingIn(meter('neuron-tags').hear(packet(TOPIC, payload)));
    expect(values).toEqual({ frequency: 49.98, voltage_l1_n: 230.1 });
    expect(missing).toBeUndefined();
  });

  it.each([
    ['another node', { node: 'modbus2', group: 'grp' }],
    ['another group', { node: 'modbus', group: 'grp2' }],
    ['nobody', {}],
  ])('is not heard of %s', (_, origin) => {
    const payload = { timestamp: ARRIVAL, ...origin, values: { voltage_l1_n: 230 } };
    expect(meter('neuron').hear(packet(TOPIC, payload))).toEqual(NOTHING);
  });
});

describe('line protocol', () => {
  const TOPIC = 'telegraf/box/modbus';
  const meter = () =>
    interpreterOf(shipped('influx-line'), { topic: TOPIC, select: { name: 'device', slave_id: '1' } });
  const NS = `${ARRIVAL - 250}591864`;

  it('says fields of the line with the right tags', () => {
    const text = `modbus,name=device,slave_id=1,type=holding_register energy=3254.5,power=23.5,frequency=49.97 ${NS}`;
    expect(readingIn(meter().hear(packet(TOPIC, text)))).toMatchObject({
      // 250 ms less 591864 ns, to the nearest millisecond.
      time: ARRIVAL - 249,
      timeSource: 'payload',
      values: { energy_active_import: 3_254_500, active_power_total: 23.5, frequency: 49.97 },
    });
  });

  it('says several instants in a batch, whose lines of one instant are one reading', () => {
    const at = (later: number) => `${ARRIVAL + later}000000`;
    const text = [
      '# a comment',
      `modbus,name=device,slave_id=1 voltage_l1_n=231i ${at(-1_000)}`,
      `modbus,name=device,slave_id=1,type=input voltage_l1_n=230.5 ${at(-2_000)}`,
      `modbus,name=device,slave_id=1,type=holding current_l1=4u,note="a \\"b\\", c",on=t ${at(-2_000)}`,
      `modbus,name=device,slave_id=2 voltage_l1_n=1 ${at(-1_000)}`,
      '',
    ].join('\n');
    const { readings } = meter().hear(packet(TOPIC, text));
    expect(readings.map(({ time, values }) => [time - ARRIVAL, values])).toEqual([
      [-2_000, { voltage_l1_n: 230.5, current_l1: 4 }],
      [-1_000, { voltage_l1_n: 231 }],
    ]);
  });

  it('has no news of other tags', () => {
    expect(meter().hear(packet(TOPIC, 'modbus,name=other,slave_id=1 voltage_l1_n=230'))).toEqual(NOTHING);
  });

  it('names the point that is broken', () => {
    expect(() => meter().hear(packet(TOPIC, 'modbus a=1\nmodbus a=\n'))).toThrow(/^no line protocol: point 2/);
  });
});

const ACREL = {
  type: 'data',
  time: '20260301155800',
  gwSN: '12109132830001',
  meterSN: '12109132830004',
  meterName: 'adl400',
  meterStatus: 'normal',
  ch: 0,
  ua: 221,
  ub: 220.9,
  uc: 220.9,
  ia: 5.1,
  ib: 4.9,
  ic: 5.0,
  pa: 1.1,
  pb: 1.0,
  pc: 1.1,
  p: 3.2,
  qa: 0.1,
  qb: 0.1,
  qc: 0.1,
  q: 0.3,
  pf: 0.99,
  pt: 1,
  ct: 40,
  wh: 8.98,
  wl: 0.6,
  varh: 5.21,
  varl: 5.43,
};

describe('Acrel', () => {
  const TOPIC = '/gw/acrelHW/AWT100/data/12109132830001';
  const EAR = { topic: '12109132830001', select: { meterSN: '12109132830004' } };
  const meter = (more: object = {}) => interpreterOf(shipped('acrel'), { ...EAR, ...more });
  // 15:58 in Shanghai.
  const TIME = ARRIVAL - 120_000;

  it('says secondary values with their ratios, at the local time of its site', () => {
    const { values, time } = readingIn(meter().hear(packet(TOPIC, ACREL)));
    expect(time).toBe(TIME);
    const expected = {
      voltage_l1_n: 221,
      voltage_l2_n: 220.9,
      voltage_l3_n: 220.9,
      current_l1: 204,
      current_l2: 196,
      current_l3: 200,
      active_power_l1: 44_000,
      active_power_l2: 40_000,
      active_power_l3: 44_000,
      active_power_total: 128_000,
      reactive_power_l1: 4_000,
      reactive_power_l2: 4_000,
      reactive_power_l3: 4_000,
      reactive_power_total: 12_000,
      power_factor_total: 0.99,
      energy_active_import: 359_200,
    };
    expect(Object.keys(values).sort()).toEqual(Object.keys(expected).sort());
    for (const [name, value] of Object.entries(expected)) expect(values).toHaveProperty(name, expect.closeTo(value, 6));
  });

  it('goes by the ratio of the configuration where it names one', () => {
    const { values } = readingIn(meter({ ctRatio: 80, ptRatio: 100 }).hear(packet(TOPIC, ACREL)));
    expect(values).toMatchObject({ current_l1: expect.closeTo(408, 9), voltage_l1_n: 22_100 });
    expect(values.active_power_total).toBeCloseTo(3_200 * 8_000, 3);
  });

  it('has no current where nobody knows the ratio', () => {
    const { ct: _, ...without } = ACREL;
    const { values, missing } = readingIn(meter().hear(packet(TOPIC, without)));
    expect(values).toEqual({ voltage_l1_n: 221, voltage_l2_n: 220.9, voltage_l3_n: 220.9, power_factor_total: 0.99 });
    expect(missing).toMatchObject({ current_l1: 'not available', active_power_total: 'not available' });
  });

  it('says what it kept during an outage, at its own time', () => {
    const payload = { ...ACREL, type: 'hstdata', time: '20260301100000' };
    const topic = '/gw/acrelHW/AWT100/hstdata/12109132830001';
    expect(readingIn(meter().hear(packet(topic, payload))).time).toBe(Date.UTC(2026, 2, 1, 2));
  });

  it.each([
    ['a meter that does not answer its gateway', { ...ACREL, meterStatus: 'missing' }],
    ['another meter', { ...ACREL, meterSN: '12109132830005' }],
    ['a login', { type: 'login', gwSN: '12109132830001', time: '20260301155800', ver: '1000', ccid: '1' }],
  ])('has no news of %s', (_, payload) => {
    expect(meter().hear(packet(TOPIC, payload))).toEqual(NOTHING);
  });

  it.each([
    ['GW_PWROFF', 'power_failure'],
    ['POWER_OUTAGE', 'power_failure'],
    ['OVER_LOAD', 'alarm'],
  ])('gives notice of %s as %s', (notice, kind) => {
    const payload = {
      msgid: 123,
      method: 'notice',
      timestamp: ARRIVAL / 1_000 - 3,
      sn: '123456',
      payload: { sn: '12109132830004', noticeType: [notice], [notice]: { startEPI: '100.1' } },
    };
    const heard = meter().hear(packet('/gw/acrelHW/null/event/12109132830001', payload));
    expect(heard.readings).toEqual([]);
    expect(eventIn(heard)).toEqual({
      meter: 'm1',
      key: `${kind}:123:${notice}`,
      kind,
      start: ARRIVAL - 3_000,
      phases: [],
      arrivedAt: ARRIVAL,
      isLate: false,
      note: notice,
    });
  });

  it('gives no notice of loads that are switched', () => {
    const payload = { method: 'notice', timestamp: 1, payload: { sn: '12109132830004', noticeType: ['RUN_STOP'] } };
    expect(meter().hear(packet('/gw/acrelHW/null/event/12109132830001', payload))).toEqual(NOTHING);
  });
});

describe('CET', () => {
  const SECONDS = ARRIVAL / 1_000 - 4;
  const PROPERTIES = [
    { type: 'AI', key: 'A相电流', value: 0.25, unit: 'A', timestamp: SECONDS },
    { type: 'AI', key: 'A相电压', value: 0.2205, unit: 'kV', timestamp: SECONDS },
    { type: 'AI', key: 'B相电压', value: 5, unit: 'A', timestamp: SECONDS },
    { type: 'SOE', key: '电压越限', value: 1, unit: 'V', timestamp: SECONDS },
  ];
  const heard = (payload: object) =>
    interpreterOf(shipped('cet'), { topic: 'NX' }).hear(packet('CET/NX/upload', { version: '1.0', ...payload }));

  it.each(['ts', 'ts '])('says points with their units at %j, and its alarms as events', (key) => {
    const found = heard({ location_code: 'x', [key]: SECONDS, properties: PROPERTIES });
    const { values, missing, time } = readingIn(found);
    expect(time).toBe(ARRIVAL - 4_000);
    expect(values).toEqual({ current_l1: 0.25, voltage_l1_n: expect.closeTo(220.5, 9) });
    expect(missing).toEqual({ voltage_l2_n: 'not available' });
    expect(eventIn(found)).toEqual({
      meter: 'm1',
      key: `alarm:电压越限:${SECONDS}`,
      kind: 'alarm',
      start: ARRIVAL - 4_000,
      phases: [],
      arrivedAt: ARRIVAL,
      isLate: false,
      note: '电压越限',
    });
  });

  it('has no event in an alarm that is over', () => {
    expect(heard({ ts: SECONDS, properties: [{ ...PROPERTIES[3], value: 0 }] })).toEqual(NOTHING);
  });
});

describe('USR-IoT', () => {
  const meter = () => interpreterOf(shipped('usr'), { topic: 'usr/report', select: { id: 'SN1' } });
  const r_data = [
    { name: 'voltage_l1_n', value: '230.1', err: '0' },
    { name: 'voltage_l2_n', value: '229.5', err: '1' },
    { name: 'current_l1', value: '--', err: '0' },
    { name: 'current_l2', value: 'null', err: 0 },
    { name: 'current_l3', value: '35', err: 0 },
    { name: 'frequency', value: '5O' },
    { name: 'node0101', value: '35', err: '0' },
  ];
  const VALUES = { voltage_l1_n: 230.1, current_l3: 35 };
  const MISSING = {
    voltage_l2_n: 'not available',
    current_l1: 'not available',
    current_l2: 'not available',
    frequency: 'not a number',
  };

  it.each([
    ['reports', { params: { dir: 'up', id: 'SN1', r_data } }],
    ['answers', { rw_prot: { Ver: '1.0.1', dir: 'up', id: 'SN1', r_data } }],
  ])('says numbers as texts when it %s; fillers and errors are not available', (_, payload) => {
    expect(readingIn(meter().hear(packet('usr/report', payload)))).toMatchObject({
      timeSource: 'arrival',
      values: VALUES,
      missing: MISSING,
    });
  });

  it.each([
    ['a query', { rw_prot: { Ver: '1.0.1', dir: 'down', id: 'SN1', r_data: [{ name: 'voltage_l1_n' }] } }],
    ['the echo of a command', { rw_prot: { dir: 'up', id: 'SN1', w_data: [{ name: 'voltage_l1_n', value: '48' }] } }],
    ['another gateway', { params: { dir: 'up', id: 'SN2', r_data } }],
  ])('has no news in %s', (_, payload) => {
    expect(meter().hear(packet('usr/report', payload))).toEqual(NOTHING);
  });
});

describe('Milesight', () => {
  const HEAD = {
    applicationID: '1',
    applicationName: 'cloud',
    devEUI: '24e124136b502217',
    deviceName: 'UC100',
    fCnt: 128,
    fPort: 85,
    time: '2026-03-01T07:59:27.078763Z',
  };
  const TIME = Date.UTC(2026, 2, 1, 7, 59, 27, 78);
  const meter = () =>
    interpreterOf(shipped('milesight-uc'), { topic: 'milesight/up', select: { devEUI: '24e124136b502217' } });

  it.each([
    ['beside the rest', { modbus_chn_1: 230.1, modbus_chn_4: 5.5 }],
    ['in data', { data: { modbus_chn_1_reg_1: 230.1, modbus_chn_4: 5.5 } }],
    ['in object', { object: { modbus_chn_1: 230.1, modbus_chn_4_reg_1: 5.5 } }],
  ])('says channels %s', (_, decoded) => {
    expect(readingIn(meter().hear(packet('milesight/up', { ...HEAD, ...decoded })))).toMatchObject({
      time: TIME,
      values: { voltage_l1_n: 230.1, current_l1: 5.5 },
    });
  });

  it('has nothing of a channel that could not be read', () => {
    const payload = {
      ...HEAD,
      modbus_chn_1: 230.1,
      modbus_chn_2: 0,
      modbus_chn_2_alarm: 'read error',
      modbus_chn_3_alarm: 'read error',
    };
    expect(readingIn(meter().hear(packet('milesight/up', payload)))).toMatchObject({
      values: { voltage_l1_n: 230.1 },
      missing: { voltage_l2_n: 'not available', voltage_l3_n: 'not available' },
    });
  });

  it('says its history, each sample at its own time', () => {
    const history = [
      { timestamp: ARRIVAL / 1_000 - 7_200, modbus_chn_1_reg_1: 228 },
      { timestamp: ARRIVAL / 1_000 - 3_600, modbus_chn_1_reg_1: 229 },
    ];
    const { readings } = meter().hear(packet('milesight/up', { ...HEAD, data: { modbus_chn_1: 230, history } }));
    expect(readings.map(({ time, values }) => [time, values])).toEqual([
      [ARRIVAL - 7_200_000, { voltage_l1_n: 228 }],
      [ARRIVAL - 3_600_000, { voltage_l1_n: 229 }],
      [TIME, { voltage_l1_n: 230 }],
    ]);
  });

  it.each([
    ['what nobody has decoded', { ...HEAD, data: 'A2fqAARoTwUAAA==' }],
    ['another device', { ...HEAD, devEUI: '24e124136b502218', modbus_chn_1: 1 }],
  ])('has no news in %s', (_, payload) => {
    expect(meter().hear(packet('milesight/up', payload))).toEqual(NOTHING);
  });
});

describe('ThingsBoard', () => {
  it('speaks for several devices of a gateway', () => {
    const interpreter = interpreterOf(
      shipped('thingsboard'),
      { topic: 'v1/gateway/telemetry', select: { device: 'Device A' } },
      { topic: 'v1/gateway/telemetry', select: { device: 'Device.B' } },
    );
    expect(interpreter.topics()).toEqual(['v1/gateway/telemetry']);
    const { readings } = interpreter.hear(
      packet('v1/gateway/telemetry', {
        'Device A': [
          { ts: ARRIVAL - 2_000, values: { voltage_l1_n: 230.1 } },
          { ts: ARRIVAL - 1_000, values: { voltage_l1_n: 230.2, current_l1: 4 } },
        ],
        'Device.B': [{ ts: ARRIVAL - 1_500, values: { voltage_l1_n: 229 } }],
        'Device C': [{ ts: ARRIVAL, values: { voltage_l1_n: 1 } }],
      }),
    );
    expect(readings.map(({ meter, time, values }) => [meter, time - ARRIVAL, values])).toEqual([
      ['m1', -2_000, { voltage_l1_n: 230.1 }],
      ['m2', -1_500, { voltage_l1_n: 229 }],
      ['m1', -1_000, { voltage_l1_n: 230.2, current_l1: 4 }],
    ]);
  });

  it.each([
    ['with a time', { ts: ARRIVAL - 1_000, values: { voltage_l1_n: 230 } }, ARRIVAL - 1_000],
    ['as a list', [{ ts: ARRIVAL - 1_000, values: { voltage_l1_n: 230 } }], ARRIVAL - 1_000],
    ['bare', { voltage_l1_n: 230 }, ARRIVAL],
  ])('speaks for a device %s', (_, payload, time) => {
    const interpreter = interpreterOf(shipped('thingsboard'), { topic: 'v1/devices/me/telemetry' });
    expect(readingIn(interpreter.hear(packet('v1/devices/me/telemetry', payload)))).toMatchObject({
      time,
      values: { voltage_l1_n: 230 },
    });
  });
});

describe('ya-modbus', () => {
  it('says the data of a device', () => {
    const payload = { deviceId: 'device1', timestamp: ARRIVAL - 500, data: { voltage_l1_n: 230.1, serial: 'x' } };
    const interpreter = interpreterOf(shipped('ya-modbus'), { topic: 'device1' });
    expect(readingIn(interpreter.hear(packet('modbus/device1/data', payload)))).toMatchObject({
      time: ARRIVAL - 500,
      values: { voltage_l1_n: 230.1 },
    });
  });
});
