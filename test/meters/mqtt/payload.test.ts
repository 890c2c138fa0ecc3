import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MqttModel } from '../../../src/meters/model.ts';
import { understand } from '../../../src/meters/mqtt/payload.ts';
import { placeOf, shippedModels } from '../fixtures.ts';

const PLACE = placeOf({ id: 'm1', model: 'plain-json', connection: { kind: 'mqtt', broker: 'main', topic: 't' } });
const ARRIVAL = Date.UTC(2026, 2, 1, 8, 0, 0);

function plainJson(): MqttModel {
  const model = shippedModels().get('plain-json');
  if (model?.transport !== 'mqtt') throw new Error('no plain-json');
  return model;
}
const MODEL = plainJson();

function readingOf(message: unknown, place = PLACE, model = MODEL) {
  const payload = Buffer.from(typeof message === 'string' ? message : JSON.stringify(message));
  const understood = understand(payload, model, place, ARRIVAL);
  return 'reading' in understood ? understood.reading : understood.why;
}

describe('a payload', () => {
  it('becomes a reading with its own time', () => {
    expect(
      readingOf({ time: '2026-03-01T07:59:58.250Z', voltage_l1_n: 230.1, current_l1: '41.5', frequency: null }),
    ).toEqual({
      meter: 'm1',
      time: Date.UTC(2026, 2, 1, 7, 59, 58, 250),
      timeSource: 'payload',
      arrivedAt: ARRIVAL,
      values: { voltage_l1_n: 230.1, current_l1: 41.5 },
    });
  });

  it('is turned into primary values', () => {
    const place = placeOf({ ...PLACE.meter, ptRatio: 100, ctRatio: 20, nominalKv: 10 });
    expect(readingOf({ voltage_l1_l2: 100, current_l1: 5, active_power_total: 500 }, place)).toMatchObject({
      values: { voltage_l1_l2: 10_000, current_l1: 100, active_power_total: 1_000_000 },
    });
  });

  it('is found by dotted paths, scaled', () => {
    const model = { ...MODEL, fields: [{ path: ['u', 'a'], quantity: 'voltage_l1_n', scale: 0.1 }] } as const;
    expect(readingOf({ u: { a: 2301 } }, PLACE, model)).toMatchObject({
      values: { voltage_l1_n: expect.closeTo(230.1) },
    });
    expect(readingOf({ u: [2301] }, PLACE, model)).toBe('no usable value of any known quantity');
  });

  it.each([
    ['ISO 8601 in UTC', '2026-03-01T07:59:00Z', Date.UTC(2026, 2, 1, 7, 59)],
    ['ISO 8601 in local time with its zone', '2026-03-01T15:59:00.5+08:00', Date.UTC(2026, 2, 1, 7, 59, 0, 500)],
    ['a zone without a colon', '2026-03-01T15:59:00+0800', Date.UTC(2026, 2, 1, 7, 59)],
    ['seconds since 1970', 1_772_351_940, Date.UTC(2026, 2, 1, 7, 59)],
    ['seconds with a fraction', 1_772_351_940.25, Date.UTC(2026, 2, 1, 7, 59, 0, 250)],
    ['milliseconds since 1970', 1_772_351_940_250, Date.UTC(2026, 2, 1, 7, 59, 0, 250)],
    ['milliseconds as a string', '1772351940250', Date.UTC(2026, 2, 1, 7, 59, 0, 250)],
    ['10 s ahead', ARRIVAL + 10_000, ARRIVAL + 10_000],
    ['7 days old', ARRIVAL - 7 * 86_400_000, ARRIVAL - 7 * 86_400_000],
  ])('may have its time as %s', (_, time, expected) => {
    expect(readingOf({ time, voltage_l1_n: 1 })).toMatchObject({ time: expected, timeSource: 'payload' });
  });

  it.each([
    ['missing', undefined],
    ['without a zone', '2026-03-01T07:59:00'],
    ['of a meter that lost its clock', 0],
    ['more than 10 s ahead', ARRIVAL + 10_001],
    ['more than 7 days old', ARRIVAL - 7 * 86_400_000 - 1],
    ['no time', 'noon'],
    ['no scalar', { now: 1 }],
    ['an impossible day', '2026-13-41T07:59:00Z'],
  ])('has the time of its arrival when its own is %s', (_, time) => {
    expect(readingOf({ time, voltage_l1_n: 1 })).toMatchObject({
      time: ARRIVAL,
      timeSource: 'arrival',
      arrivedAt: ARRIVAL,
    });
  });

  it.each(['NaN', '', ' ', '0x10', 'n/a', true, [230], { value: 230 }, '1e999'])('has no value in %j', (bad) => {
    expect(readingOf({ voltage_l1_n: bad, voltage_l2_n: 230 })).toMatchObject({
      values: { voltage_l2_n: 230 },
      missing: { voltage_l1_n: 'not a number' },
    });
  });

  it('keeps a number that no plant has out of the values', () => {
    expect(readingOf({ voltage_l1_n: 9.5e18, voltage_l2_n: 230 })).toMatchObject({
      missing: { voltage_l1_n: 'beyond any rating' },
    });
  });

  it.each([
    ['nothing', '', /^no JSON: /],
    ['text', 'ok', /^no JSON: /],
    ['half an object', '{"voltage_l1_n": 230', /^no JSON: /],
    ['a list', '[1]', /^no JSON object$/],
    ['null', 'null', /^no JSON object$/],
    ['a number', '230', /^no JSON object$/],
    ['nothing of interest', '{"hello": 1}', /^no usable value/],
    ['only what is unusable', '{"voltage_l1_n": "bad"}', /^no usable value/],
    ['very deep', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, /^no JSON/],
    ['very deep inside', `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, /^no usable value/],
    ['very long', `{"a":"${'x'.repeat(256 * 1024)}"}`, /more than 262144$/],
    ['keys of the prototype', '{"__proto__": {"voltage_l1_n": 230}}', /^no usable value/],
  ])('that is %s is no reading, with the reason', (_, text, why) => {
    expect(readingOf(text)).toMatch(why);
  });

  it('never throws, and never gives a value that is not finite', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.string(),
          fc.json().map((json) => `{"voltage_l1_n":${json},"time":${json}}`),
        ),
        (text) => {
          const reading = readingOf(text);
          if (typeof reading === 'string') return;
          expect(Object.values(reading.values).every(Number.isFinite)).toBe(true);
          expect(Number.isInteger(reading.time)).toBe(true);
        },
      ),
    );
  });
});
