import { describe, expect, it } from 'vitest';
import { type ModelsRequest, models } from '../../src/commands/models.ts';
import { SHIPPED_MODELS } from '../../src/config/load.ts';
import { QUANTITIES } from '../../src/domain/quantity.ts';
import { loadModels } from '../../src/meters/model-files.ts';
import { ConfigFolder, VALID } from '../config/config-folder.ts';
import { captured } from './captured.ts';
import { folderWith } from './tool-bench.ts';

function run(request: ModelsRequest) {
  const { out, written } = captured();
  const code = models(request, out, {});
  return { code, ...written };
}

const OWN = `id: own
name: Own meter
source: Own document
transport: modbus
function_code: 3
byte_order: ABCD
registers:
  voltage_l1_n: { address: 0 }
  frequency: { address: 2 }
`;

describe('models', () => {
  it('lists every shipped model with its transport, its quantities and its document', () => {
    const { code, stdout, stderr } = run({});

    expect(stderr).toBe('');
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]?.split(/ {2,}/)).toEqual(['id', 'name', 'transport', 'quantities', 'also', 'source']);
    const ids = lines.slice(1).map((line) => line.split(' ')[0]);
    expect(ids).toEqual([...loadModels(SHIPPED_MODELS).models.keys()].sort());
    expect(lines.find((line) => line.startsWith('sdm630 '))?.split(/ {2,}/)).toEqual([
      'sdm630',
      'Eastron SDM630',
      'modbus',
      '33',
      'Eastron SDM630 Modbus Protocol Implementation V1.7',
    ]);
  });

  it('lists them as JSON for programs', () => {
    const { code, stdout } = run({ json: true });

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toContainEqual({
      id: 'adw300',
      name: 'Acrel ADW300',
      transport: 'modbus',
      quantities: 12,
      also: expect.any(Array),
      source: 'Acrel ADW300 communication address table',
    });
  });

  it('says what a model knows beside quantities', () => {
    const { stdout } = run({});

    expect(stdout).toMatch(/^umg604 .* modbus +\d+ +(clock, )?events {2,}/m);
    const rows: unknown = JSON.parse(run({ json: true }).stdout);
    const [kmb] = Array.isArray(rows) ? rows.filter(({ id }) => id === 'kmb-umd') : [];
    expect(kmb).toMatchObject({ also: expect.arrayContaining(['events']) });
    const own = `${OWN}ratios:\n  ct: { address: 9, type: uint16 }\nclock: { address: 11, type: uint32, format: unix_s }\n`;
    expect(run({ modelsDir: folderWith({ 'own.yaml': own }) }).stdout).toMatch(
      /^own .* 2 {2}clock, ratios +Own document$/m,
    );
  });

  it('lists every quantity with its unit', () => {
    const { code, stdout } = run({ quantities: true });

    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(1 + Object.keys(QUANTITIES).length);
    expect(stdout).toMatch(/^energy_reactive_export +varh$/m);
    expect(JSON.parse(run({ quantities: true, json: true }).stdout)).toContainEqual({
      quantity: 'frequency',
      unit: 'Hz',
    });
    expect(code).toBe(0);
  });

  it('lists the models of a folder beside the shipped ones', () => {
    const { code, stdout } = run({ modelsDir: folderWith({ 'own.yaml': OWN }) });

    expect(code).toBe(0);
    expect(stdout).toMatch(/^own +Own meter +modbus +2 +Own document$/m);
    expect(stdout).toMatch(/^sdm630 /m);
  });

  it('ends with 2 and every problem of a model file on its line', () => {
    const broken = OWN.replace('byte_order: ABCD', 'byte_order: BACD').replace('address: 2 ', 'adress: 2 ');
    const modelsDir = folderWith({ 'own.yaml': broken });

    const { code, stdout, stderr } = run({ modelsDir });

    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(`${modelsDir}/own.yaml:6  byte_order: expected ABCD, CDAB, BADC or DCBA\n`);
    expect(stderr).toMatch(/own\.yaml:9 {2}registers\.frequency\.adress: unknown key/);
    expect(stderr).toMatch(/\n\d problems; more may follow when these are corrected\n$/);
  });

  it('ends with 2 when the folder is not there', () => {
    const { code, stderr } = run({ modelsDir: '/nowhere' });

    expect(code).toBe(2);
    expect(stderr).toMatch(/^\/nowhere:1 {2}expected a readable folder: .*\n1 problem\n$/);
  });

  it('lists what a configuration may name: its own models too', () => {
    const config = new ConfigFolder({ 'pq-butler.yaml': `models_dir: mine\n${VALID}`, 'mine/own.yaml': OWN });

    const { code, stdout, stderr } = run({ config: config.file() });

    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^own +Own meter +modbus +2 +Own document$/m);
  });

  it('ends with 2 and the problems of a configuration and its models', () => {
    const config = new ConfigFolder({
      'pq-butler.yaml': `models_dir: mine\n${VALID}`,
      'mine/own.yaml': OWN.replace('function_code: 3', 'function_code: 6'),
    });

    const { code, stderr } = run({ config: config.file() });

    expect(code).toBe(2);
    expect(stderr).toMatch(/mine\/own\.yaml:5 {2}function_code: expected function code 3 or 4/);
  });
});
