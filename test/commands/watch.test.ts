import { connectAsync } from 'mqtt';
import { describe, expect, it, onTestFinished } from 'vitest';
import { pac4200 } from '../../simulators/modbus/pac4200.ts';
import { type WatchRequest, watch } from '../../src/commands/watch.ts';
import { ConfigFolder } from '../config/config-folder.ts';
import { gatewayPort, LOADED, reversedOnL2, serverFor } from '../meters/probe-bench.ts';
import { Mosquitto } from '../servers/mosquitto.ts';
import { describeWith } from '../servers/require-server.ts';
import { captured } from './captured.ts';
import { configWith, folderWith, terminal, toolParts } from './tool-bench.ts';

function fileWith(model: string, connection: string, broker?: string): string {
  const folder = new ConfigFolder({ 'pq-butler.yaml': configWith([{ id: 'm1', model, connection }], broker) });
  return folder.file();
}

/** A watch that goes on until it is stopped, or until the test ends. */
function watching(what: string | WatchRequest, to = captured()) {
  const controller = new AbortController();
  const request = typeof what === 'string' ? { meter: 'm1', config: what } : what;
  const ended = watch({ ...request, every: '200ms' }, to.out, toolParts({ stopping: controller.signal }));
  const stop = () => {
    controller.abort();
    return ended;
  };
  onTestFinished(async () => void (await stop()));
  return { written: to.written, stop };
}

function blocks(stdout: string): string[] {
  return stdout.split('\n\n').filter((block) => block !== '');
}

describe('watch', () => {
  it('prints a block for each reading where nobody watches, and ends with 0 when it is stopped', async () => {
    const port = await gatewayPort({ 1: [pac4200, reversedOnL2(LOADED)] });
    const { stop, written } = watching(fileWith('pac4200', `modbus-tcp://127.0.0.1:${port}/1`));

    await expect.poll(() => blocks(written.stdout).length, { timeout: 15_000 }).toBeGreaterThanOrEqual(3);
    const code = await stop();

    const [first = '', , third = ''] = blocks(written.stdout);
    expect(first).toMatch(/^m1, Siemens SENTRON PAC4200, modbus-tcp:.*\/1\n.*1 read, 0 failed; answers\n/);
    expect(first).toMatch(/^voltage_l1_n +3 +1 \(0x0001\) +4366 4000 +230\.25 +V +0 s +good$/m);
    expect(third).toContain('3 read, 0 failed');
    expect(third).toContain('Wiring: CT on L2 reversed');
    expect(written.stdout).not.toContain('\x1b');
    expect(code).toBe(0);
  });

  it('reads a meter at an address that no configuration knows, with a model of a folder', async () => {
    const port = await gatewayPort({ 7: [pac4200, LOADED] });
    const model = `id: own
name: Own
source: the test
transport: modbus
function_code: 3
byte_order: ABCD
registers:
  voltage_l1_n: { address: 1 }
`;
    const modelsDir = folderWith({ 'own.yaml': model });
    const { stop, written } = watching({ meter: `tcp://127.0.0.1:${port}/7`, model: 'own', modelsDir });

    await expect.poll(() => blocks(written.stdout).length, { timeout: 15_000 }).toBeGreaterThanOrEqual(1);
    await stop();

    const [first = ''] = blocks(written.stdout);
    expect(first).toMatch(new RegExp(`^Own, modbus-tcp://127\\.0\\.0\\.1:${port}/7\n`));
    expect(first).toMatch(/^voltage_l1_n .* 230\.25 +V +0 s +good$/m);
    expect(first).toContain('Wiring: cannot say (needs current_l1, ');
  });

  it('draws over the same place in a terminal, and gives the cursor back', async () => {
    const port = await gatewayPort({ 1: [pac4200, LOADED] });
    const { stop, written } = watching(fileWith('pac4200', `modbus-tcp://127.0.0.1:${port}/1`), terminal());

    await expect.poll(() => written.stdout.split('\x1b[H').length, { timeout: 15_000 }).toBeGreaterThanOrEqual(3);
    await stop();

    expect(written.stdout.startsWith('\x1b[2J\x1b[?25l\x1b[H')).toBe(true);
    expect(written.stdout.endsWith('\x1b[?25h')).toBe(true);
  });

  it('keeps what was read last on the screen while the meter is silent, and comes back with it', async () => {
    const server = await serverFor();
    server.put(1, 3, 1, Array(72).fill(0));
    server.putFloat(1, 3, 1, 230.25);
    const { written } = watching(fileWith('pac2200', `modbus-tcp://127.0.0.1:${server.port}/1`));
    await expect.poll(() => written.stdout, { timeout: 15_000 }).toContain('1 read, 0 failed; answers');

    server.fault = () => ({ kind: 'silence' });
    await expect.poll(() => written.stdout, { timeout: 15_000 }).toContain('does not answer: no answer within 1000 ms');
    expect(blocks(written.stdout).at(-1)).toMatch(/^voltage_l1_n .* 230\.25 /m);
    server.fault = () => undefined;

    await expect.poll(() => blocks(written.stdout).at(-1), { timeout: 15_000 }).toMatch(/[1-9] failed; answers/);
  });

  it('ends with 2 for a wrong request', async () => {
    const file = fileWith('pac4200', 'modbus-tcp://127.0.0.1:1/1');
    const { out, written } = captured();

    expect(await watch({ meter: 'm1', config: file, every: '1' }, out, toolParts())).toBe(2);
    expect(await watch({ meter: 'm9', config: file }, out, toolParts())).toBe(2);

    expect(written.stderr).toMatch(/--every 1: expected 200ms to 1h\n.*has no meter m9; it has m1\n/);
  });
});

describeWith('mosquitto', 'watch of an MQTT meter', (program) => {
  it('shows each message as it comes, and goes on when the broker was away', async () => {
    const broker = new Mosquitto(program);
    await broker.start();
    onTestFinished(() => broker.remove());
    const { stop, written } = watching(fileWith('plain-json', 'mqtt://main/site/m1', broker.url));
    const publish = async (volts: number) => {
      const client = await connectAsync(broker.url);
      await client.publishAsync('site/m1', JSON.stringify({ voltage_l1_n: volts }), { qos: 1 });
      await client.endAsync();
    };
    const shows = (volts: number) =>
      expect
        .poll(
          async () => {
            await publish(volts);
            return written.stdout;
          },
          { timeout: 15_000, interval: 200 },
        )
        .toMatch(new RegExp(`^voltage_l1_n +${volts} +V +0 s +good$`, 'm'));

    await shows(231);
    await broker.end();
    await broker.start();
    await shows(232);

    expect(await stop()).toBe(0);
  });
});
