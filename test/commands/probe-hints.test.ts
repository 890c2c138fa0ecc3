import { describe, expect, it } from 'vitest';
import { sdm630 } from '../../simulators/modbus/sdm630.ts';
import { ConfigFolder } from '../config/config-folder.ts';
import { gatewayPort, LOADED, serverFor } from '../meters/probe-bench.ts';
import { lineWith, run } from './probe-run.ts';
import { configWith, folderWith } from './tool-bench.ts';

/** A file whose addresses are those of a manual that counts from 1. */
const SHIFTED = `id: shifted
name: Shifted
source: the test
transport: modbus
function_code: 3
byte_order: CDAB
registers:
  voltage_l1_n: { address: 1 }
  voltage_l2_n: { address: 3 }
  voltage_l3_n: { address: 5 }
  voltage_l1_l2: { address: 7 }
  voltage_l2_l3: { address: 9 }
  voltage_l3_l1: { address: 11 }
  current_l1: { address: 13 }
  current_l2: { address: 15 }
  current_l3: { address: 17 }
  active_power_l1: { address: 25 }
  active_power_l2: { address: 27 }
  active_power_l3: { address: 29 }
  active_power_total: { address: 65 }
`;

describe('what probe advises', () => {
  it('says which protocol answers when the configured one does not, and ends with 1', async () => {
    const server = await serverFor('rtu');
    server.put(1, 4, 0, [0x4366, 0x3333]);
    const connection = `modbus-tcp://127.0.0.1:${server.port}/1`;
    const config = new ConfigFolder({ 'pq-butler.yaml': configWith([{ id: 'm1', model: 'sdm630', connection }]) });

    const { code, stderr, stdout } = await run({ meter: 'm1', config: config.file() });

    expect(stdout).toBe('');
    expect(stderr).toContain('Nothing could be read: no answer within 1000 ms');
    expect(stderr).toContain(`RTU frames over TCP do: configure rtu-over-tcp://127.0.0.1:${server.port}/1`);
    expect(code).toBe(1);
  });

  it('tells why nothing can be read as JSON too', async () => {
    const port = await gatewayPort({ 1: [sdm630, LOADED] });

    const { code, stdout } = await run({ meter: `tcp://127.0.0.1:${port}/9`, model: 'sdm630', json: true });

    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      failure: 'Modbus exception 11: gateway target device failed to respond',
      hints: [expect.stringContaining('the meter behind it does not')],
    });
  });

  it('hints at addresses that count from 1, and does not use them silently', async () => {
    const server = await serverFor();
    server.put(1, 3, 0, Array(72).fill(0));
    for (const [address, value] of [
      [0, 230],
      [2, 231],
      [4, 229],
      [6, 399],
      [8, 399],
      [10, 398],
    ] as const) {
      server.putFloat(1, 3, address, value);
    }

    const { code, stdout } = await run({
      meter: `tcp://127.0.0.1:${server.port}/1`,
      model: 'pac2200',
      nominalKv: '0.38',
    });

    expect(stdout).toMatch(/Hint: The voltages would make sense .*one register down, at 0 in place of 1/);
    expect(lineWith(stdout, 'voltage_l1_n')[3]).toBe('0000 4367');
    expect(code).toBe(3);
  });

  it('gives each way in which voltages would make sense a line of its own, the one that powers agree with first', async () => {
    const server = await serverFor();
    // Low word first, one register below where the model has them.
    const put = (address: number, value: number) => {
      const bytes = Buffer.alloc(4);
      bytes.writeFloatBE(value);
      server.put(1, 3, address, [bytes.readUInt16BE(2), bytes.readUInt16BE(0)]);
    };
    server.put(1, 3, 0, Array(80).fill(0));
    const floats = [
      ...[230.1, 231.2, 229.3, 399.1, 399.4, 398.2],
      ...[101.3, 99.7, 102.9],
      ...[23_300.1, 23_050.3, 23_600.7],
      ...[21_000.3, 21_500.7, 21_800.1],
      ...[10_090.9, 8_309.7, 9_041.1],
    ];
    for (const [index, value] of floats.entries()) put(2 * index, value);
    put(64, 21_000.3 + 21_500.7 + 21_800.1);
    const meter = `tcp://127.0.0.1:${server.port}/1`;

    const { stdout } = await run({ meter, model: 'shifted', modelsDir: folderWith({ 'shifted.yaml': SHIFTED }) });

    const hints = stdout.split('\n').filter((line) => line.startsWith('Hint:'));
    expect(hints).toHaveLength(2);
    expect(hints[0]).toContain('make sense one register down, at 0 in place of 1');
    expect(hints[0]).toMatch(
      /voltage_l1_n 230\.1 V, .* voltage_l3_l1 398\.2 V; .*from the total by 0(\.000\d+|e-\d)? %/,
    );
    expect(hints[1]).toMatch(/^Hint: Less likely, with byte_order ABCD in place of CDAB: voltage_l1_n 23\d/);
    expect(hints[1]).toMatch(/The manual decides\.$/);
  });
});
