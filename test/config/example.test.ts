import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, parseDocument } from 'yaml';
import { z } from 'zod';
import { customersFile } from '../../src/config/customers.ts';
import { loadConfig } from '../../src/config/load.ts';
import { formatProblem } from '../../src/config/problem.ts';
import { sections } from '../../src/config/sections.ts';
import { ConfigFolder, EXAMPLE, edited, lineOf, VALID } from './config-folder.ts';

const TEXT = readFileSync(EXAMPLE, 'utf8');

/** The example with all that it shows in comments taken out of them. */
const UNCOMMENTED = TEXT.replace(/^( *)# ( *(?:- )?[a-z_]+:(?: .*)?)$/gm, '$1$2')
  .replace('kind: embedded', 'kind: influx')
  .replace('url: mqtt:', 'url: mqtts:')
  .replace(/^customers_file: .*$/m, '');

type Way = readonly (string | number)[];

const ENV = { INFLUX_PASSWORD: 'x', MQTT_PASSWORD: 'y' };

function besideExample(name: string): string {
  return readFileSync(join(dirname(EXAMPLE), name), 'utf8');
}

function uncommentedFolder(text = UNCOMMENTED): ConfigFolder {
  const pack = besideExample('standards/gb.yaml');
  const tls = { 'tls/ca.pem': 'ca', 'tls/butler.pem': 'certificate', 'tls/butler.key': 'key' };
  const files = { 'standards/gb.yaml': pack, 'my-models/about.txt': '', secret: 'z', ...tls };
  return new ConfigFolder({ ...files, 'pq-butler.yaml': text.replace(/\/run\/secrets\/(mail|mqtt-key)/g, 'secret') });
}

describe('the shipped configuration', () => {
  it('is valid without any environment', () => {
    const loaded = loadConfig(EXAMPLE, {});

    expect(loaded.ok ? [] : loaded.problems.map(formatProblem)).toEqual([]);
  });

  it('gives the table of customers as the domain knows them', () => {
    const loaded = loadConfig(EXAMPLE, {});
    if (!loaded.ok) throw new Error('not valid');
    const { fleet, customers, dataDir, file } = loaded.config;

    expect(file).toBe(EXAMPLE);
    expect(dataDir).toBe(join(dirname(EXAMPLE), 'data'));
    expect(customers.map(({ id, supplyPoints }) => [id, supplyPoints.length])).toEqual([
      ['c01', 2],
      ['c02', 1],
      ['c03', 2],
      ['c04', 1],
    ]);
    expect(fleet.meters.get('c01-b-m2')).toMatchObject({
      customer: { id: 'c01', class: 'special', accountManager: 'li' },
      supplyPoint: { id: 'c01-b', name: 'Rolling mill feed', nominalKv: 10, contractKva: 6000, transformerKva: 6300 },
      line: 'rtu-over-tcp://192.0.2.11:4001',
      meter: {
        model: 'sdm630',
        connection: { kind: 'rtu-over-tcp', host: '192.0.2.11', port: 4001, unit: 2 },
        pollInterval: 10_000,
        ctRatio: 400,
        ptRatio: 100,
      },
    });
    expect(fleet.meters.get('c03-a-m1')?.supplyPoint).not.toHaveProperty('transformerKva');
    expect(fleet.meters.get('c04-a-m1')?.meter.connection).toMatchObject({ host: '2001:db8::4', port: 502 });
  });

  it('shows in its comments only what is valid', () => {
    const { store, mail, customers } = uncommentedFolder().config(ENV);

    expect(store).toMatchObject({ kind: 'influx', influx: { database: 'pq_butler' } });
    expect(mail.username).toBe('butler');
    expect(customers[0]?.supplyPoints[0]?.meters[0]).toMatchObject({ model: 'pac4200', pollInterval: 1_000 });
  });

  it('shows every option that there is', () => {
    const shown = new Set(keysOf(parse(UNCOMMENTED)));

    const schemas = [sections, customersFile];
    const options = schemas.flatMap((one) => optionsOf(z.toJSONSchema(one, { io: 'input', unrepresentable: 'any' })));

    const missing = options.filter((option) => !option.startsWith('rules.') && !shown.has(option));
    expect(missing).toEqual(['customers_file']);
    expect(options).toEqual(expect.arrayContaining(['mail.host', 'customers.supply_points.meters.ct_ratio']));
  });

  it.each([
    ['example', TEXT],
    ['example with its comments', UNCOMMENTED],
  ])('%s: an unknown key is told with its line, wherever it stands', (_name, text) => {
    const maps = mapsIn(parse(text));

    fc.assert(
      fc.property(fc.constantFrom(...maps), fc.stringMatching(/^x[a-z_]{0,12}q$/), (path, key) => {
        const broken = parseDocument(text);
        broken.setIn([...path, key], 1);
        const written = broken.toString({ lineWidth: 0 });
        const folder = text === TEXT ? exampleFolder(written) : uncommentedFolder(written);

        expect(folder.problems(ENV)).toEqual([
          {
            file: folder.file(),
            line: lineOf(written, `${key}: 1`),
            path: expect.stringMatching(new RegExp(`(^|\\.)${key}$`)),
            message: expect.stringContaining('found an unknown key'),
          },
        ]);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a loaded configuration', () => {
  it('is frozen to its leaves', () => {
    const config = new ConfigFolder({ 'pq-butler.yaml': VALID }).config();

    expect(thawed(config, 'config')).toEqual([]);
  });

  it('has the defaults where nothing is said', () => {
    expect(new ConfigFolder({ 'pq-butler.yaml': VALID }).config()).toMatchObject({
      log: { level: 'info', format: 'auto' },
      store: { kind: 'embedded' },
      web: { enabled: true, host: '127.0.0.1', port: 8080 },
      modbus: { timeout: 1_000, probeInterval: 30_000 },
      mail: { port: 25, secure: false },
      summary: { at: '07:30' },
      pack: { standard: 'GB/T' },
    });
  });

  it('has the overrides in its rule pack, and the rest of the pack untouched', () => {
    const shipped = new ConfigFolder({ 'pq-butler.yaml': VALID }).config().pack;
    const text = edited('mail:', 'rules: { overload: { judged_on: reading, open_after: 10s } }\nmail:');

    const { pack } = new ConfigFolder({ 'pq-butler.yaml': text }).config();

    const overload = { ...shipped.rules.overload, judged_on: 'reading', open_after: 10_000 };
    expect(pack).toEqual({ ...shipped, rules: { ...shipped.rules, overload } });
  });

  it('takes the poll interval of the file for meters without one of their own', () => {
    const text = edited(
      'model: sdm630',
      'model: sdm630\n            poll_interval: 200ms',
      `poll_interval: 1h\n${VALID}`,
    );

    const meters = [...new ConfigFolder({ 'pq-butler.yaml': text }).config().fleet.meters.values()];

    expect(meters.map(({ meter }) => meter.pollInterval)).toEqual([200, 3_600_000]);
  });

  it('knows models of its own beside the shipped ones', () => {
    const own = besideExample('models/sdm630.yaml').replace(/^id: .*$/m, 'id: own');
    const config = edited('model: sdm630', 'model: own', `models_dir: mine\n${VALID}`);

    const { models } = new ConfigFolder({ 'pq-butler.yaml': config, 'mine/own.yaml': own }).config();

    expect([...models.keys()]).toEqual(expect.arrayContaining(['own', 'pac4200', 'plain-json', 'sdm630']));
    expect(models.get('own')).toMatchObject({ transport: 'modbus', id: 'own' });
  });
});

function exampleFolder(text: string): ConfigFolder {
  return new ConfigFolder({
    'pq-butler.yaml': text,
    'standards/gb.yaml': besideExample('standards/gb.yaml'),
    'customers.example.csv': besideExample('customers.example.csv'),
  });
}

/** Keys of all maps, 'people.name' for each person's name. */
function keysOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => keysOf(item, path));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, held]) => [`${path}${key}`, ...keysOf(held, `${path}${key}.`)]);
}

/** The same of all properties that a JSON schema names. */
function optionsOf(schema: unknown, path = ''): string[] {
  if (Array.isArray(schema)) return schema.flatMap((one) => optionsOf(one, path));
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties = {}, items, anyOf, oneOf, allOf }: Record<string, unknown> = { ...schema };
  const named = Object.entries({ ...(typeof properties === 'object' ? properties : {}) });
  return [
    ...named.flatMap(([key, held]) => [`${path}${key}`, ...optionsOf(held, `${path}${key}.`)]),
    ...[items, anyOf, oneOf, allOf].flatMap((part) => optionsOf(part, path)),
  ];
}

/** The ways to all maps of a value, the value's own first. */
function mapsIn(value: unknown, path: Way = []): Way[] {
  if (typeof value !== 'object' || value === null) return [];
  const inside = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  const deeper = inside.flatMap(([key, held]) => mapsIn(held, [...path, key]));
  return Array.isArray(value) ? deeper : [path, ...deeper];
}

/** The paths of all that can still be changed. */
function thawed(value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const held = value instanceof Map ? [...value] : Object.entries(value);
  const here = Object.isFrozen(value) ? [] : [path];
  return [...here, ...held.flatMap(([key, inner]) => thawed(inner, `${path}.${key}`))];
}
