import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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
byte_order: CDAB
max_block: 50
max_gap: 0
registers:
  voltage_l1_n: { address: 0, type: int32, scale: 0.1, function_code: 4, invalid: '0x7FFFFFFF' }
  frequency: { address: 51, type: int16, scale: 0.1 }
`;

const PAYLOAD = `id: box
name: Box
source: Box manual
transport: mqtt
format: json
topics: ["box/{meter}"]
values: { voltage_l1_n: u.a }
`;

describe('a model of one’s own', () => {
  it('is read beside the shipped ones', () => {
    writeFileSync(join(folder, 'own.yaml'), GOOD);
    const shipped = loadModels([MODELS_FOLDER]);
    const { models } = loadModels([MODELS_FOLDER, folder]);
    expect([...models.keys()]).toEqual([...shipped.models.keys(), 'own']);
    expect(models.get('own')).toMatchObject({
      transport: 'modbus',
      registers: [
        {
          quantity: 'voltage_l1_n',
          functionCode: 4,
          address: 0,
          type: 'int32',
          order: 'CDAB',
          invalid: [0x7fff_ffffn],
        },
        { quantity: 'frequency', functionCode: 3, address: 51, type: 'int16', order: 'CDAB' },
      ],
    });
  });

  it('for messages and one for registers are told apart by their transport, in whichever folder they stand', () => {
    const other = join(folder, 'payloads');
    mkdirSync(other);
    writeFileSync(join(folder, 'box.yaml'), PAYLOAD);
    writeFileSync(join(other, 'own.yml'), GOOD);
    writeFileSync(join(other, 'second.yaml'), PAYLOAD.replace('id: box', 'id: second'));
    writeFileSync(join(other, 'readme.txt'), 'no model');
    const { models, problems } = loadModels([folder, other]);
    expect(problems).toEqual([]);
    expect([...models].map(([id, { transport }]) => `${id} ${transport}`)).toEqual([
      'box mqtt',
      'own modbus',
      'second mqtt',
    ]);
  });

  it('with many mistakes is told all of them, each with file, line and what was expected', () => {
    const file = join(folder, 'own.yaml');
    const bad = GOOD.replace('function_code: 3', 'function_code: 6')
      .replace('max_gap: 0', 'max_gap: many')
      .replace("'0x7FFFFFFF'", "'0x7FFF'")
      .replace('frequency: { address: 51,', 'frequenzy: { address: 51, byteorder: ABCD,')
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
        expect.stringMatching(/^10 registers.voltage_l1_n.invalid: expected 0x and 8 hexadecimal digits/),
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
    const { models, brokenIds } = loadModels([folder]);
    expect([...models.keys()]).toEqual([]);
    expect([...brokenIds]).toEqual(['half', 'own']);
  });

  it('cannot redefine one of a folder before it, such as a shipped one', () => {
    const own = join(folder, 'own');
    mkdirSync(own);
    writeFileSync(join(folder, 'first.yaml'), GOOD);
    writeFileSync(join(own, 'mine.yaml'), `# Mine.\n${GOOD.replace('address: 0,', 'address: 9000,')}`);
    const { models, problems } = loadModels([folder, own]);
    expect(problems).toMatchObject([{ file: join(own, 'mine.yaml'), line: 2, path: 'id' }]);
    expect(problems[0]?.expected).toContain('first.yaml');
    const model = models.get('own');
    expect(model?.transport === 'modbus' && model.registers[0]?.address).toBe(0);
  });

  it('written over many lines is told the line of the key, or of the list’s entry, that is wrong', () => {
    const text = `${GOOD.slice(0, GOOD.indexOf('registers:'))}forbidden:
  - [1, 2]
  - [4, 3]
registers:
  frequency:
    address: 51
    scale: 0
  voltage_l1_n:
    invalid: '0x7FFFFFFF'
events:
  form: last
  fields:
    kind:
      address: 60
      type: uint16
      kinds:
        1: dip
        2: sag
`;
    writeFileSync(join(folder, 'own.yaml'), text);
    const line = (words: string) => text.slice(0, text.indexOf(words)).split('\n').length;
    expect(loadModels([folder]).problems.map((problem) => [problem.path, problem.line])).toEqual([
      ['forbidden.1', line('- [4, 3]')],
      ['registers.frequency.scale', line('scale: 0')],
      // The key is not there: its register is.
      ['registers.voltage_l1_n.address', line('voltage_l1_n:')],
      ['events.fields.kind.kinds.2', line('2: sag')],
    ]);
  });

  it.each([
    [
      'a quantity that is none',
      'voltage_l1_n:',
      'voltage_ln_avg:',
      '10 registers.voltage_ln_avg: expected a quantity: did you mean voltage_l1_n, voltage_l2_n or voltage_l3_n?',
    ],
    [
      'a quantity like none',
      'frequency:',
      'hertz:',
      '11 registers.hertz: expected a quantity such as voltage_l1_n, current_l2 or active_power_total',
    ],
    [
      'an unknown key near a known one',
      'address: 51,',
      'address: 51, byteorder: ABCD,',
      /^11 registers\.frequency\.byteorder: unknown key: did you mean byte_order\? Known here are address, byte_order, /,
    ],
    [
      'an unknown key near none',
      'max_gap: 0',
      'max_gap: 0\ncolour: red',
      /^9 colour: unknown key: expected one of id, name, source, transport, .*, records$/,
    ],
    [
      'an unknown type',
      'max_gap: 0',
      "max_gap: 0\ninvalid: { unit16: '0xFFFF' }",
      /^9 invalid\.unit16: unknown key: did you mean uint16\? Known here are int16, /,
    ],
    [
      'a key that stands twice',
      'frequency:',
      'voltage_l1_n:',
      '11 : expected each key once: the key voltage_l1_n stands twice',
    ],
    [
      'a key that stands twice in braces',
      'address: 51,',
      'address: 51, address: 52,',
      '11 : expected each key once: the key address stands twice',
    ],
    [
      'a decimal comma in braces',
      'scale: 0.1, f',
      'scale: 0,1, f',
      '10 registers.voltage_l1_n.scale: expected a number with a decimal point (0.1), found 0,1',
    ],
    [
      'a decimal comma with a zero behind it',
      'scale: 0.1, f',
      'scale: 1,05, f',
      '10 registers.voltage_l1_n.scale: expected a number with a decimal point (1.05), found 1,05',
    ],
    [
      'a decimal comma on a line of its own',
      'frequency: { address: 51, type: int16, scale: 0.1 }',
      'frequency:\n    address: 51\n    scale: 0,1',
      '13 registers.frequency.scale: expected a number with a decimal point (0.1), found 0,1',
    ],
  ])('with %s is told what was meant', (_, from, to, told) => {
    expect(GOOD).toContain(from);
    writeFileSync(join(folder, 'own.yaml'), GOOD.replace(from, to));
    const { problems } = loadModels([folder]);
    const [problem, another] = problems.map(({ line, path, expected }) => `${line} ${path}: ${expected}`);
    expect(another).toBeUndefined();
    if (typeof told === 'string') expect(problem).toBe(told);
    else expect(problem).toMatch(told);
  });

  it('for messages is told what was meant in the same words', () => {
    writeFileSync(
      join(folder, 'box.yaml'),
      PAYLOAD.replace('{ voltage_l1_n: u.a }', '{ voltage_l1_n: { path: u.a, scale: 0,1 }, current_1: i.a }'),
    );
    const told = loadModels([folder]).problems.map(({ path, expected }) => `${path}: ${expected}`);
    expect(told.toSorted()).toEqual([
      'values.current_1: expected a quantity: did you mean current_l1, current_n or current_l2?',
      'values.voltage_l1_n.scale: expected a number with a decimal point (0.1), found 0,1',
    ]);
  });

  it('in a folder that is not there is a problem, not a crash', () => {
    const { problems } = loadModels([join(folder, 'nowhere')]);
    expect(problems).toMatchObject([{ file: join(folder, 'nowhere'), line: 1 }]);
  });
});
