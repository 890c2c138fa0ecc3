import { describe, expect, it } from 'vitest';
import { interpreterOf, NOTHING, packet, readingIn, said, shipped } from './dialects.ts';

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
