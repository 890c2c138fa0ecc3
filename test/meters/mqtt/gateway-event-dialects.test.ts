import { describe, expect, it } from 'vitest';
import { ARRIVAL, eventIn, interpreterOf, NOTHING, packet, readingIn, shipped } from './dialects.ts';

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
