import { describe, expect, it } from 'vitest';
import type { Interpreter } from '../../../src/meters/mqtt/interpreter.ts';
import { ARRIVAL, interpreterOf, readingIn } from './dialects.ts';
import { hear, MODEL, meter, varint, WRITTEN } from './sparkplug-bench.ts';
import { SPARKPLUG } from './sparkplug-bytes.ts';

/** A meter whose node and device are born. */
function born(): Interpreter {
  const interpreter = meter();
  hear(interpreter, 'NBIRTH', SPARKPLUG.nodeBirth);
  hear(interpreter, 'DBIRTH', SPARKPLUG.deviceBirth);
  return interpreter;
}

/** One NCMD, byte by byte: metric { name, timestamp, datatype 11, boolean_value true } behind the payload's timestamp. */
function isRebirthRequest({ topic, payload }: { topic: string; payload: Buffer }): boolean {
  const name = Buffer.from('Node Control/Rebirth');
  const time = varint(ARRIVAL);
  const metric = Buffer.concat([
    Buffer.from([0x0a, name.length]),
    name,
    Buffer.from([0x18]),
    time,
    Buffer.from([0x20, 11, 0x70, 1]),
  ]);
  const expected = Buffer.concat([Buffer.from([0x08]), time, Buffer.from([0x12, metric.length]), metric]);
  return topic === 'spBv1.0/plant/NCMD/edge1' && payload.equals(expected);
}

