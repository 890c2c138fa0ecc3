import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { planReads } from '../../../src/meters/modbus/read-plan.ts';
import { REGISTERS_OF } from '../../../src/meters/model.ts';
import { loadModels } from '../../../src/meters/model-files.ts';
import { MODELS_FOLDER } from '../fixtures.ts';
import { modbusModel, SHIPPED_MODBUS } from './frozen-words.ts';

const FILES = readdirSync(MODELS_FOLDER).filter((name) => name.endsWith('.yaml'));

describe('the shipped models', () => {
  it('are files without a problem', () => {
    expect(loadModels([MODELS_FOLDER]).problems).toEqual([]);
  });

  it('have the names of their files', () => {
    const ids = FILES.map((name) => basename(name, '.yaml'));

    expect(ids).toEqual(expect.arrayContaining([...SHIPPED_MODBUS.keys()]));
    for (const id of ids) expect(readFileSync(join(MODELS_FOLDER, `${id}.yaml`), 'utf8')).toContain(`\nid: ${id}\n`);
  });

  it('say first what they were written from and what was not taken', () => {
    for (const id of SHIPPED_MODBUS.keys()) {
      const head = readFileSync(join(MODELS_FOLDER, `${id}.yaml`), 'utf8').split('\nid: ')[0];
      expect(head, id).toMatch(/^# .*\n(# .*\n)*# Written from: /);
      expect(head, id).toContain('# Not taken: ');
    }
  });
});

describe.each([...SHIPPED_MODBUS.keys()])('the model %s', (id) => {
  it('asks for nothing in its forbidden ranges, and for no more at once than it may', () => {
    const model = modbusModel(id);

    for (const registers of [model.registers, model.registers.filter(({ isSlow }) => !isSlow)]) {
      for (const { start, count } of planReads(registers, model)) {
        expect(count).toBeLessThanOrEqual(model.maxBlock);
        for (const [first, last] of model.forbidden) expect(start > last || start + count <= first).toBe(true);
      }
    }
  });

  it('reads all that is fast in at most eight requests', () => {
    const model = modbusModel(id);

    expect(
      planReads(
        model.registers.filter(({ isSlow }) => !isSlow),
        model,
      ).length,
    ).toBeLessThanOrEqual(8);
  });

  it('cuts no value at the ends of its requests', () => {
    const model = modbusModel(id);

    for (const { start, count, registers, scales } of planReads(model.registers, model)) {
      const wanted = [...registers, ...scales];
      expect(Math.min(...wanted.map(({ address }) => address))).toBe(start);
      expect(Math.max(...wanted.map(({ address, type }) => address + REGISTERS_OF[type]))).toBe(start + count);
    }
  });

  it('reads energies in the slow group only', () => {
    const fast = modbusModel(id).registers.filter(({ isSlow }) => !isSlow);

    expect(fast.map(({ quantity }) => quantity).filter((quantity) => quantity.startsWith('energy_'))).toEqual([]);
  });
});

describe('ranges that a document warns of', () => {
  it.each([
    ['pac2200', [[43, 54]]],
    ['dtsu666', [[0x2032, 0x2043]]],
    ['adl3000', [[0x67, 0x76]]],
  ])('are forbidden in %s', (id, ranges) => {
    expect(modbusModel(id).forbidden).toEqual(ranges);
  });

  it.each(['em24', 'em340', 'et340'])('are read alone in %s: 0x000B is half of L3-L1 and an identification', (id) => {
    const model = modbusModel(id);
    const touching = planReads(model.registers, model).filter(
      ({ start, count }) => start <= 0xb && start + count > 0xb,
    );

    expect(touching.map(({ start, count }) => [start, count])).toEqual([[0xa, 2]]);
  });
});
