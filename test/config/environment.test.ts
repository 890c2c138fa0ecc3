import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { check } from '../../src/commands/check.ts';
import { ConfigFolder, edited, ref, told } from './config-folder.ts';

const FROM = 'butler@grid.example';
const MAIL = `  from: ${FROM}\n`;

function withPassword(password: string): string {
  return edited(MAIL, `${MAIL}  username: butler\n  password: ${password}\n`);
}

function config(text: string, env: Readonly<Record<string, string>> = {}) {
  return new ConfigFolder({ 'pq-butler.yaml': text }).config(env);
}

describe('references to the environment', () => {
  it('are expanded anywhere in a value', () => {
    const text = edited('name: Test city', `name: ${ref('CITY')}, ${ref('REGION')} ${ref('CITY')}`);

    expect(config(text, { CITY: 'East', REGION: 'North' }).site.name).toBe('East, North East');
  });

  it('become numbers and switches where these are expected', () => {
    const text = edited(MAIL, `${MAIL}  port: ${ref('PORT')}\n  secure: ${ref('SECURE')}\n`).replace(
      'nominal_kv: 10',
      `nominal_kv: ${ref('KV')}`,
    );

    const { mail, customers } = config(text, { PORT: '465', SECURE: 'true', KV: '0.38' });

    expect(mail).toMatchObject({ port: 465, secure: true });
    expect(customers[0]?.supplyPoints[0]?.nominalKv).toBe(0.38);
  });

  it('stay text where text is expected', () => {
    expect(
      config(edited('feeder: F12', `feeder: ${ref('FEEDER')}`), { FEEDER: '012' }).customers[0]?.supplyPoints[0]
        ?.feeder,
    ).toBe('012');
  });

  it('are refused as a number when they are none, and are shown unexpanded', () => {
    expect(told(edited('nominal_kv: 10', `nominal_kv: ${ref('KV')}`), { KV: 'hunter2' })).toEqual([
      `pq-butler.yaml:22  customers[0].supply_points[0].nominal_kv: expected a number, found "${ref('KV')}"`,
    ]);
  });

  it.each(['1e', '0x10', ' ', '1,5', 'Infinity', 'NaN', '--1'])('%j is no number', (value) => {
    expect(told(edited('nominal_kv: 10', `nominal_kv: ${ref('KV')}`), { KV: value })).toHaveLength(1);
  });

  it('are told with their line when the variable is missing', () => {
    expect(told(edited('name: Test city', `name: ${ref('CITY')}`))).toEqual([
      'pq-butler.yaml:2  site.name: expected the environment variable CITY, found it not set',
    ]);
  });

  it('are told when they hold more than a name', () => {
    expect(told(edited('name: Test city', `name: ${ref('CITY:-x')}`), { CITY: 'x' })).toEqual([
      expect.stringContaining('pq-butler.yaml:2  site.name: expected the environment variable by its name alone'),
    ]);
  });

  it('are left alone with two dollars, in comments, and without braces', () => {
    expect(config(edited('name: Test city', `name: $${ref('CITY')} $CITY # ${ref('CITY')}`)).site.name).toBe(
      `${ref('CITY')} $CITY`,
    );
  });

  it('are not expanded a second time', () => {
    expect(config(edited('name: Test city', `name: ${ref('A')}`), { A: ref('B'), B: 'no' }).site.name).toBe(ref('B'));
  });
});

describe('a number where text is expected', () => {
  it('is the text as it was written', () => {
    const { customers } = config(edited('feeder: F12', 'feeder: 012').replace('name: Customer 01', 'name: 1_000'));

    expect(customers[0]?.supplyPoints[0]?.feeder).toBe('012');
  });
});

describe('a password', () => {
  it('comes from the environment', () => {
    expect(config(withPassword(ref('PW')), { PW: '12345' }).mail.password?.reveal()).toBe('12345');
  });

  it('comes from a file beside the configuration, without the last line break', () => {
    const folder = new ConfigFolder({
      'pq-butler.yaml': withPassword('file:secrets/mail'),
      'secrets/mail': ' a b\nc \r\n',
    });

    expect(folder.config().mail.password?.reveal()).toBe(' a b\nc ');
  });

  it('comes from a file whose folder the environment names', () => {
    const folder = new ConfigFolder({ 'pq-butler.yaml': withPassword(`file:${ref('DIR')}/mail`), 'run/mail': 'x' });

    expect(folder.config({ DIR: folder.file('run') }).mail.password?.reveal()).toBe('x');
  });

  it('from the environment is never taken for a file', () => {
    expect(config(withPassword(ref('PW')), { PW: 'file:/etc/hostname' }).mail.password?.reveal()).toBe(
      'file:/etc/hostname',
    );
  });

  it.each([
    ['0123', '0123'],
    ['1e3', '1e3'],
    ['true', 'true'],
  ])('of digits or a YAML word is taken as written: %s', (written, password) => {
    expect(config(withPassword(written)).mail.password?.reveal()).toBe(password);
  });

  it('in a file that is not there is told with its line', () => {
    expect(told(withPassword('file:none'))).toEqual([
      'pq-butler.yaml:8  mail.password: expected a readable file, found no such file: none',
    ]);
  });

  it('in an empty file is told with its line', () => {
    const folder = new ConfigFolder({ 'pq-butler.yaml': withPassword('file:empty'), empty: '\n' });

    expect(folder.told()).toEqual(['pq-butler.yaml:8  mail.password: expected a secret, found an empty file: empty']);
  });

  it.each([
    ['literal', 'hunter2', {}],
    ['of digits', '48151623', {}],
    ['from the environment', ref('PW'), { PW: 'hunter2' }],
    ['from a file', 'file:secret', {}],
  ])('%s is in nothing that is shown of a valid configuration', (_name, password, env) => {
    const folder = new ConfigFolder({ 'pq-butler.yaml': withPassword(password), secret: 'hunter2' });
    const output: string[] = [];
    const sink = { write: (text: string) => output.push(text) };

    const code = check(folder.file(), { stdout: sink, stderr: sink }, env);
    const all = [...output, JSON.stringify(folder.config(env)), inspect(folder.config(env), { depth: null })].join(
      '\n',
    );

    expect(code).toBe(0);
    expect(all).not.toMatch(/hunter2|48151623/);
  });

  it.each([
    ['of a wrong type', '[hunter2]'],
    ['that begins like a reference', '*hunter2'],
    ['that begins like a tag', '!hunter2'],
    ['that begins like a block', '|hunter2'],
    ['that begins with a reserved sign', '@hunter2'],
    ['with a broken quote', '"hunter2'],
    ['with a broken escape', '"\\hunter2"'],
    ['with a colon', 'hunter2: x'],
    ['with a bracket', '{hunter2'],
    ['with a broken reference', '${hunter2'],
    ['that is empty beside the real one', '""\n  hunter2'],
  ])('%s is in none of the problems', (_name, password) => {
    const problems = told(`${withPassword(password)}typo: 1\n`);

    expect(problems.length).toBeGreaterThan(0);
    expect(problems.join('\n')).not.toContain('hunter2');
  });

  it('in a URL is not shown', () => {
    const url = edited('mqtt://broker.example:1883', 'mqtt://butler:hunter2@broker.example:1883');

    expect(told(url)).toEqual([expect.stringContaining('found "mqtt://...@broker.example:1883"')]);
  });
});
