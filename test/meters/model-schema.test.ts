import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ModbusModel } from '../../src/meters/model.ts';
import { loadModels } from '../../src/meters/model-files.ts';
import { COUNTERS, FILE, FULL, listed, RING, withEvents } from './model-text.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'schema-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function modelOf(text: string): ModbusModel {
  writeFileSync(join(folder, 'own.yaml'), text);
  const { models, problems } = loadModels([folder]);
  expect(problems).toEqual([]);
  const [model] = models.values();
  if (model?.transport !== 'modbus') throw new Error('no model');
  return model;
}

describe('a Modbus model file', () => {
  it('means what it says, with the defaults of its head in every place', () => {
    const plain = { scale: 1, offset: 0, scaledBy: [], isSlow: false, isAlone: false };
    const usual = { functionCode: 3, order: 'ABCD' } as const;
    const amps = { ...usual, address: 6, type: 'int16', means: 'exponent', invalid: [0x8000n] };
    const factor = { ...usual, address: 7, type: 'uint16', means: 'factor' };
    expect(modelOf(FULL)).toEqual({
      transport: 'modbus',
      id: 'full',
      name: 'Full meter',
      source: 'Own document',
      usualUnit: 5,
      maxBlock: 56,
      maxGap: 10,
      forbidden: [
        [43, 54],
        [90, 90],
      ],
      timing: {
        timeout: 2_000,
        retries: 1,
        pauseAfterConnect: 100,
        pauseBetweenRequests: 20,
        closeAfterPoll: true,
        slowInterval: 300_000,
      },
      ratios: {
        ct: { ...usual, address: 60, type: 'uint16', scale: 1, invalid: [0xffffn, 0xfffen] },
        pt: { ...usual, address: 61, type: 'uint16', scale: 0.1, invalid: [0xffffn, 0xfffen] },
      },
      sunspec: { models: [201, 202] },
      clock: { ...usual, address: 62, type: 'int32', format: 'unix_s', utcOffset: 28_800_000 },
      registers: [
        { ...plain, ...usual, quantity: 'voltage_l1_n', address: 50_514, type: 'uint32', scale: 0.01, offset: -1.5 },
        { ...plain, ...usual, quantity: 'current_l1', address: 3, type: 'int16', scaledBy: [amps], invalid: [0x8000n] },
        {
          ...plain,
          ...usual,
          quantity: 'current_l2',
          address: 4,
          type: 'int16',
          scaledBy: [amps, factor],
          invalid: [0x7fffn],
        },
        { ...plain, ...usual, quantity: 'active_power_l1', address: 10, type: 'int16', isSignMagnitude: true },
        { ...plain, ...usual, quantity: 'power_factor_total', address: 3083, type: 'float32', coding: '4-quadrant' },
        {
          ...plain,
          quantity: 'frequency',
          functionCode: 4,
          order: 'CDAB',
          address: 20,
          type: 'bcd16',
          scale: 0.01,
          isAlone: true,
          invalid: [0xffffn],
        },
        {
          ...plain,
          ...usual,
          quantity: 'voltage_unbalance',
          address: 40,
          type: 'uint16',
          bits: { from: 4, count: 8 },
          invalid: [0xffffn, 0xfffen],
        },
        {
          ...plain,
          ...usual,
          quantity: 'thd_u_l1',
          address: 40,
          type: 'uint16',
          bits: { from: 12, count: 4 },
          invalid: [0xffffn, 0xfffen],
        },
        {
          ...plain,
          ...usual,
          quantity: 'energy_active_import',
          address: 30,
          type: 'uint64',
          scale: 10,
          isSlow: true,
        },
      ],
      events: [
        {
          form: 'last',
          interval: 2_000,
          fields: {
            start: { ...usual, address: 21_762, type: 'int64', format: 'since_2000_ms', utcOffset: 0 },
            duration: { ...usual, address: 21_766, type: 'int32', scale: 1 },
            extreme: { ...usual, address: 21_768, type: 'float32', scale: 0.1 },
            kind: {
              place: { ...usual, address: 21_761, type: 'uint16', invalid: [0xffffn, 0xfffen] },
              kinds: { 1: 'swell', 2: 'dip' },
            },
            phases: {
              place: { functionCode: 4, order: 'ABCD', address: 21_760, type: 'uint16', invalid: [0xffffn, 0xfffen] },
              coding: 'kmb',
            },
          },
        },
      ],
      records: {
        interval: 900_000,
        newest: { ...usual, address: 70, type: 'uint32', scale: 1 },
        file: 1,
        capacity: 1_000,
        recordLength: 12,
        time: { ...usual, address: 0, type: 'uint32', format: 'unix_s', utcOffset: 0 },
        values: [
          { ...plain, ...usual, quantity: 'active_power_total', address: 2, type: 'float32' },
          { ...plain, ...usual, quantity: 'energy_active_export', address: 4, type: 'int16', invalid: [0x8000n] },
        ],
      },
    });
  });

  it('needs to say very little', () => {
    const head = 'id: small\nname: Small\nsource: Own document\ntransport: modbus\n';
    const model = modelOf(`${head}function_code: 4\nbyte_order: DCBA\nregisters: { frequency: { address: 70 } }\n`);
    expect(model).toEqual({
      id: 'small',
      name: 'Small',
      source: 'Own document',
      transport: 'modbus',
      usualUnit: 1,
      maxBlock: 125,
      maxGap: 0,
      forbidden: [],
      timing: {},
      ratios: {},
      registers: [
        {
          quantity: 'frequency',
          functionCode: 4,
          order: 'DCBA',
          address: 70,
          type: 'float32',
          scale: 1,
          offset: 0,
          scaledBy: [],
          isSlow: false,
          isAlone: false,
        },
      ],
    });
  });

  it('may describe a ring of events in registers', () => {
    expect(modelOf(withEvents(RING.replace('capacity: 50', 'capacity: 50\n  function_code: 4'))).events).toEqual([
      {
        form: 'ring',
        interval: 1_000,
        newest: { functionCode: 3, order: 'ABCD', address: 100, type: 'uint32', scale: 1 },
        first: 200,
        capacity: 50,
        recordLength: 10,
        functionCode: 4,
        fields: {
          start: expect.objectContaining({ functionCode: 4, address: 0, format: 'fields' }),
          kind: { place: expect.objectContaining({ functionCode: 4, address: 8 }), kinds: { 7: 'dip' } },
        },
      },
    ]);
  });

  it('may describe events in a file', () => {
    expect(modelOf(withEvents(FILE)).events).toMatchObject([
      {
        form: 'file',
        file: 4,
        capacity: 100,
        recordLength: 10,
        newest: { address: 100, type: 'uint32' },
        fields: { start: { address: 0, type: 'uint32', format: 'since_2000_s' } },
      },
    ]);
  });

  it('may name counters of events', () => {
    expect(modelOf(withEvents(COUNTERS)).events).toMatchObject([
      {
        form: 'counters',
        counters: [
          { name: 'event_counter', kind: 'alarm', phases: ['L1'], place: { address: 99, type: 'uint32' } },
          { name: 'flags', kind: 'transient', phases: [], place: { address: 110, type: 'uint16' } },
        ],
      },
    ]);
  });

  it('may describe events in several forms', () => {
    expect(modelOf(withEvents(listed(COUNTERS, RING))).events).toMatchObject([
      { form: 'counters', counters: [{ name: 'event_counter' }, { name: 'flags' }] },
      { form: 'ring', newest: { address: 100, functionCode: 3 }, functionCode: 3 },
    ]);
  });

  it('may have a clock behind UTC', () => {
    expect(modelOf(FULL.replace('utc_offset: 8h', 'utc_offset: -3.5h')).clock?.utcOffset).toBe(-12_600_000);
  });
});
