import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { QUANTITY_NAMES } from '../../src/domain/quantity.ts';
import { loadModels } from '../../src/meters/model-files.ts';
import { MODELS_FOLDER } from './fixtures.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'models-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const GOOD = `id: own
name: Own meter
source: Own document
transport: modbus
function_code: 3
word_order: CDAB
max_block: 50
max_gap: 0
registers:
  voltage_l1_n: { address: 0, type: int32, scale: 0.1, function_code: 4, invalid: '0x7FFFFFFF' }
  frequency: { address: 51, type: int16, scale: 0.1 }
`;

describe('the shipped models', () => {
  it('are four, without a problem, each with its document', () => {
    const { models, problems } = loadModels([MODELS_FOLDER]);
    expect(problems).toEqual([]);
    expect([...models.keys()]).toEqual(['pac4200', 'plain-json', 'pm5xxx', 'sdm630']);
    for (const model of models.values()) expect(model.source).not.toBe('');
  });

  it('agree in every register with the comments of their documents: spot checks by hand', () => {
    const { models } = loadModels([MODELS_FOLDER]);
    const registersOf = (id: string) => {
      const model = models.get(id);
      return new Map(
        model?.transport === 'modbus' ? model.registers.map((register) => [register.quantity, register]) : [],
      );
    };
    expect(registersOf('sdm630').get('thd_i_l3')).toMatchObject({ functionCode: 4, address: 0xf4, scale: 1 });
    expect(registersOf('sdm630').get('energy_active_import')).toMatchObject({ address: 0x48, scale: 1000 });
    expect(registersOf('pac4200').get('voltage_l1_n')).toMatchObject({ functionCode: 3, address: 1, type: 'float32' });
    expect(registersOf('pac4200').get('current_n')).toMatchObject({ address: 0x127 });
    expect(registersOf('pm5xxx').get('active_power_total')).toMatchObject({ address: 3059, scale: 1000 });
    expect(registersOf('pm5xxx').get('energy_active_export')).toMatchObject({
      address: 3207,
      type: 'int64',
      invalid: 0x8000000000000000n,
    });
  });

  it('of plain JSON knows every quantity by its own name', () => {
    const model = loadModels([MODELS_FOLDER]).models.get('plain-json');
    if (model?.transport !== 'mqtt') throw new Error('no plain-json');
    expect(model.fields.map(({ path, quantity }) => [path.join('.'), quantity])).toEqual(
      QUANTITY_NAMES.map((name) => [name, name]),
    );
    expect(model.timePath).toEqual(['time']);
  });
});

