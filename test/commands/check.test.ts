import { describe, expect, it } from 'vitest';
import { check } from '../../src/commands/check.ts';
import { ConfigFolder, EXAMPLE, edited, VALID } from '../config/config-folder.ts';
import { captured } from './captured.ts';

function run(file: string, env: Record<string, string> = {}) {
  const { out, written } = captured();
  const code = check(file, out, env);
  return { code, ...written };
}

describe('check', () => {
  it('ends with 0 and a summary of a valid configuration', () => {
    const { code, stdout, stderr } = run(EXAMPLE);

    expect(code).toBe(0);
    expect(stderr).toBe('');
    const lines = stdout.split('\n').map((line) => line.trim().replace(/ +/, ' '));
    expect(lines).toEqual([
      `${EXAMPLE} is valid`,
      'customers 4, with 6 supply points',
      'meters 7: 1 pac4200, 3 sdm630, 1 pm5xxx, 2 plain-json',
      'lines 5',
      'brokers 1',
      'people 3: 2 account_manager, 1 grid_engineer',
      expect.stringMatching(/^rules GB\/T: .*overload/),
      expect.stringMatching(/^store embedded, data in \/.*\/config\/data$/),
      '',
    ]);
  });

  it('notes supply points where overload cannot be watched', () => {
    const file = new ConfigFolder({ 'pq-butler.yaml': VALID }).file();

    expect(run(file).stdout).toContain('c01-a has neither contract_kva nor transformer_kva: overload is not watched');
  });

  it.each([
    ['380', 'c01-a: 380 kV is not a nominal voltage of GB/T 156; meant 0.38?'],
    ['660', 'c01-a: 660 kV is not a nominal voltage of GB/T 156; meant 0.66?'],
    ['0.4', 'c01-a: 0.4 kV is not a nominal voltage of GB/T 156'],
    ['230', 'c01-a: 230 kV is not a nominal voltage of GB/T 156'],
  ])('notes a nominal voltage that is none: %s', (kv, note) => {
    const text = edited('nominal_kv: 10', `nominal_kv: ${kv}`);

    const { code, stdout } = run(new ConfigFolder({ 'pq-butler.yaml': text }).file());

    expect(code).toBe(0);
    expect(stdout.split('\n')).toContain(`  note       ${note}`);
  });

  it.each(['0.22', '0.38', '0.66', '1', '1.14', '3', '6', '10', '20', '35', '66', '110', '220', '330', '500', '750'])(
    'notes nothing of the nominal voltage %s',
    (kv) => {
      const text = edited('nominal_kv: 10', `nominal_kv: ${kv}`);

      expect(run(new ConfigFolder({ 'pq-butler.yaml': text }).file()).stdout).not.toContain('GB/T 156');
    },
  );

  it('ends with 2 and all problems, one a line, of a broken one', () => {
    const text = edited('class: special', 'class: vip', edited('Asia/Shanghai', 'Nowhere'));
    const file = new ConfigFolder({ 'pq-butler.yaml': text }).file();

    const { code, stdout, stderr } = run(file);

    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toBe(
      [
        `${file}:3  site.time_zone: expected an IANA time zone such as Asia/Shanghai, found "Nowhere"`,
        `${file}:17  customers[0].class: expected one of special, first, second, temporary, found "vip"`,
        '2 problems',
        '',
      ].join('\n'),
    );
  });

  it('ends with 2 when the file is not there', () => {
    expect(run('/nowhere/pq-butler.yaml')).toEqual({
      code: 2,
      stdout: '',
      stderr: '/nowhere/pq-butler.yaml:1  expected a readable file, found no such file\n1 problem\n',
    });
  });

  it('takes the environment of its caller', () => {
    const file = new ConfigFolder({ 'pq-butler.yaml': edited('name: Test city', 'name: $'.concat('{CITY}')) }).file();

    expect(run(file).code).toBe(2);
    expect(run(file, { CITY: 'East' }).code).toBe(0);
  });
});
