import { describe, expect, it } from 'vitest';
import { QUANTITY_NAMES } from '../../../src/domain/quantity.ts';
import { ARRIVAL, type Ear, eventIn, interpreterOf, packet, readingIn, shipped } from './dialects.ts';

const MODEL = shipped('plain-json');

const UNUSABLE: readonly unknown[] = [
  ...['NaN', '', ' ', '0x10', 'n/a', '1e999'],
  ...[true, [230], { value: 230 }, 1e308, { toString: false }],
];

function heard(message: unknown, ear: Partial<Ear> = {}) {
  return interpreterOf(MODEL, { topic: 't', ...ear }).hear(packet('t', message));
}

describe('a payload of plain JSON', () => {
  it('becomes a reading with its own time', () => {
    const payload = { time: '2026-03-01T07:59:58.250Z', voltage_l1_n: 230.1, current_l1: '41.5', frequency: null };
    expect(heard(payload)).toEqual({
      readings: [
        {
          meter: 'm1',
          time: Date.UTC(2026, 2, 1, 7, 59, 58, 250),
          timeSource: 'payload',
          arrivedAt: ARRIVAL,
          values: { voltage_l1_n: 230.1, current_l1: 41.5 },
        },
      ],
      events: [],
      requests: [],
    });
  });

  it('knows every quantity by its own name', () => {
    const values = Object.fromEntries(QUANTITY_NAMES.map((name, index) => [name, index + 1]));
    expect(readingIn(heard(values)).values).toEqual(values);
  });

  it('is turned into primary values', () => {
    const payload = { voltage_l1_l2: 100, current_l1: 5, active_power_total: 500 };
    expect(readingIn(heard(payload, { ptRatio: 100, ctRatio: 20 })).values).toEqual({
      voltage_l1_l2: 10_000,
      current_l1: 100,
      active_power_total: 1_000_000,
    });
  });

  it.each([
    ['ISO 8601 in UTC', '2026-03-01T07:59:00Z', Date.UTC(2026, 2, 1, 7, 59)],
    ['ISO 8601 in local time with its zone', '2026-03-01T15:59:00.5+08:00', Date.UTC(2026, 2, 1, 7, 59, 0, 500)],
    ['a zone without a colon', '2026-03-01T15:59:00+0800', Date.UTC(2026, 2, 1, 7, 59)],
    ['seconds since 1970', 1_772_351_940, Date.UTC(2026, 2, 1, 7, 59)],
    ['seconds with a fraction', 1_772_351_940.25, Date.UTC(2026, 2, 1, 7, 59, 0, 250)],
    ['milliseconds since 1970', 1_772_351_940_250, Date.UTC(2026, 2, 1, 7, 59, 0, 250)],
    ['milliseconds as a string', '1772351940250', Date.UTC(2026, 2, 1, 7, 59, 0, 250)],
    ['microseconds', 1_772_351_940_250_000, Date.UTC(2026, 2, 1, 7, 59, 0, 250)],
    ['nanoseconds as a string', '1772351940250000000', Date.UTC(2026, 2, 1, 7, 59, 0, 250)],
    ['10 s ahead', ARRIVAL + 10_000, ARRIVAL + 10_000],
    ['7 days old', ARRIVAL - 7 * 86_400_000, ARRIVAL - 7 * 86_400_000],
  ])('may have its time as %s', (_, time, expected) => {
    expect(readingIn(heard({ time, voltage_l1_n: 1 }))).toMatchObject({ time: expected, timeSource: 'payload' });
  });

  it.each([
    ['missing', undefined, undefined],
    ['null', null, undefined],
    ['empty', ' ', undefined],
    ['without a zone', '2026-03-01T07:59:00', 'not a time'],
    ['of a meter that lost its clock', 0, 'too old'],
    ['more than 10 s ahead', ARRIVAL + 10_001, 'in the future'],
    ['more than 7 days old', ARRIVAL - 7 * 86_400_000 - 1, 'too old'],
    ['no time', 'noon', 'not a time'],
    ['no scalar', { now: 1 }, 'not a time'],
    ['an impossible day', '2026-13-41T07:59:00Z', 'not a time'],
  ])('has the time of its arrival when its own is %s, and says why', (_, time, timeFault) => {
    expect(readingIn(heard({ time, voltage_l1_n: 1 }))).toEqual({
      meter: 'm1',
      time: ARRIVAL,
      timeSource: 'arrival',
      arrivedAt: ARRIVAL,
      values: { voltage_l1_n: 1 },
      ...(timeFault && { timeFault }),
    });
  });

  it('says of a series of samples that the time of its last one cannot be', () => {
    const samples = [
      { time: ARRIVAL + 60_000, voltage_l1_n: 1 },
      { time: ARRIVAL + 61_000, voltage_l1_n: 2 },
    ];
    expect(readingIn(heard({ samples }))).toMatchObject({
      time: ARRIVAL,
      timeFault: 'in the future',
      values: { voltage_l1_n: 2 },
    });
  });

  it.each(UNUSABLE.map((bad) => ({ bad })))('has no value in $bad', ({ bad }) => {
    expect(readingIn(heard({ voltage_l1_n: bad, voltage_l2_n: 230 }))).toMatchObject({
      values: { voltage_l2_n: 230 },
      missing: { voltage_l1_n: 'not a number' },
    });
  });

  it.each([
    ['nothing', '', /^no JSON$/],
    ['text', 'ok', /^no JSON$/],
    ['half an object', '{"voltage_l1_n": 230', /^no JSON$/],
    ['a list', '[1]', /^no JSON object$/],
    ['null', 'null', /^no JSON object$/],
    ['a number', '230', /^no JSON object$/],
    ['nothing of interest', '{"hello": 1}', /^no usable value/],
    ['only what is unusable', '{"voltage_l1_n": "bad"}', /^no usable value/],
    ['very deep', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, /nested deeper than 32$/],
    ['33 deep', `{"voltage_l1_n":1,"a":${'['.repeat(32)}${']'.repeat(32)}}`, /nested deeper than 32$/],
    ['deep behind a quote in a text', `{"a":"\\"${'['.repeat(40)}","b":${'['.repeat(33)}${']'.repeat(33)}}`, /deeper/],
    ['very long', `{"a":"${'x'.repeat(256 * 1024)}"}`, /more than 262144$/],
    ['keys of the prototype', '{"__proto__": {"voltage_l1_n": 230}}', /^no usable value/],
    ['too many samples', { samples: Array(10_001).fill({ voltage_l1_n: 1 }) }, /^more than 10000 samples$/],
  ])('that is %s is poison, with the reason', (_, payload, why) => {
    expect(() => heard(payload)).toThrow(expect.objectContaining({ name: 'PoisonPayload' }));
    expect(() => heard(payload)).toThrow(why);
  });

  it.each([
    ['32 deep', `{"voltage_l1_n":230,"a":${'['.repeat(31)}${']'.repeat(31)}}`],
    ['full of brackets in a text', `{"voltage_l1_n":230,"a":"${'[{'.repeat(500)}"}`],
    ['full of brackets behind a quote in a text', `{"voltage_l1_n":230,"a":"\\"${'['.repeat(40)}"}`],
    ['wide', `{"voltage_l1_n":230,"a":[${'{},'.repeat(500)}{}]}`],
    ['behind a byte order mark', '\ufeff{"voltage_l1_n":230}'],
  ])('may be %s', (_, text) => {
    expect(readingIn(heard(text)).values).toEqual({ voltage_l1_n: 230 });
  });

  it('may carry samples, each with its time; of those without one only the last is of now', () => {
    const at = (later: number, voltage_l1_n: number) => ({ time: ARRIVAL + later, voltage_l1_n });
    const samples = [
      at(-1_000, 231),
      at(-2_000, 230),
      { voltage_l2_n: 5 },
      { time: ARRIVAL - 8 * 86_400_000, voltage_l3_n: 6 },
      { voltage_l1_n: 232 },
    ];
    expect(
      heard({ samples }).readings.map(({ time, timeSource, values }) => [time - ARRIVAL, timeSource, values]),
    ).toEqual([
      [-2_000, 'payload', { voltage_l1_n: 230 }],
      [-1_000, 'payload', { voltage_l1_n: 231 }],
      [0, 'arrival', { voltage_l1_n: 232 }],
    ]);
  });

  it('is of the meter that it names where several share a topic', () => {
    const interpreter = interpreterOf(
      MODEL,
      { topic: 't', select: { unit: '1' } },
      { topic: 't', select: { unit: '2' } },
    );
    expect(interpreter.topics()).toEqual(['t']);
    expect(interpreter.meterOf('t')).toEqual(['m1', 'm2']);
    expect(readingIn(interpreter.hear(packet('t', { unit: 2, voltage_l1_n: 230 }))).meter).toBe('m2');
    expect(interpreter.hear(packet('t', { unit: 3, voltage_l1_n: 230 })).readings).toEqual([]);
    expect(() => interpreter.hear(packet('t', { unit: 1 }))).toThrow('no usable value');
  });
});