describe('Sparkplug B', () => {
  it('hears one edge node with one subscription, however many meters are behind it', () => {
    const interpreter = interpreterOf(
      MODEL,
      { topic: 'plant/edge1/meter1' },
      { topic: 'plant/edge1/meter2' },
      { topic: 'plant/edge2' },
    );
    expect(interpreter.topics()).toEqual(['spBv1.0/plant/+/edge1/#', 'spBv1.0/plant/+/edge2/#']);
    expect(interpreter.meterOf('spBv1.0/plant/DDATA/edge1/meter2')).toEqual(['m2']);
    expect(interpreter.meterOf('spBv1.0/plant/NDEATH/edge1')).toEqual(['m1', 'm2']);
    expect(interpreter.meterOf('spBv1.0/plant/DDATA/edge3/meter2')).toEqual([]);
  });

  it('reads a birth: signed integers by their datatype, floats, texts, units; nulls are missing and old values no news', () => {
    const interpreter = meter();
    expect(hear(interpreter, 'NBIRTH', SPARKPLUG.nodeBirth)).toEqual({ readings: [], events: [], requests: [] });
    expect(hear(interpreter, 'DBIRTH', SPARKPLUG.deviceBirth)).toEqual({
      readings: [
        {
          meter: 'm1',
          time: WRITTEN,
          timeSource: 'payload',
          arrivedAt: ARRIVAL,
          values: {
            voltage_l1_n: 230.1,
            current_l1: 41.5,
            active_power_total: -1_500,
            reactive_power_total: -200,
            reactive_power_l1: -1,
            energy_active_import: 123_456_000,
            apparent_power_total: 3_000_000_000,
            frequency: 49.98,
            active_power_l1: -5_000_000_000,
          },
          missing: { thd_u_l1: 'not available' },
        },
      ],
      events: [],
      requests: [],
    });
  });

  it('reads data by alias, and holds what was said within a minute', () => {
    const reading = readingIn(hear(born(), 'DDATA', SPARKPLUG.data2));
    expect(reading).toMatchObject({ time: WRITTEN + 950, timeSource: 'payload' });
    expect(reading.values).toMatchObject({ voltage_l1_n: 229.8, active_power_total: -1_600, current_l1: 41.5 });
  });

  it('takes bad values as suspect, stale and null ones as missing', () => {
    const interpreter = born();
    hear(interpreter, 'DDATA', SPARKPLUG.data2);
    const reading = readingIn(hear(interpreter, 'DDATA', SPARKPLUG.data3marked));
    expect(reading.suspect).toEqual({ voltage_l1_n: { value: 190, reason: 'marked by the meter' } });
    expect(reading.missing).toEqual({ active_power_total: 'not available', current_l1: 'not available' });
    expect(reading.values).not.toHaveProperty('voltage_l1_n');
    expect(reading.values).not.toHaveProperty('current_l1');
    expect(reading.values).toMatchObject({ reactive_power_total: -200 });
  });

  it('makes readings of the past of historical metrics, which nothing held is added to', () => {
    const interpreter = born();
    hear(interpreter, 'DDATA', SPARKPLUG.data2);
    const { readings } = hear(interpreter, 'DDATA', SPARKPLUG.data3history);
    expect(readings.map(({ time }) => time)).toEqual([WRITTEN - 120_000, WRITTEN - 60_000, WRITTEN + 2_000]);
    expect(readings[0]?.values).toEqual({ voltage_l1_n: 221, current_l1: 1.5 });
    expect(readings[1]?.values).toEqual({ voltage_l1_n: 222 });
    expect(readings[2]?.values).toMatchObject({ voltage_l1_n: 223, current_l1: 41.5 });
  });

  it.each([
    [-10_001, 'in the future'],
    [7 * 86_400_000 + 1, 'too old'],
  ])('says why the time of its metrics was not believed when they arrive %i ms after it: %s', (after, timeFault) => {
    const arrivedAt = WRITTEN + after;
    const interpreter = meter();
    hear(interpreter, 'NBIRTH', SPARKPLUG.nodeBirth);
    const reading = readingIn(hear(interpreter, 'DBIRTH', SPARKPLUG.deviceBirth, { arrivedAt }));
    expect(reading).toMatchObject({ time: arrivedAt, timeSource: 'arrival', timeFault });
  });

  it('holds nothing of the past', () => {
    const interpreter = meter();
    hear(interpreter, 'NBIRTH', SPARKPLUG.nodeBirth);
    hear(interpreter, 'DBIRTH', SPARKPLUG.deviceBirth, { arrivedAt: WRITTEN - 3_600_000 });
    hear(interpreter, 'DDATA', SPARKPLUG.otherDeviceBirth2, { device: 'other' });
    const { readings } = hear(interpreter, 'DDATA', SPARKPLUG.data3history);
    expect(readings.map(({ values }) => Object.keys(values).length)).toEqual([2, 1, 1]);
  });

  it('makes a reading of each value when a metric repeats in a message, in order of time', () => {
    const { readings } = hear(born(), 'DDATA', SPARKPLUG.data2repeated);
    expect(readings.map(({ time, values }) => [time - WRITTEN, values.voltage_l1_n])).toEqual([
      [100, 231],
      [200, 232],
      [300, 233],
    ]);
  });

  it('asks for a birth once when it hears data first, and again after 30 s', () => {
    const interpreter = meter();
    const first = hear(interpreter, 'DDATA', SPARKPLUG.data2);
    expect(first.readings).toEqual([]);
    expect(first.requests).toHaveLength(1);
    expect(first.requests.every(isRebirthRequest)).toBe(true);
    const at = (ms: number) => hear(interpreter, 'DDATA', SPARKPLUG.data3, { arrivedAt: ARRIVAL + ms }).requests.length;
    expect([at(1), at(29_999), at(30_000), at(30_001)]).toEqual([0, 0, 1, 0]);
  });

  it('believes metrics that come with their names even then', () => {
    const { readings, requests } = hear(meter(), 'DDATA', SPARKPLUG.data5named);
    expect(readings[0]?.values).toEqual({ voltage_l1_n: 232 });
    expect(requests).toHaveLength(1);
  });

  it('believes no alias after a gap in the sequence, until the node is born again', () => {
    const interpreter = born();
    const gap = hear(interpreter, 'DDATA', SPARKPLUG.data4);
    expect(gap.readings).toEqual([]);
    expect(gap.requests).toHaveLength(1);
    hear(interpreter, 'NBIRTH', SPARKPLUG.nodeBirth);
    expect(hear(interpreter, 'DBIRTH', SPARKPLUG.deviceBirth).requests).toEqual([]);
    expect(readingIn(hear(interpreter, 'DDATA', SPARKPLUG.data2)).values).toMatchObject({ voltage_l1_n: 229.8 });
  });

  it('counts the messages of other devices in the sequence, and not their values', () => {
    const interpreter = born();
    expect(hear(interpreter, 'DBIRTH', SPARKPLUG.otherDeviceBirth2, { device: 'other' })).toMatchObject({
      readings: [],
      requests: [],
    });
    const { readings, requests } = hear(interpreter, 'DDATA', SPARKPLUG.data3);
    expect(requests).toEqual([]);
    expect(readings[0]?.values).toMatchObject({ active_power_total: 700, voltage_l1_n: 230.1 });
  });

  it('gives nothing for an alias that two devices of the node claim', () => {
    const interpreter = interpreterOf(MODEL, { topic: 'plant/edge1/meter1' }, { topic: 'plant/edge1/other' });
    hear(interpreter, 'NBIRTH', SPARKPLUG.nodeBirth);
    hear(interpreter, 'DBIRTH', SPARKPLUG.deviceBirth);
    hear(interpreter, 'DBIRTH', SPARKPLUG.otherDeviceBirth2, { device: 'other' });
    expect(hear(interpreter, 'DDATA', SPARKPLUG.data3)).toMatchObject({ requests: [], readings: [{ meter: 'm1' }] });
    expect(hear(interpreter, 'DDATA', SPARKPLUG.data4)).toMatchObject({ requests: [], readings: [] });
  });

  it('follows the sequence over 255 to 0', () => {
    const interpreter = meter();
    hear(interpreter, 'NBIRTH', SPARKPLUG.nodeBirthAtEnd);
    hear(interpreter, 'DBIRTH', SPARKPLUG.deviceBirthAtEnd);
    expect(hear(interpreter, 'DDATA', SPARKPLUG.dataAfterEnd)).toMatchObject({
      requests: [],
      readings: [{ values: { voltage_l1_n: 234 } }],
    });
  });

  it('asks for a birth for an alias that no birth named, and takes the others', () => {
    const { readings, requests } = hear(born(), 'DDATA', SPARKPLUG.data2unknownAlias);
    expect(readings[0]?.values).toMatchObject({ voltage_l1_n: 233 });
    expect(requests.every(isRebirthRequest)).toBe(true);
    expect(requests).toHaveLength(1);
  });

  it('drops what it holds upon the death of the device, and wants its birth before more', () => {
    const interpreter = born();
    expect(hear(interpreter, 'DDEATH', SPARKPLUG.deviceDeath2)).toEqual({ readings: [], events: [], requests: [] });
    expect(hear(interpreter, 'DDATA', SPARKPLUG.data3)).toMatchObject({ readings: [], requests: [{}] });
    expect(readingIn(hear(interpreter, 'DDATA', SPARKPLUG.data5named)).values).toEqual({ voltage_l1_n: 232 });
  });

  it('drops what it holds upon the death of the node, if it is the one that was born', () => {
    const interpreter = born();
    hear(interpreter, 'NDEATH', SPARKPLUG.nodeDeath6);
    expect(readingIn(hear(interpreter, 'DDATA', SPARKPLUG.data2)).values).toMatchObject({ current_l1: 41.5 });
    hear(interpreter, 'NDEATH', SPARKPLUG.nodeDeath7);
    expect(hear(interpreter, 'DDATA', SPARKPLUG.data3)).toMatchObject({ readings: [], requests: [{}] });
    expect(readingIn(hear(interpreter, 'DDATA', SPARKPLUG.data5named)).values).toEqual({ voltage_l1_n: 232 });
  });

  it('is not deceived by the death of the session before, which comes after the new birth', () => {
    const interpreter = born();
    hear(interpreter, 'NBIRTH', SPARKPLUG.nextNodeBirth);
    hear(interpreter, 'DBIRTH', SPARKPLUG.deviceBirth);
    hear(interpreter, 'NDEATH', SPARKPLUG.nodeDeath7);
    expect(hear(interpreter, 'DDATA', SPARKPLUG.data2)).toMatchObject({ requests: [], readings: [{}] });
  });

  it('reads metrics of the edge node itself', () => {
    const interpreter = interpreterOf(MODEL, { topic: 'plant/edge1' });
    expect(readingIn(hear(interpreter, 'NBIRTH', SPARKPLUG.nodeMetrics)).values).toEqual({ voltage_l1_n: 219.5 });
  });

  it('tells meters of one device apart by the path of their metrics, and heeds their units', () => {
    const interpreter = interpreterOf(
      MODEL,
      { topic: 'plant/edge1/meter1', select: { path: 'Meter1' } },
      { topic: 'plant/edge1/meter1', select: { path: 'Meter2' } },
    );
    hear(interpreter, 'NBIRTH', SPARKPLUG.nodeBirth);
    const { readings } = hear(interpreter, 'DBIRTH', SPARKPLUG.pathBirth);
    expect(readings.map(({ meter: id, values, missing }) => [id, values, missing])).toEqual([
      ['m1', { voltage_l1_n: 230.5 }, undefined],
      // A current in volts is none.
      ['m2', { voltage_l1_n: expect.closeTo(231.2, 9) }, { current_l1: 'not available' }],
    ]);
  });

  it.each(['STATE', 'NCMD', 'DCMD', 'NBOGUS'])('does not mind %s', (type) => {
    expect(hear(born(), type, Buffer.from('{"online":true}'))).toEqual({ readings: [], events: [], requests: [] });
  });

  it('takes nothing that a broker kept', () => {
    const interpreter = meter();
    hear(interpreter, 'NBIRTH', SPARKPLUG.nodeBirth, { isRetained: true });
    expect(hear(interpreter, 'DBIRTH', SPARKPLUG.deviceBirth)).toMatchObject({ requests: [{}] });
  });

  it.each([
    ['text', Buffer.from('hello')],
    ['half a payload', SPARKPLUG.deviceBirth.subarray(0, 100)],
    ['a length beyond the end', Buffer.from('12ff01', 'hex')],
    ['a varint without end', Buffer.from('08ffffffffffffffffffffff', 'hex')],
  ])('calls %s poison', (_, payload) => {
    expect(() => hear(born(), 'DDATA', payload)).toThrow(/^no Sparkplug payload$/);
  });

  it.each(['plant', 'plant/edge1/meter1/more'])('refuses the connection %s', (topic) => {
    expect(() => interpreterOf(MODEL, { topic })).toThrow('expected mqtt://BROKER/GROUP/EDGE/DEVICE');
  });
});