describe('a model of one’s own', () => {
  it('is read beside the shipped ones', () => {
    writeFileSync(join(folder, 'own.yaml'), GOOD);
    const { models, problems } = loadModels([MODELS_FOLDER, folder]);
    expect(problems).toEqual([]);
    expect(models.get('own')).toEqual({
      transport: 'modbus',
      id: 'own',
      name: 'Own meter',
      source: 'Own document',
      wordOrder: 'CDAB',
      maxBlock: 50,
      maxGap: 0,
      registers: [
        { quantity: 'voltage_l1_n', functionCode: 4, address: 0, type: 'int32', scale: 0.1, invalid: 0x7fffffffn },
        { quantity: 'frequency', functionCode: 3, address: 51, type: 'int16', scale: 0.1 },
      ],
    });
  });

  it('may map the paths of a payload', () => {
    const text = 'id: box\nname: Box\nsource: Box manual\ntransport: mqtt\nformat: json\ntime: { field: meta.ts }\n';
    writeFileSync(join(folder, 'box.yaml'), `${text}fields:\n  u.a: { quantity: voltage_l1_n, scale: 0.1 }\n`);
    const { models, problems } = loadModels([folder]);
    expect(problems).toEqual([]);
    expect(models.get('box')).toMatchObject({
      timePath: ['meta', 'ts'],
      fields: [{ path: ['u', 'a'], quantity: 'voltage_l1_n', scale: 0.1 }],
    });
  });

  it('with many mistakes is told all of them, each with file, line and what was expected', () => {
    const file = join(folder, 'own.yaml');
    const bad = GOOD.replace('function_code: 3', 'function_code: 6')
      .replace('max_gap: 0', 'max_gap: many')
      .replace("'0x7FFFFFFF'", "'0x7FFF'")
      .replace('frequency: { address: 51,', 'frequenzy: { address: 51, wordorder: ABCD,')
      .concat('colour: red\n');
    writeFileSync(file, bad);
    writeFileSync(join(folder, 'broken.yaml'), 'id: [\n');
    const { models, problems } = loadModels([folder]);
    expect(models.size).toBe(0);
    const told = problems.map(({ line, path, expected }) => `${line} ${path}: ${expected}`);
    expect(told).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^5 function_code: expected function code 3 or 4/),
        expect.stringMatching(/^8 max_gap: /),
        expect.stringMatching(/^10 registers.voltage_l1_n.invalid: expected four hexadecimal digits/),
        expect.stringMatching(/^11 registers.frequenzy: expected a quantity/),
        expect.stringMatching(/^12 colour: unknown key/),
      ]),
    );
    expect(problems.some((problem) => problem.file.endsWith('broken.yaml'))).toBe(true);
    expect(problems.filter((problem) => problem.file === file)).toHaveLength(told.length - 1);
  });

  it('with problems is left out, and its id is known where it can be read', () => {
    writeFileSync(join(folder, 'own.yaml'), GOOD.replace('max_gap: 0', 'max_gap: many'));
    writeFileSync(join(folder, 'half.yaml'), 'id: half\nname: [\n');
    writeFileSync(join(folder, 'nameless.yaml'), 'name: Nameless\n');
    const { models, brokenIds } = loadModels([MODELS_FOLDER, folder]);
    expect(models.has('own')).toBe(false);
    expect([...brokenIds]).toEqual(['half', 'own']);
  });

  it.each([
    ['one register into the next', 'uint32', '0x5B01', 'uint32'],
    ['the same register twice', 'uint16', '0x5B00', 'uint16'],
    ['inside a longer value', 'uint64', '0x5B03', 'uint16'],
  ])('may not read a register for two quantities: %s', (_name, type, address, otherType) => {
    const file = join(folder, 'own.yaml');
    const registers = [
      `  voltage_l1_n: { address: 0x5B00, type: ${type} }`,
      '  frequency: { address: 0x5B10 }',
      `  voltage_l2_n: { address: ${address}, type: ${otherType} }`,
    ];
    const head = GOOD.slice(0, GOOD.indexOf('  voltage_l1_n'));
    writeFileSync(file, `${head}${registers.join('\n')}\n`);
    const { models, problems } = loadModels([folder]);
    expect(models.size).toBe(0);
    expect(problems).toEqual([
      { file, line: 12, path: 'registers.voltage_l2_n.address', expected: expect.stringContaining('of its own') },
    ]);
    expect(problems[0]?.expected).toMatch(
      /voltage_l1_n takes 23296 to \d+ with function code 3, found voltage_l2_n at/,
    );
  });

  it('may have neighbours, and the same address under another function code', () => {
    const registers = [
      '  voltage_l1_n: { address: 0x5B00, type: uint32 }',
      '  voltage_l2_n: { address: 0x5B02, type: uint32 }',
      '  voltage_l3_n: { address: 0x5B00, type: uint32, function_code: 4 }',
    ];
    const head = GOOD.slice(0, GOOD.indexOf('  voltage_l1_n'));
    writeFileSync(join(folder, 'own.yaml'), `${head}${registers.join('\n')}\n`);
    expect(loadModels([folder]).problems).toEqual([]);
  });

  it('cannot redefine a shipped one', () => {
    const shipped = readFileSync(join(MODELS_FOLDER, 'sdm630.yaml'), 'utf8');
    writeFileSync(join(folder, 'mine.yaml'), shipped.replace('address: 0 }', 'address: 9000 }'));
    const { models, problems } = loadModels([MODELS_FOLDER, folder]);
    const line = shipped.split('\n').indexOf('id: sdm630') + 1;
    expect(problems).toMatchObject([{ file: join(folder, 'mine.yaml'), line, path: 'id' }]);
    expect(problems[0]?.expected).toContain('sdm630.yaml');
    const model = models.get('sdm630');
    expect(model?.transport === 'modbus' && model.registers[0]?.address).toBe(0);
  });

  it('in a folder that is not there is a problem, not a crash', () => {
    const { problems } = loadModels([join(folder, 'nowhere')]);
    expect(problems).toMatchObject([{ file: join(folder, 'nowhere'), line: 1 }]);
  });
});
