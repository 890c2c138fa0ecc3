import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messageOf } from '../../../src/lib/errors.ts';
import { type Heard, PoisonPayload } from '../../../src/meters/mqtt/heard.ts';
import { Interpreter } from '../../../src/meters/mqtt/interpreter.ts';
import { placeOf } from '../fixtures.ts';
import { ARRIVAL, interpreterOf, NOTHING, ownModel, packet, readingIn, SHIPPED, SITE, shipped } from './dialects.ts';
import { SPARKPLUG } from './sparkplug-bytes.ts';

const EVERY_DIALECT = SHIPPED.map((file) => shipped(file.replace('.yaml', '')));
/** Topics at which the dialects listen to the meter a/b/c. */
const TOPICS = [
  'a/b/c',
  'a/b/c/voltage_l1_n',
  'a/b/c/events/rpc',
  'a/b/c/status/em:0',
  'shellies/a/b/c/emeter/0/voltage',
  'tele/a/b/c/SENSOR',
  'zigbee2mqtt/a/b/c',
  'mbmd/a/b/c/Power',
  'modbus/a/b/c/data',
  'CET/a/b/c/upload',
  '/gw/hw/product/data/a/b/c',
  '/devices/a/b/c/controls/Urms L1',
  '/devices/a/b/c/controls/Urms L1/meta/error',
  'homie/a/b/c/$state',
  'spBv1.0/a/DBIRTH/b/c',
  'spBv1.0/a/DDATA/b/c',
  'spBv1.0/a/NBIRTH/b',
];

/** One for all dialects, with a meter of each. */
function polyglot(): Interpreter {
  return new Interpreter(
    EVERY_DIALECT.map((model) => ({
      model,
      place: placeOf({ id: model.id, model: model.id, connection: { kind: 'mqtt', broker: 'main', topic: 'a/b/c' } }),
    })),
    SITE,
  );
}

function heardOrPoison(interpreter: Interpreter, topic: string, payload: Buffer, isRetained = false): Heard | 'poison' {
  try {
    return interpreter.hear(packet(topic, payload, { isRetained }));
  } catch (error) {
    if (error instanceof PoisonPayload) return 'poison';
    throw error;
  }
}

function expectSound(heard: Heard | 'poison'): void {
  if (heard === 'poison') return;
  for (const { time, values, suspect = {} } of heard.readings) {
    expect(Number.isInteger(time) && Math.abs(time - ARRIVAL) <= 7 * 86_400_000).toBe(true);
    expect(Object.values(values).every(Number.isFinite)).toBe(true);
    expect(Object.values(suspect).every(({ value }) => Number.isFinite(value))).toBe(true);
  }
}

const words = fc.constantFrom(
  ...['time', 'ts', 'values', 'errors', 'params', 'em:0', 'ENERGY', 'Power', 'tags', 'properties', 'samples', 'event'],
  ...[
    'r_data',
    'name',
    'value',
    'voltage_l1_n',
    'current_l1',
    'type',
    'data',
    'method',
    'payload',
    'ua',
    'ct',
    '__proto__',
    'toString',
    'valueOf',
    'timestamp',
  ],
);
const { tree: json } = fc.letrec((tie) => ({
  leaf: fc.oneof(fc.double(), fc.string(), fc.boolean(), fc.constant(null), words),
  tree: fc.oneof(
    { maxDepth: 5 },
    tie('leaf'),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(words, tie('tree'), { maxKeys: 6 }),
  ),
}));

