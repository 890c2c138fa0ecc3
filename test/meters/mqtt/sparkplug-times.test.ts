import { describe, expect, it } from 'vitest';
import type { Packet } from '../../../src/meters/mqtt/heard.ts';
import { ARRIVAL, readingIn } from './dialects.ts';
import { hear, meter, varint, WRITTEN } from './sparkplug-bench.ts';

interface Named {
  readonly name: string;
  readonly value: number;
  readonly time?: number;
  readonly isHistorical?: boolean;
}

/** Data, byte by byte: metrics { name, timestamp, datatype 10, is_historical, double_value } behind the payload's timestamp. */
function dataOf(metrics: readonly Named[], time?: number): Buffer {
  const stamp = (tag: number, at?: number) => (at === undefined ? [] : [Buffer.from([tag]), varint(at)]);
  const parts = metrics.flatMap(({ name, value, time: own, isHistorical = false }) => {
    const double = Buffer.alloc(8);
    double.writeDoubleLE(value);
    const metric = Buffer.concat([
      Buffer.from([0x0a, name.length]),
      Buffer.from(name),
      ...stamp(0x18, own),
      Buffer.from([0x20, 10, ...(isHistorical ? [0x28, 1] : []), 0x69]),
      double,
    ]);
    return [Buffer.from([0x12, metric.length]), metric];
  });
  return Buffer.concat([...stamp(0x08, time), ...parts]);
}

const VOLTAGE = { name: 'voltage_l1_n', value: 230 };
const CURRENT = { name: 'current_l1', value: 5 };

describe('Sparkplug B without times', () => {
  it('has the time of its arrival, for nobody says another one', () => {
    const reading = readingIn(hear(meter(), 'DDATA', dataOf([VOLTAGE, CURRENT])));
    expect(reading).toEqual({
      meter: 'm1',
      time: ARRIVAL,
      timeSource: 'arrival',
      arrivedAt: ARRIVAL,
      values: { voltage_l1_n: 230, current_l1: 5 },
    });
  });

  it('has the time of its message, or of its metrics, where one of them is said', () => {
    const ofMessage = readingIn(hear(meter(), 'DDATA', dataOf([VOLTAGE], WRITTEN)));
    expect(ofMessage).toMatchObject({ time: WRITTEN, timeSource: 'payload' });
    const ofMetric = readingIn(hear(meter(), 'DDATA', dataOf([{ ...VOLTAGE, time: WRITTEN + 7 }])));
    expect(ofMetric).toMatchObject({ time: WRITTEN + 7, timeSource: 'payload' });
  });

  it('lends no time from one metric to another', () => {
    const { readings } = hear(meter(), 'DDATA', dataOf([VOLTAGE, { ...CURRENT, time: WRITTEN }]));
    expect(readings).toMatchObject([
      { time: WRITTEN, timeSource: 'payload', values: { current_l1: 5 } },
      { time: ARRIVAL, timeSource: 'arrival', values: { voltage_l1_n: 230 } },
    ]);
  });

  it('is nothing when it is of history', () => {
    const { readings } = hear(meter(), 'DDATA', dataOf([{ ...VOLTAGE, isHistorical: true }, CURRENT]));
    expect(readings.map(({ values }) => values)).toEqual([{ current_l1: 5 }]);
  });

  it('is neither held nor joined with what is held when it had waited, unless it has a time', () => {
    const interpreter = meter();
    const valuesOf = (metrics: readonly Named[], more: Partial<Packet>) =>
      readingIn(hear(interpreter, 'DDATA', dataOf(metrics), more)).values;
    expect(valuesOf([CURRENT], {})).toEqual({ current_l1: 5 });
    expect(valuesOf([VOLTAGE], { hasWaited: true })).toEqual({ voltage_l1_n: 230 });
    expect(valuesOf([{ name: 'frequency', value: 50 }], {})).toEqual({ current_l1: 5, frequency: 50 });
    const timed = [{ ...VOLTAGE, time: ARRIVAL }];
    expect(valuesOf(timed, { hasWaited: true })).toEqual({ current_l1: 5, frequency: 50, voltage_l1_n: 230 });
  });
});
