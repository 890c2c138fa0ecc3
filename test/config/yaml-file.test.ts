import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { ConfigFolder, edited, told, VALID, withCustomersFile } from './config-folder.ts';

describe('a configuration file that cannot be read', () => {
  it('is missing', () => {
    const file = join(new ConfigFolder({}).path, 'none.yaml');

    const message = 'expected a readable file, found no such file';
    expect(loadConfig(file, {})).toEqual({ ok: false, problems: [{ file, line: 1, path: '', message }] });
  });

  it('is a directory', () => {
    const file = new ConfigFolder({}).path;

    const message = 'expected a readable file, found a directory';
    expect(loadConfig(file, {})).toEqual({ ok: false, problems: [{ file, line: 1, path: '', message }] });
  });

  it.each([
    ['empty', ''],
    ['of comments alone', '# nothing here\n'],
    ['of tabs alone', '\t\t\n\t\n'],
    ['of null', '~\n'],
  ])('is %s', (_name, text) => {
    expect(told(text)).toEqual(['pq-butler.yaml:1  expected keys and values, found an empty file']);
  });

  it('is plain text', () => {
    expect(told('hello\n')).toEqual(['pq-butler.yaml:1  expected a group of keys, found something else']);
  });

  it('is in another encoding: the first such line is told', () => {
    const gbk = Buffer.concat([
      Buffer.from('site:\n  name: '),
      Buffer.from([0xb3, 0xc7, 0xca, 0xd0]),
      Buffer.from('\n'),
    ]);

    const folder = new ConfigFolder({ 'pq-butler.yaml': gbk });

    expect(folder.told()).toEqual([expect.stringContaining('pq-butler.yaml:2  expected text in UTF-8, found another')]);
  });
});

describe('a configuration file that is not YAML', () => {
  it.each([
    ['tab as indentation', 'site:\n\tname: x\n', 2, 'Tabs are not allowed as indentation'],
    ['bracket left open', 'site: { name: x\nmail: y\n', 2, 'Flow map'],
    ['key without a colon', 'site:\n  name: x\n  zone\n', 3, 'Implicit map keys need to be followed by map values'],
    ['quote left open', 'site:\n  name: "x\n', 3, 'Missing closing "quote'],
    ['second document', 'site: x\n---\nsite: y\n', 2, 'a second document (---) in the file'],
    ['tag', 'site:\n  name: !secret x\n', 2, 'a tag (!...)'],
    ['list as a key', 'site: x\n[a, b]: y\n', 2, 'a key that is not plain text'],
  ])('%s', (_name, text, line, words) => {
    expect(told(text)).toContainEqual(
      expect.stringContaining(`pq-butler.yaml:${line}  expected YAML, found: ${words}`),
    );
  });

  it('has a reference where a value should be', () => {
    const config = edited('Asia/Shanghai', '*zone');

    expect(told(config)).toEqual([
      expect.stringContaining('pq-butler.yaml:3  site.time_zone: expected the value itself'),
    ]);
  });

  it('has a key twice: told beside all other problems', () => {
    const config = edited('  name: Test city\n', '  name: Test city\n  name: Again\n').replace(
      'class: special',
      'class: x',
    );

    expect(told(config)).toEqual([
      'pq-butler.yaml:3  name: expected every key once, found it a second time',
      expect.stringContaining('pq-butler.yaml:18  customers[0].class'),
    ]);
  });

  it('names a customers file that is not YAML: told beside all other problems', () => {
    const folder = new ConfigFolder({
      'pq-butler.yaml': edited('Asia/Shanghai', 'Nowhere', withCustomersFile('customers.yaml')),
      'customers.yaml': 'customers:\n  - id: c01\n   name: x\n',
    });

    expect(folder.told()).toEqual([
      expect.stringContaining('pq-butler.yaml:3  site.time_zone'),
      expect.stringContaining('customers.yaml:3  expected YAML'),
    ]);
  });
});

describe('a YAML file of customers', () => {
  it('is read like inline customers', () => {
    const customers = VALID.slice(VALID.indexOf('customers:'));
    const folder = new ConfigFolder({
      'pq-butler.yaml': withCustomersFile('lists/customers.yaml'),
      'lists/customers.yaml': customers,
    });
    const inline = new ConfigFolder({ 'pq-butler.yaml': VALID });

    expect(folder.config().customers).toEqual(inline.config().customers);
  });

  it('has its own name and lines in problems', () => {
    const customers = VALID.slice(VALID.indexOf('customers:')).replace('special', 'vip').concat('people: []\n');
    const folder = new ConfigFolder({ 'pq-butler.yaml': withCustomersFile('c.yaml'), 'c.yaml': customers });

    expect(folder.told()).toEqual([
      'c.yaml:4  customers[0].class: expected one of special, first, second, temporary, found "vip"',
      'c.yaml:19  people: expected customers, found an unknown key',
    ]);
  });
});