describe('the interpreter', () => {
  it('returns or throws PoisonPayload, whatever bytes come', () => {
    const interpreter = polyglot();
    fc.assert(
      fc.property(
        fc.constantFrom(...TOPICS),
        fc.uint8Array({ maxLength: 300 }),
        fc.boolean(),
        (topic, bytes, isRetained) => {
          expectSound(heardOrPoison(interpreter, topic, Buffer.from(bytes), isRetained));
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('returns or throws PoisonPayload, whatever JSON comes', () => {
    const interpreter = polyglot();
    fc.assert(
      fc.property(fc.constantFrom(...TOPICS), json, (topic, message) => {
        expectSound(heardOrPoison(interpreter, topic, Buffer.from(JSON.stringify(message) ?? '')));
      }),
      { numRuns: 1_000 },
    );
  });

  it('returns or throws PoisonPayload when bytes of a Sparkplug payload are changed', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(600), fc.nat(255)), { minLength: 1, maxLength: 4 }), (changes) => {
        const interpreter = polyglot();
        heardOrPoison(interpreter, 'spBv1.0/a/NBIRTH/b', SPARKPLUG.nodeBirth);
        const changed = Buffer.from(SPARKPLUG.deviceBirth);
        for (const [at, byte] of changes) changed[at % changed.length] = byte;
        expectSound(heardOrPoison(interpreter, 'spBv1.0/a/DBIRTH/b/c', changed));
        expectSound(heardOrPoison(interpreter, 'spBv1.0/a/DDATA/b/c', SPARKPLUG.data2));
      }),
      { numRuns: 300 },
    );
  });

  it('is silent about the topics of others, however bad their payloads', () => {
    const interpreter = polyglot();
    fc.assert(
      fc.property(fc.string(), fc.uint8Array(), (topic, bytes) => {
        fc.pre(interpreter.meterOf(topic).length === 0);
        expect(interpreter.hear(packet(topic, Buffer.from(bytes)))).toEqual(NOTHING);
      }),
    );
    expect(interpreter.hear(packet('elsewhere', Buffer.alloc(300_000)))).toEqual(NOTHING);
  });

  it('takes no reading and no event from what a broker kept, and does not call it poison', () => {
    const interpreter = polyglot();
    for (const topic of TOPICS) {
      for (const payload of ['{"voltage_l1_n":230}', '230', '{', 'r', 'x'.repeat(300_000)]) {
        expect(interpreter.hear(packet(topic, payload, { isRetained: true }))).toEqual(NOTHING);
      }
    }
  });

  it('does not let one meter of a topic suffer from what another cannot understand', () => {
    const place = (id: string) => placeOf({ id, model: id, connection: { kind: 'mqtt', broker: 'main', topic: 't' } });
    const interpreter = new Interpreter(
      [
        { model: shipped('influx-line'), place: place('lines') },
        { model: shipped('plain-json'), place: place('json') },
      ],
      SITE,
    );
    expect(interpreter.topics()).toEqual(['t']);
    expect(readingIn(interpreter.hear(packet('t', { voltage_l1_n: 230 }))).meter).toBe('json');
    expect(readingIn(interpreter.hear(packet('t', 'm voltage_l1_n=231'))).meter).toBe('lines');
    expect(() => interpreter.hear(packet('t', '?'))).toThrow(PoisonPayload);
  });

  it('says why each of those who hear a message cannot understand it, with the causes', () => {
    const place = (id: string) => placeOf({ id, model: id, connection: { kind: 'mqtt', broker: 'main', topic: 't' } });
    const together = (...ids: string[]) =>
      new Interpreter(
        ids.map((id) => ({ model: shipped(id), place: place(id) })),
        SITE,
      );
    const poisonOf = (interpreter: Interpreter, payload: string): PoisonPayload => {
      try {
        interpreter.hear(packet('t', payload));
      } catch (error) {
        if (error instanceof PoisonPayload) return error;
        throw error;
      }
      throw new Error('it was understood');
    };
    const alone = poisonOf(together('plain-json'), '?');
    expect(alone).toMatchObject({ message: 'no JSON', cause: expect.any(SyntaxError) });
    const both = poisonOf(together('influx-line', 'plain-json'), '?');
    expect(both.message).toBe('no line protocol: point 1, character 2; no JSON');
    expect(both.cause).toMatchObject({ message: messageOf(alone.cause), errors: [alone.cause] });
    const twice = poisonOf(together('plain-json', 'mbmd'), '?');
    expect(twice.message).toBe('no JSON');
    // That nothing can be used says less than any other reason.
    expect(poisonOf(together('influx-line', 'plain-json'), '{"a": 1}').message).toMatch(/^no line protocol/);
  });

  it('makes one reading of what a message says twice of one instant: the latter counts, a doubt about the time stays', () => {
    const model = ownModel(`
format: json
topics: ['{meter}']
samples: s
time: { path: time, format: s }
quantities: '{quantity}'
`);
    const hear = (...s: object[]) => interpreterOf(model, { topic: 't' }).hear(packet('t', { s }));
    const time = ARRIVAL / 1_000 - 10;
    const at = (values: object) => ({ time, ...values });
    expect(readingIn(hear(at({ frequency: 50, current_l1: 5 }), at({ frequency: 49 }))).values).toEqual({
      frequency: 49,
      current_l1: 5,
    });
    const doubted = 'm frequency=50 1000000000';
    const believed = `m current_l1=5 ${ARRIVAL}000000`;
    for (const lines of [`${doubted}\n${believed}`, `${believed}\n${doubted}`]) {
      expect(readingIn(interpreterOf(shipped('influx-line'), { topic: 't' }).hear(packet('t', lines)))).toMatchObject({
        time: ARRIVAL,
        timeFault: 'too old',
        values: { frequency: 50, current_l1: 5 },
      });
    }
  });

  it('marks values by what stands beside them: missing, or suspect where a value is there', () => {
    const model = ownModel(`
format: json
topics: ['{meter}']
quality: [{ path: ok, is: false, means: suspect }]
values:
  voltage_l1_n: { path: 'emeters[0].voltage', quality: [{ path: 'emeters[0].is_valid', is: false }] }
  voltage_l2_n: { path: 'emeters[1].voltage', quality: [{ path: 'emeters[1].is_valid', is: false, means: suspect }] }
  frequency: f
`);
    const emeters = [
      { voltage: 231, is_valid: false },
      { voltage: 232, is_valid: false },
    ];
    const read = (more: object) =>
      readingIn(interpreterOf(model, { topic: 't', ptRatio: 10 }).hear(packet('t', { emeters, f: 50, ...more })));
    expect(read({})).toMatchObject({
      values: { frequency: 50 },
      suspect: { voltage_l2_n: { value: 2_320, reason: 'marked by the meter' } },
      missing: { voltage_l1_n: 'not available' },
    });
    expect(read({ ok: false })).toMatchObject({
      values: {},
      suspect: { voltage_l2_n: { value: 2_320 }, frequency: { value: 50 } },
      missing: { voltage_l1_n: 'not available' },
    });
  });

  it('sums lists, and has no sum without one of its parts', () => {
    const model = ownModel(`
format: json
topics: ['{meter}']
not_available: [null, -9999]
values:
  active_power_total: { path: 'p[*].w', sum: true }
  frequency: f
`);
    const read = (...w: unknown[]) =>
      readingIn(interpreterOf(model, { topic: 't' }).hear(packet('t', { f: 50, p: w.map((each) => ({ w: each })) })));
    expect(read(1, '2.5', -3).values).toEqual({ active_power_total: 0.5, frequency: 50 });
    expect(read(1, null).missing).toEqual({ active_power_total: 'not available' });
    expect(read(1, '-9999').missing).toEqual({ active_power_total: 'not available' });
    expect(read(1, 'x').missing).toEqual({ active_power_total: 'not a number' });
  });
});
