import { describe, expect, it } from 'vitest';
import { pac4200 } from '../../simulators/modbus/pac4200.ts';
import { pm5xxx } from '../../simulators/modbus/pm5xxx.ts';
import { sdm630 } from '../../simulators/modbus/sdm630.ts';
import { type ScanRequest, scan } from '../../src/commands/scan.ts';
import { gatewayPort, LOADED, serverFor } from '../meters/probe-bench.ts';
import { captured } from './captured.ts';
import { folderWith, terminal, toolParts } from './tool-bench.ts';

async function run(request: ScanRequest, to = captured()) {
  const code = await scan(request, to.out, toolParts());
  return { code, ...to.written };
}

function threeMeters() {
  return gatewayPort({ 1: [sdm630, LOADED], 3: [pac4200, LOADED], 4: [pm5xxx, LOADED] });
}

describe('scan', () => {
  it('prints each unit with its likeliest models, why, and how to read it', async () => {
    const port = await threeMeters();

    const { code, stdout, stderr } = await run({ address: `tcp://127.0.0.1:${port}`, units: '1-5' });

    expect(stderr).toBe('');
    expect(stdout).toMatch(/^unit 1\n +\d\d % sdm630 \(Eastron SDM630\)\n +50\.02 Hz; U L-N 230\.3, 231, 229\.8 V; /);
    expect(stdout).toMatch(/^unit 3\n +\d\d % pac4200 /m);
    expect(stdout).toMatch(/^unit 4\n +\d\d % pm5xxx /m);
    expect(stdout).toContain(`        npx pq-butler probe --model pac4200 modbus-tcp://127.0.0.1:${port}/3\n`);
    expect(stdout).toMatch(/: 3 units found, 5 asked\n$/);
    expect(code).toBe(0);
  });

  it('gives commands that know the folder of models which it was given', async () => {
    const port = await threeMeters();
    const modelsDir = folderWith({});
    const address = `tcp://127.0.0.1:${port}/3`;

    const { stdout } = await run({ address, modelsDir });
    const { stdout: json } = await run({ address, modelsDir, json: true });

    const command = `npx pq-butler probe --models-dir ${modelsDir} --model pac4200 modbus-tcp://127.0.0.1:${port}/3`;
    expect(stdout).toContain(`${command}\n`);
    expect(JSON.parse(json)).toHaveProperty('units.0.guesses.0.probe', command);
  });

  it('prints the same as one JSON object', async () => {
    const port = await threeMeters();

    const { stdout } = await run({ address: `tcp://127.0.0.1:${port}/3`, json: true });

    expect(JSON.parse(stdout)).toMatchObject({
      address: `modbus-tcp://127.0.0.1:${port}`,
      asked: 1,
      isOneDevice: false,
      isStopped: false,
      units: [{ unit: 3, guesses: [{ model: 'pac4200', percent: expect.any(Number) }, {}, {}] }],
    });
  });

  it('tells a person in a terminal how far it is', async () => {
    const port = await threeMeters();

    const { stderr } = await run({ address: `tcp://127.0.0.1:${port}`, units: '1,3' }, terminal());

    expect(stderr).toContain('unit 3, function code 3, 1 found');
    expect(stderr).toContain('unit 1: what it is');
  });

  it('says so when the other protocol is the one that is answered', async () => {
    const server = await serverFor('rtu');
    server.put(2, 3, 0, [1, 2]);

    const { code, stdout } = await run({ address: `tcp://127.0.0.1:${server.port}`, units: '2', timeout: '500ms' });

    expect(stdout).toContain(`unit 2
  no model fits
  function code 3 (holding registers): answers, registers 0 and 1 are 0001 0002
  function code 4 (input registers): Modbus exception 2: illegal data address
`);
    expect(stdout).toMatch(
      /Hint: No model fits unit 2\. .* npx pq-butler probe --models-dir DIR --model ID rtu-over-tcp:.*\/2\n/,
    );
    expect(stdout).toContain(`is not answered; this one is: rtu-over-tcp://127.0.0.1:${server.port}\n`);
    expect(code).toBe(0);
  });

  it('ends with 1 and advice where nobody answers', async () => {
    const server = await serverFor();

    const { code, stdout } = await run({ address: `tcp://127.0.0.1:${server.port}`, units: '1-2', timeout: '50ms' });

    expect(stdout).toMatch(/0 units found, 2 asked\nHint: No unit answered in either protocol/);
    expect(code).toBe(1);
  });

  it('ends with 1 and advice where nothing takes connections', async () => {
    const server = await serverFor();
    await server.stop();

    const { code, stdout } = await run({ address: `tcp://127.0.0.1:${server.port}` });

    expect(stdout).toMatch(/ended early, 0 units found: .*ECONNREFUSED.*\nHint: Nothing takes connections/);
    expect(code).toBe(1);
  });

  it.each([
    [{ address: 'nonsense' }, 'nonsense: expected tcp://HOST:PORT/UNIT'],
    [{ address: 'tcp-listen://:5020' }, 'expected an address that is called'],
    [{ address: 'tcp://127.0.0.1', units: '5-1' }, '--units 5-1: expected units from 0 to 255'],
    [{ address: 'tcp://127.0.0.1', units: '1-256' }, '--units 1-256'],
    [{ address: 'tcp://127.0.0.1', timeout: '1' }, '--timeout 1: expected 20ms to 1m'],
    [{ address: 'tcp://127.0.0.1', modelsDir: '/nowhere' }, 'expected a readable folder'],
  ])('ends with 2 for a wrong request: %o', async (request, message) => {
    const { code, stderr } = await run(request);

    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });
});
