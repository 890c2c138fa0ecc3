import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { pac4200 } from '../../simulators/modbus/pac4200.ts';
import { sdm630 } from '../../simulators/modbus/sdm630.ts';
import { type ProbeRequest, probe } from '../../src/commands/probe.ts';
import { ConfigFolder } from '../config/config-folder.ts';
import { gatewayPort, LOADED, reversedOnL2, serverFor } from '../meters/probe-bench.ts';
import { freePort } from '../servers/free-port.ts';
import { lineWith, run } from './probe-run.ts';
import { configWith, terminal, toolParts } from './tool-bench.ts';

/** The exit code of a probe, a minute from sample to sample, that is interrupted once something is so. */
async function codeWhenStopped(request: ProbeRequest, isSo: () => unknown, to = terminal()): Promise<number> {
  const controller = new AbortController();
  const ended = probe(request, to.out, toolParts({ pace: 60_000, stopping: controller.signal }));
  await expect.poll(isSo, { timeout: 10_000 }).toBe(true);
  controller.abort();
  return ended;
}

/** Calls, says nothing and hangs up. Rejects where nobody listens. */
async function call(port: number): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1' });
  await once(socket, 'connect');
  socket.end();
  await once(socket, 'close');
}

describe('probe of a Modbus meter', () => {
  it('prints every quantity with its words, value, unit and quality, and the wiring verdict', async () => {
    const port = await gatewayPort({ 1: [sdm630, LOADED] });

    const { code, stdout, stderr } = await run({ meter: `tcp://127.0.0.1:${port}`, model: 'sdm630', samples: '3' });

    expect(stderr).toBe('');
    expect(lineWith(stdout, 'quantity')).toEqual(['quantity', 'FC', 'address', 'words', 'value', 'unit', 'quality']);
    // 230.25 = 0x43664000, by IEEE 754.
    expect(lineWith(stdout, 'voltage_l1_n')).toEqual([
      'voltage_l1_n',
      '4',
      '0 (0x0000)',
      '4366 4000',
      '230.25',
      'V',
      'good',
    ]);
    expect(lineWith(stdout, 'energy_active_import')).toEqual([
      'energy_active_import',
      '4',
      '72 (0x0048)',
      '459C 4000',
      '5000000',
      'Wh',
      'good',
    ]);
    expect(stdout).toContain('Wiring: right');
    expect(stdout).toContain('33 good');
    expect(code).toBe(0);
  });

  it('names a wiring fault with what to do, and ends with 3', async () => {
    const port = await gatewayPort({ 1: [pac4200, reversedOnL2(LOADED)] });

    const { code, stdout } = await run({ meter: `tcp://127.0.0.1:${port}/1`, model: 'pac4200', nominalKv: '0.38' });

    expect(stdout).toContain('Wiring: CT on L2 reversed\n  Exchange the two secondary wires');
    expect(code).toBe(3);
  });

  it('prints the same as one JSON object', async () => {
    const port = await gatewayPort({ 1: [pac4200, reversedOnL2(LOADED)] });
    const config = new ConfigFolder({
      'pq-butler.yaml': configWith([{ id: 'm1', model: 'pac4200', connection: `modbus-tcp://127.0.0.1:${port}/1` }]),
    });

    const { stdout } = await run({ meter: 'm1', config: config.file(), json: true });

    const result: unknown = JSON.parse(stdout);
    expect(result).toMatchObject({
      meter: 'm1',
      address: `modbus-tcp://127.0.0.1:${port}/1`,
      model: 'pac4200',
      nominalKv: 0.38,
      ratios: { ct: 1, pt: 1 },
      wiring: {
        state: 'faulty',
        samples: 1,
        faults: [{ kind: 'ct reversed', phase: 'L2', words: 'CT on L2 reversed' }],
      },
    });
    expect(result).toHaveProperty('registers.0', {
      quantity: 'voltage_l1_n',
      functionCode: 3,
      address: 1,
      words: [0x4366, 0x4000],
      value: 230.25,
      unit: 'V',
      quality: 'good',
    });
  });

  it('shows what the device says it is', async () => {
    const server = await serverFor();
    server.put(1, 3, 1, Array(72).fill(0));
    server.identify(1, ['Siemens AG', 'PAC2200', 'V1.2']);

    const { stdout } = await run({ meter: `tcp://127.0.0.1:${server.port}/1`, model: 'pac2200' });

    expect(stdout).toContain('it says it is: Siemens AG PAC2200 V1.2');
  });

  it('paints in a terminal only, and not with NO_COLOR', async () => {
    const port = await gatewayPort({ 1: [sdm630, LOADED] });
    const request = { meter: `tcp://127.0.0.1:${port}`, model: 'sdm630', samples: '1' };
    const painted = terminal();
    await probe(request, painted.out, toolParts());
    const plain = terminal();
    await probe(request, plain.out, toolParts({ env: { NO_COLOR: '1' } }));

    expect(painted.written.stdout).toContain('\x1b[32mWiring: right');
    expect(painted.written.stderr).toContain('reading');
    expect(plain.written.stdout).not.toContain('\x1b');
  });

  it('waits no longer for a modem than it is told to', async () => {
    const begin = performance.now();

    const { code, stderr } = await run({
      meter: `rtu-listen://127.0.0.1:${await freePort()}/1`,
      model: 'sdm630',
      wait: '200ms',
    });

    expect(performance.now() - begin).toBeLessThan(10_000);
    expect(stderr).toContain('no connection within 200 ms');
    expect(code).toBe(1);
  });

  it('gives up waiting for a modem when it is interrupted', async () => {
    const port = await freePort();
    // The first call may be taken by the look whether the port is free, the second by the probe alone.
    const isListening = async () => {
      await call(port);
      await call(port);
      return true;
    };

    const request = { meter: `rtu-listen://127.0.0.1:${port}/1?registration=DTU7`, model: 'sdm630' };
    expect(await codeWhenStopped(request, isListening)).toBe(130);
  });

  it('stops at once when it is interrupted, and does not wait for the next sample', async () => {
    const port = await gatewayPort({ 1: [sdm630, LOADED] });
    const request = { meter: `tcp://127.0.0.1:${port}`, model: 'sdm630', samples: '3' };

    const to = terminal();
    const isBetweenSamples = () => to.written.stderr.includes('wiring: reading 2 of 3');

    expect(await codeWhenStopped(request, isBetweenSamples, to)).toBe(130);
  });

  it.each([
    [{ meter: 'm1' }, 'expected --config FILE for a configured meter, or --model ID for an address'],
    [{ meter: 'tcp://127.0.0.1', model: 'sdm63' }, '--model sdm63: expected one of '],
    [{ meter: 'tcp://127.0.0.1', model: 'sdm63' }, '; for a model of your own, name its folder with --models-dir'],
    [{ meter: 'tcp://127.0.0.1', model: 'plain-json' }, 'expected a Modbus model'],
    [
      { meter: 'modbus-tcp://127.0.0.1', model: 'sdm630' },
      'modbus-tcp://127.0.0.1: expected modbus-tcp://HOST:PORT/UNIT',
    ],
    [{ meter: 'tcp://127.0.0.1', model: 'sdm630', ctRatio: '0' }, '--ct-ratio 0: expected a number above 0'],
    [{ meter: 'tcp://127.0.0.1', model: 'sdm630', samples: 'x' }, '--samples x: expected a number from 1 to 3600'],
    [{ meter: 'tcp://127.0.0.1', model: 'sdm630', wait: '5' }, '--wait 5: expected a duration'],
  ])('ends with 2 for a wrong request: %o', async (request, message) => {
    const { code, stderr } = await run(request);

    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });

  it('ends with 2 for a meter that is not configured, and names those that are', async () => {
    const config = new ConfigFolder({
      'pq-butler.yaml': configWith([{ id: 'm1', model: 'sdm630', connection: 'modbus-tcp://127.0.0.1:1/1' }]),
    });

    const { code, stderr } = await run({ meter: 'm7', config: config.file() });

    expect(stderr).toContain('has no meter m7; it has m1');
    expect(code).toBe(2);
  });
});
