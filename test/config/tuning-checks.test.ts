import { describe, expect, it } from 'vitest';
import { ConfigFolder, edited, lineOf } from './config-folder.ts';

/** What is told of a meter of a model of the test with this largest request. */
function told(maxBlock: number | string, model: string): string[] {
  const config = edited('model: sdm630', `model: own\n            max_block: ${maxBlock}`);
  const head = 'id: own\nname: Own\nsource: test\ntransport: modbus\nfunction_code: 3\nbyte_order: ABCD\n';
  const folder = new ConfigFolder({
    'pq-butler.yaml': `models_dir: models\n${config}`,
    'models/own.yaml': `${head}${model}`,
  });
  expect(lineOf(config, 'max_block') + 1).toBe(29);
  return folder.told();
}

const WORDS = 'registers: { current_l1: { address: 0, type: uint16 } }\n';

describe('the largest request of a meter', () => {
  it('may be one register where all values are', () => {
    expect(told(1, WORDS)).toEqual([]);
  });

  it.each([
    ['a float', 'registers: { voltage_l1_n: { address: 0 } }\n', 2, 'voltage_l1_n'],
    [
      'the longest value',
      'registers: { voltage_l1_n: { address: 0 }, energy_active_import: { address: 2, type: uint64 } }\n',
      4,
      'energy_active_import',
    ],
    [
      'a scale',
      'registers: { current_l1: { address: 0, type: uint16, scaled_by: f } }\nscale_registers: { f: { address: 1, type: float32, means: factor } }\n',
      2,
      'the scale of current_l1',
    ],
    ['a ratio', `${WORDS}ratios: { ct: { address: 2, type: float32 } }\n`, 2, 'the ct ratio'],
    ['a clock', `${WORDS}clock: { address: 2, type: uint16, format: fields }\n`, 6, 'the clock'],
    [
      'a counter',
      `${WORDS}events: { form: counters, counters: { dips: { address: 9, type: uint32, kind: dip } } }\n`,
      2,
      'the counter dips',
    ],
    [
      'a record of a ring',
      `${WORDS}events: { form: ring, newest: { address: 9, type: uint16 }, first: 20, capacity: 5, record_length: 7, fields: { duration: { address: 0, type: uint16 } } }\n`,
      7,
      'an event',
    ],
  ])('holds %s as a whole', (_, model, least, name) => {
    const path = 'customers[0].supply_points[0].meters[0].max_block';
    const expected = `expected at least ${least}, the registers of ${name} of the model own, found ${least - 1}`;
    expect(told(least - 1, model)).toEqual([`pq-butler.yaml:29  ${path}: ${expected}`]);
    expect(told(least, model)).toEqual([]);
  });

  it('is no matter of a meter at a broker, and a wrong one is told once', () => {
    expect(told(0, 'registers: { voltage_l1_n: { address: 0 } }\n')).toEqual([expect.stringContaining('at least 1')]);
  });
});
