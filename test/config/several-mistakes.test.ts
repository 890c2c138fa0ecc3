import { describe, expect, it } from 'vitest';
import { ConfigFolder, edited, HEADER, ref, told, VALID, withCustomersFile } from './config-folder.ts';

describe('a configuration with several mistakes', () => {
  it('tells all of them at once, each with its line', () => {
    const config = VALID.replace('Asia/Shanghai', 'Mars/Base')
      .replace('role: grid_engineer', 'role: account_manager')
      .replace('class: special', 'class: vip')
      .replace('model: sdm630', 'model: sdm360')
      .replace('mqtt://main/site/m2', 'mqtt://other/site/m2')
      .concat('typo: 1\n');

    expect(told(config)).toEqual([
      expect.stringContaining('pq-butler.yaml:3  site.time_zone: expected an IANA time zone'),
      expect.stringContaining('pq-butler.yaml:11  people: expected at least one person with the role grid_engineer'),
      expect.stringContaining('pq-butler.yaml:17  customers[0].class: expected one of special,'),
      expect.stringContaining(
        'pq-butler.yaml:27  customers[0].supply_points[0].meters[0].model: expected a known model',
      ),
      expect.stringContaining('pq-butler.yaml:31  customers[0].supply_points[0].meters[1].connection: expected the id'),
      expect.stringContaining('pq-butler.yaml:32  typo: expected one of site,'),
    ]);
  });

  it('says what is missing in an almost empty one', () => {
    expect(told('log: {}\n')).toEqual([
      'pq-butler.yaml:1  site: expected a group of keys, found nothing',
      'pq-butler.yaml:1  mail: expected a group of keys, found nothing',
      'pq-butler.yaml:1  people: expected a list, found nothing',
      'pq-butler.yaml:1  expected customers_file or customers, found neither',
    ]);
  });

  it('finds what is wrong with a customer although another customer is broken', () => {
    const second = VALID.slice(VALID.indexOf('  - id: c01'))
      .replaceAll('c01', 'c02')
      .replace('account_manager: li', 'account_manager: chen');
    const config = VALID.replace('    class: special\n', '').replace('nominal_kv: 10', 'nominal_kv: high') + second;

    expect(told(config)).toEqual([
      'pq-butler.yaml:15  customers[0].class: expected one of special, first, second, temporary, found nothing',
      'pq-butler.yaml:21  customers[0].supply_points[0].nominal_kv: expected a number, found "high"',
      expect.stringContaining('35  customers[1].account_manager: expected the id of a person in the section people'),
      expect.stringContaining('42  customers[1].supply_points[0].meters[0].id: expected an id of its own, found "m1"'),
      expect.stringContaining('44  customers[1].supply_points[0].meters[0].connection: expected an address of its own'),
      expect.stringContaining('45  customers[1].supply_points[0].meters[1].id: expected an id of its own, found "m2"'),
      expect.stringContaining('47  customers[1].supply_points[0].meters[1].connection: expected an address of its own'),
    ]);
  });

  it('finds what is wrong with an entry although one of its keys is broken', () => {
    const noPoints =
      '  - { id: c02, name: X, class: first, industry: x, account_manager: chen, supply_points: none }\n';
    const config = edited('id: m1\n            model: sdm630', 'id: [m1]\n            model: sdm360') + noPoints;

    expect(told(config)).toEqual([
      expect.stringContaining('26  customers[0].supply_points[0].meters[0].id: expected text, found a list'),
      expect.stringContaining('27  customers[0].supply_points[0].meters[0].model: expected a known model'),
      expect.stringContaining('32  customers[1].supply_points: expected a list, found "none"'),
      expect.stringContaining('32  customers[1].account_manager: expected the id of a person'),
    ]);
  });

  it('reads on in the other files', () => {
    const folder = new ConfigFolder({
      'pq-butler.yaml': `${withCustomersFile('customers.csv')}standard: pack.yaml\nmodels_dir: models\nlog: { level: loud }\n`,
      'customers.csv': `${HEADER}\nc01,One,vip,steel,li,c01-a,,10,F12,East,,,m1,sdm630,modbus-tcp://192.0.2.1:502/1,,,\n`,
      'pack.yaml': 'standard: own\nmin_completeness: 2\nrules: {}\n',
      'models/own.yaml': 'id: own\ntransport: modbus\n',
    });

    const problems = folder.told();

    expect(problems).toEqual(
      expect.arrayContaining([
        'customers.csv:2  class: expected one of special, first, second, temporary, found "vip"',
        'pack.yaml:2  min_completeness: expected at most 1, found "2"',
        'pack.yaml:3  rules.overload: expected a group of keys, found nothing',
        expect.stringMatching(/^models\/own\.yaml:1 {2}registers/),
        'pq-butler.yaml:17  log.level: expected one of debug, info, warn, error, found "loud"',
      ]),
    );
  });

  it('tells a mistake in a model file, not that its meters name it', () => {
    const meters = edited('model: sdm630', 'model: own', edited('model: plain-json', 'model: strange'));
    const folder = new ConfigFolder({
      'pq-butler.yaml': `${meters}models_dir: models\n`,
      'models/own.yaml':
        'id: own\nname: Own\nsource: Own manual\ntransport: mqtt\nformat: xml\nquantities: "{quantity}"\n',
    });

    expect(folder.told()).toEqual([
      expect.stringContaining('30  customers[0].supply_points[0].meters[1].model: expected a known model'),
      expect.stringMatching(/^models\/own\.yaml:5 {2}format: /),
    ]);
  });

  it('does not tell consequences of a mistake as further mistakes', () => {
    const misspelt = edited('role: grid_engineer', 'role: grid_enginer');
    const config = edited('nominal_kv: 10', `nominal_kv: ${ref('KV')}`, misspelt);

    expect(told(config)).toEqual([
      expect.stringContaining('people[1].role: expected one of account_manager, grid_engineer'),
      expect.stringContaining('supply_points[0].nominal_kv: expected the environment variable KV, found it not set'),
    ]);
  });
});
