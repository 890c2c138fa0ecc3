import { describe, expect, it } from 'vitest';
import { measurementOf } from '../../simulators/electricity/measurement.ts';
import { sdm630 } from '../../simulators/modbus/sdm630.ts';
import { gatewayPort, LOADED, serverFor } from '../meters/probe-bench.ts';
import { lineWith, run } from './probe-run.ts';
import { folderWith } from './tool-bench.ts';

describe('what probe says of the values of a Modbus meter', () => {
  it('marks what cannot be true and what is missing, each with its reason, and ends with 3', async () => {
    const server = await serverFor();
    server.put(1, 3, 1, Array(72).fill(0x7fc0));
    for (const [address, value] of [
      [1, 230],
      [3, 231],
      [5, 229],
      [7, 300],
      [9, 399],
      [11, 398],
      [55, 90],
    ] as const) {
      server.putFloat(1, 3, address, value);
    }

    const { code, stdout } = await run({
      meter: `tcp://127.0.0.1:${server.port}/1`,
      model: 'pac4200',
      nominalKv: '0.38',
    });

    expect(lineWith(stdout, 'frequency').at(-1)).toBe('suspect: out of range');
    expect(lineWith(stdout, 'voltage_l2_l3').at(-1)).toBe('good');
    expect(lineWith(stdout, 'current_l1').at(-1)).toBe('missing: not a number');
    expect(lineWith(stdout, 'thd_u_l1').at(-1)).toBe('missing: Modbus exception 2: illegal data address');
    expect(stdout).toMatch(/Hint: The device does not have .*thd_u_l1 \(261\)/);
    expect(code).toBe(3);
  });

  it('marks voltages of one reading that contradict each other', async () => {
    const server = await serverFor();
    server.put(1, 3, 1, Array(72).fill(0));
    for (const [address, value] of [
      [1, 230],
      [3, 231],
      [5, 229],
      [7, 600],
      [9, 399],
      [11, 398],
      [55, 50],
    ] as const) {
      server.putFloat(1, 3, address, value);
    }

    const { stdout } = await run({ meter: `tcp://127.0.0.1:${server.port}/1`, model: 'pac2200', nominalKv: '0.38' });

    expect(lineWith(stdout, 'voltage_l1_l2').at(-1)).toBe('suspect: phase and line voltages disagree');
    expect(lineWith(stdout, 'voltage_l2_l3').at(-1)).toBe('good');
  });

  it('judges by the voltage that is read where nobody says what it should be', async () => {
    const port = await gatewayPort({ 1: [sdm630, LOADED] });
    const request = { meter: `tcp://127.0.0.1:${port}`, model: 'sdm630' };

    const { stdout } = await run(request);
    const { stdout: json } = await run({ ...request, json: true });

    // The largest line voltage: 230.25 and 231 V at 120 degrees are 399.5 V apart.
    expect(stdout).toContain(
      'Nominal voltage guessed from the readings: 0.4 kV. Give the true one with --nominal-kv.\n',
    );
    expect(JSON.parse(json)).toMatchObject({ nominalKv: 0.4, nominalFrom: 'values' });
  });

  it('does not take garbage for the voltage that should be, and calls nothing good then', async () => {
    const server = await serverFor();
    server.put(1, 3, 1, [...Array(12).fill(0x7123), ...Array(60).fill(0)]);

    const { code, stdout } = await run({ meter: `tcp://127.0.0.1:${server.port}/1`, model: 'pac2200' });

    expect(stdout).toContain('No voltage makes sense; judged against 0.38 kV.');
    expect(lineWith(stdout, 'voltage_l1_n').at(-1)).toBe('suspect: out of range');
    expect(lineWith(stdout, 'current_l1').at(-1)).toBe('not judged');
    expect(stdout).not.toMatch(/ good$/m);
    expect(stdout).toMatch(/^\d+ not judged, \d+ suspect/m);
    expect(stdout).toContain('Wiring: cannot say (no voltage makes sense)');
    expect(code).toBe(3);
  });

  it('says what the wiring verdict needs where the meter does not measure it, and where there is too little load', async () => {
    const port = await gatewayPort({
      1: [sdm630, LOADED],
      2: [sdm630, measurementOf({ phaseVolts: [230, 230, 230], amps: [100, 100, 1.9], lag: 0.3 })],
    });
    const own = `id: own
name: Own
source: the test
transport: modbus
function_code: 4
byte_order: ABCD
registers:
  voltage_l1_n: { address: 0 }
  voltage_l2_n: { address: 2 }
  voltage_l3_n: { address: 4 }
  current_l1: { address: 6 }
  current_l2: { address: 8 }
  current_l3: { address: 10 }
  active_power_l1: { address: 12 }
  active_power_l2: { address: 14 }
  active_power_l3: { address: 16 }
  reactive_power_l1: { address: 24 }
  reactive_power_l2: { address: 26 }
`;
    const request = { model: 'own', modelsDir: folderWith({ 'own.yaml': own }), nominalKv: '0.38' };

    const { stdout } = await run({ ...request, meter: `tcp://127.0.0.1:${port}/1` });
    const { stdout: json } = await run({ ...request, meter: `tcp://127.0.0.1:${port}/1`, json: true });
    const idle = await run({ meter: `tcp://127.0.0.1:${port}/2`, model: 'sdm630', nominalKv: '0.38' });

    expect(stdout).toContain('Wiring: cannot say (needs reactive_power_l3)\n');
    expect(JSON.parse(json)).toMatchObject({ wiring: { state: 'cannot say', reason: 'needs reactive_power_l3' } });
    expect(idle.stdout).toContain('Wiring: cannot say (too little load on L3)\n');
  });
});
