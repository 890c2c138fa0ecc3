import { describe, expect, it } from 'vitest';
import { type ProbeRequest, probe } from '../../src/commands/probe.ts';
import { serverFor } from '../meters/probe-bench.ts';
import { captured } from './captured.ts';
import { folderWith, toolParts } from './tool-bench.ts';

const HEAD = `id: own
name: Own
source: the test
transport: modbus
function_code: 3
byte_order: ABCD
registers:
  voltage_l1_n: { address: 0 }
`;

const FIELDS = `
  fields:
    start: { address: 0, type: uint32, format: unix_s }
    duration: { address: 2, type: uint16 }
    extreme: { address: 3, type: uint16, scale: 0.1 }
    kind: { address: 4, type: uint16, kinds: { 1: swell, 2: dip } }
    phases: { address: 5, type: uint16, coding: mask }
`;

/** 2026-03-01T10:00:00Z, by `date -u -d 2026-03-01T10:00:00Z +%s`. */
const TEN = 1_772_359_200;

function record(start: number, kind: number): number[] {
  return [start >> 16, start & 0xffff, 120, 415, kind, 0b110];
}

async function meterWith(model: string) {
  const server = await serverFor();
  server.putFloat(1, 3, 0, 230);
  const modelsDir = folderWith({ 'own.yaml': HEAD + model });
  const run = async (more: Partial<ProbeRequest> = {}) => {
    const { out, written } = captured();
    const meter = `tcp://127.0.0.1:${server.port}/1`;
    await probe({ meter, model: 'own', modelsDir, samples: '1', nominalKv: '0.22', ...more }, out, toolParts());
    return written.stdout;
  };
  return { server, run };
}

describe('probe of a meter with logs of its own', () => {
  it('shows the newest three events of a ring, and goes round its end', async () => {
    const { run, server } = await meterWith(`events:
  form: ring
  newest: { address: 100, type: uint32 }
  first: 200
  capacity: 4
  record_length: 6${FIELDS}`);
    server.put(1, 3, 100, [0, 6]);
    // Record n stands at 200 + 6 × ((n - 1) mod 4): 5 and 6 have taken the place of 1 and 2.
    for (const [slot, number] of [5, 6, 3, 4].entries())
      server.put(1, 3, 200 + 6 * slot, record(TEN + number, number === 6 ? 1 : 2));

    const stdout = await run();
    const json: unknown = JSON.parse(await run({ json: true }));

    expect(stdout).toContain(`The meter's own events, by its own clock, of which the newest has the number 6:
  2026-03-01T10:00:06.000Z  swell L2 L3, 120 ms, 41.5 V
  2026-03-01T10:00:05.000Z  dip L2 L3, 120 ms, 41.5 V
  2026-03-01T10:00:04.000Z  dip L2 L3, 120 ms, 41.5 V

`);
    expect(json).toHaveProperty('logs.events.events.0', {
      start: '2026-03-01T10:00:06.000Z',
      kind: 'swell',
      phases: ['L2', 'L3'],
      duration: 120,
      extreme: 41.5,
    });
  });

  it('shows the last event where the meter keeps one, or that there is none', async () => {
    const { run, server } = await meterWith(`events:\n  form: last${FIELDS.replaceAll('address: ', 'address: 10')}`);
    server.put(1, 3, 100, record(0, 0));
    expect(await run()).toContain("The meter's own event log is empty\n");

    server.put(1, 3, 100, record(TEN, 2));
    expect(await run()).toContain('by its own clock:\n  2026-03-01T10:00:00.000Z  dip L2 L3, 120 ms, 41.5 V\n');
  });

  it('shows what event counters stand at', async () => {
    const { run, server } = await meterWith(
      'events: { form: counters, counters: { dips: { address: 50, type: uint32, kind: dip, phases: [L1] } } }\n',
    );
    server.put(1, 3, 50, [0, 7]);

    expect(await run()).toContain('The meter counts events itself:\n  dips (dip L1) 7\n');
  });

  it('shows both where the meter has its last event and counts them', async () => {
    const last = `  - form: last${FIELDS.replaceAll('address: ', 'address: 10').replaceAll('\n  ', '\n    ')}`;
    const { run, server } = await meterWith(
      `events:\n${last}  - { form: counters, counters: { dips: { address: 50, type: uint32, kind: dip } } }\n`,
    );
    server.put(1, 3, 100, record(TEN, 2));
    server.put(1, 3, 50, [0, 7]);

    const stdout = await run();
    const json: unknown = JSON.parse(await run({ json: true }));

    expect(stdout).toContain('by its own clock:\n  2026-03-01T10:00:00.000Z  dip L2 L3, 120 ms, 41.5 V\n');
    expect(stdout).toContain('The meter counts events itself:\n  dips (dip) 7\n');
    expect(json).toHaveProperty('logs.events', {
      form: 'last',
      events: [{ start: '2026-03-01T10:00:00.000Z', kind: 'dip', phases: ['L2', 'L3'], duration: 120, extreme: 41.5 }],
      counters: [{ name: 'dips', kind: 'dip', phases: [], count: 7 }],
    });
  });

  it('shows the number of the newest load record, or why there is none to be had', async () => {
    const { run, server } = await meterWith(`records:
  newest: { address: 60, type: uint16 }
  file: 1
  capacity: 1000
  record_length: 12
  time: { address: 0, type: uint32, format: unix_s }
  values: { active_power_total: { address: 2 } }
`);
    expect(await run()).toContain("The meter's own load records cannot be read: Modbus exception 2");

    server.put(1, 3, 60, [512]);
    expect(await run()).toContain("The meter's own load records: the newest has the number 512; it keeps 1000\n");
  });
});

describe('probe of a meter whose values are scaled by registers', () => {
  it('shows those registers below the values', async () => {
    const { run, server } = await meterWith(`  current_l1: { address: 2, type: uint16, scaled_by: amps }
  current_l2: { address: 3, type: uint16, scaled_by: amps }
  active_power_total: { address: 4, type: uint16, scaled_by: power }
scale_registers:
  amps: { address: 80, type: int16, means: exponent }
  power: { address: 81, type: uint16, means: factor, invalid: '0xFFFF' }
`);
    server.put(1, 3, 2, [105, 98, 7]);
    server.put(1, 3, 80, [0xffff, 0xffff]);

    const stdout = await run();
    const json: unknown = JSON.parse(await run({ json: true }));

    expect(stdout).toMatch(/^current_l1 +3 +2 \(0x0002\) +0069 +10\.5 +A +good$/m);
    expect(stdout).toMatch(/^scale of +FC +address +words +value$/m);
    expect(stdout).toMatch(/^current_l1, current_l2 +3 +80 \(0x0050\) +FFFF +10\^-1$/m);
    expect(stdout).toMatch(/^active_power_total +3 +81 \(0x0051\) +FFFF +not available$/m);
    expect(json).toHaveProperty('scales.0', {
      of: ['current_l1', 'current_l2'],
      means: 'exponent',
      functionCode: 3,
      address: 80,
      words: [0xffff],
      value: -1,
    });
  });
});
