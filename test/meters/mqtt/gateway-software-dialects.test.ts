import { describe, expect, it } from 'vitest';
import { ARRIVAL, interpreterOf, NOTHING, packet, readingIn, shipped } from './dialects.ts';

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
