import { describe, expect, it } from 'vitest';
import { ARRIVAL, interpreterOf, NOTHING, packet, readingIn, shipped } from './dialects.ts';

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
