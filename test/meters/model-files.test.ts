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

  it('in a folder that is not there is a problem, not a crash', () => {
    const { problems } = loadModels([join(folder, 'nowhere')]);
    expect(problems).toMatchObject([{ file: join(folder, 'nowhere'), line: 1 }]);
  });
});