describe('an event of plain JSON', () => {
  const DIP = { event: 'dip', time: '2026-03-01T07:59:58.250Z', duration_ms: 180, residual_v: 96.5, phases: ['L1'] };

  it('is an event and never a reading, whatever values come with it', () => {
    const found = heard({ ...DIP, voltage_l1_n: 230 }, { ptRatio: 10 });
    expect(found.readings).toEqual([]);
    const start = Date.UTC(2026, 2, 1, 7, 59, 58, 250);
    expect(eventIn(found)).toEqual({
      meter: 'm1',
      key: `dip:${start}:L1`,
      kind: 'dip',
      start,
      duration: 180,
      phases: ['L1'],
      extreme: 965,
      arrivedAt: ARRIVAL,
      isLate: false,
      note: 'dip',
    });
  });

  it('has the same key however often it is sent, and another for another id', () => {
    const keyOf = (more: object) => eventIn(heard({ ...DIP, ...more })).key;
    expect(keyOf({ id: 4711 })).toBe('dip:4711');
    expect(keyOf({})).toBe(keyOf({ duration_ms: 200 }));
    expect(keyOf({})).not.toBe(keyOf({ phases: 'L2' }));
  });

  it.each([
    ['L1', ['L1']],
    ['L1,L3', ['L1', 'L3']],
    ['ABC', ['L1', 'L2', 'L3']],
    [2, ['L2']],
    [
      ['c', 'a'],
      ['L1', 'L3'],
    ],
    [undefined, []],
  ])('may be on the phases %j', (phases, expected) => {
    expect(eventIn(heard({ ...DIP, phases })).phases).toEqual(expected);
  });

  it.each([
    ['low voltage: of 220 V', 0.38, 'L1', 99],
    ['a single phase: of 220 V', 0.22, undefined, 99],
    ['medium voltage: of the line', 10, undefined, 4_500],
    ['one phase of medium voltage', 10, 'L1', (10_000 / Math.sqrt(3)) * 0.45],
  ])('may have its residual voltage in percent: %s', (_, nominalKv, phases, expected) => {
    const payload = { event: 'dip', time: ARRIVAL, residual_percent: 45, phases };
    expect(eventIn(heard(payload, { nominalKv })).extreme).toBeCloseTo(expected, 9);
  });

  it('is an alarm when its word is not known', () => {
    expect(eventIn(heard({ event: 'door open', note: 'panel 3' }))).toMatchObject({
      kind: 'alarm',
      start: ARRIVAL,
      note: 'door open, panel 3',
      isLate: false,
    });
  });

  it.each([
    [0, 'its time is too old'],
    [ARRIVAL + 10_001, 'its time is in the future'],
    ['yesterday', 'its time is not a time'],
  ])('is of now when its time is %s, and says why', (time, words) => {
    const event = eventIn(heard({ event: 'dip', time }));
    expect(event).toMatchObject({ start: ARRIVAL, note: `dip; ${words}: the time is when it came` });
  });

  it('is late when it comes more than 5 minutes after its end, and keeps its time for a year', () => {
    const late = (time: number, duration_ms: number) => eventIn(heard({ event: 'dip', time, duration_ms }));
    expect(late(ARRIVAL - 300_180, 180).isLate).toBe(false);
    expect(late(ARRIVAL - 300_181, 180).isLate).toBe(true);
    expect(late(ARRIVAL - 300 * 86_400_000, 180)).toMatchObject({ start: ARRIVAL - 300 * 86_400_000, isLate: true });
  });
});
