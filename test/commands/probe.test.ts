import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { pac4200 } from '../../simulators/modbus/pac4200.ts';
import { sdm630 } from '../../simulators/modbus/sdm630.ts';
import { type ProbeRequest, probe } from '../../src/commands/probe.ts';
import { ConfigFolder } from '../config/config-folder.ts';
import { gatewayPort, LOADED, reversedOnL2, serverFor } from '../meters/probe-bench.ts';
import { freePort } from '../servers/free-port.ts';
import { Mosquitto } from '../servers/mosquitto.ts';
import { describeWith } from '../servers/require-server.ts';
import { captured } from './captured.ts';
import { configWith, terminal, toolParts } from './tool-bench.ts';

async function run(request: ProbeRequest, to = captured()) {
  const code = await probe({ samples: '1', ...request }, to.out, toolParts());
  return { code, ...to.written };
}

function lineWith(text: string, start: string): string[] {
  const line = text.split('\n').find((each) => each.startsWith(start));
  return (line ?? '').split(/ {2,}/);
}

describe('probe of a Modbus meter', () => {
  it('prints every quantity with its words, value, unit and quality, and the wiring verdict', async () => {
    const port = await gatewayPort({ 1: [sdm630, LOADED] });

    const { code, stdout, stderr } = await run({ meter: `tcp://127.0.0.1:${port}`, model: 'sdm630', samples: '3' });

    expect(stderr).toBe('');
    expect(lineWith(stdout, 'quantity')).toEqual(['quantity', 'FC', 'address', 'words', 'value', 'unit', 'quality']);
    // 230.25 = 0x43664000, by IEEE 754.
    expect(lineWith(stdout, 'voltage_l1_n')).toEqual(['voltage_l1_n', '4', '0', '4366 4000', '230.25', 'V', 'good']);
    expect(lineWith(stdout, 'energy_active_import')).toEqual([
      'energy_active_import',
      '4',
      '72',
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

  it('says which protocol answers when the configured one does not, and ends with 1', async () => {
    const server = await serverFor('rtu');
    server.put(1, 4, 0, [0x4366, 0x3333]);
    const connection = `modbus-tcp://127.0.0.1:${server.port}/1`;
    const config = new ConfigFolder({ 'pq-butler.yaml': configWith([{ id: 'm1', model: 'sdm630', connection }]) });

    const { code, stderr, stdout } = await run({ meter: 'm1', config: config.file() });

    expect(stdout).toBe('');
    expect(stderr).toContain('Nothing could be read: no answer within 300 ms');
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

  it('judges by the voltage that is read where nobody says what it should be', async () => {
    const port = await gatewayPort({ 1: [sdm630, LOADED] });
    const request = { meter: `tcp://127.0.0.1:${port}`, model: 'sdm630' };

    const { stdout } = await run(request);
    const { stdout: json } = await run({ ...request, json: true });

    // The largest line voltage: 230.25 and 231 V at 120 degrees are 399.5 V apart.
    expect(stdout).toContain('Judged as if 0.4 kV were nominal, which was read; --nominal-kv says what is');
    expect(JSON.parse(json)).toMatchObject({ nominalKv: 0.4, nominalFrom: 'values' });
  });

  it('does not take garbage for the voltage that should be', async () => {
    const server = await serverFor();
    server.put(1, 3, 1, Array(72).fill(0x7123));

    const { code, stdout } = await run({ meter: `tcp://127.0.0.1:${server.port}/1`, model: 'pac2200' });

    expect(stdout).toContain('Judged as if 0.38 kV were nominal, for no voltage makes sense');
    expect(lineWith(stdout, 'voltage_l1_n').at(-1)).toBe('suspect: out of range');
    expect(stdout).toContain('Wiring: cannot say');
    expect(code).toBe(3);
  });

  it('gives up waiting for a modem when it is interrupted', async () => {
    const controller = new AbortController();
    const request = { meter: `rtu-listen://127.0.0.1:${await freePort()}/1`, model: 'sdm630' };
    const ended = probe(request, captured().out, toolParts({ stopping: controller.signal }));
    setTimeout(() => controller.abort(), 300);

    expect(await ended).toBe(130);
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

  it('stops at once when it is interrupted', async () => {
    const port = await gatewayPort({ 1: [sdm630, LOADED] });
    const { out } = captured();
    const controller = new AbortController();
    const request = { meter: `tcp://127.0.0.1:${port}`, model: 'sdm630', samples: '3' };
    const ended = probe(request, out, toolParts({ pace: 60_000, stopping: controller.signal }));
    setTimeout(() => controller.abort(), 300);

    expect(await ended).toBe(130);
  });

  it.each([
    [{ meter: 'm1' }, 'expected --config FILE for a configured meter, or --model ID for an address'],
    [{ meter: 'tcp://127.0.0.1', model: 'sdm63' }, '--model sdm63: expected one of '],
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

describeWith('mosquitto', 'probe of an MQTT meter', (program) => {
  const broker = new Mosquitto(program);

  beforeAll(() => broker.start());
  afterAll(() => broker.remove());

  /** A configured meter m1 on the topic site/m1, and a client to publish with. */
  async function meter() {
    const connection = 'mqtt://main/site/m1';
    const config = new ConfigFolder({
      'pq-butler.yaml': configWith([{ id: 'm1', model: 'plain-json', connection }], broker.url),
    });
    const client = await connectAsync(broker.url);
    onTestFinished(() => client.endAsync());
    return { client, file: config.file() };
  }

  it('prints what the first message says, with the message itself', async () => {
    const { client, file } = await meter();
    const payload = JSON.stringify({ voltage_l1_n: 230.5, current_l1: 5 });
    const publishing = setInterval(() => client.publish('site/m1', payload), 50);
    onTestFinished(() => clearInterval(publishing));

    const { code, stdout } = await run({ meter: 'm1', config: file });

    expect(lineWith(stdout, 'voltage_l1_n')).toEqual(['voltage_l1_n', '230.5', 'V', 'good']);
    expect(stdout).toContain(`site/m1: ${payload}`);
    expect(code).toBe(0);
  });

  it('leaves the session of the daemon alone: it comes under an id of its own and keeps nothing', async () => {
    const { client, file } = await meter();
    const daemon = await connectAsync(broker.url, { clientId: 'pq-butler', clean: false });
    onTestFinished(() => daemon.endAsync());
    let closed = 0;
    daemon.on('close', () => {
      closed += 1;
    });
    const publishing = setInterval(() => client.publish('site/m1', '{"voltage_l1_n": 230}'), 50);
    onTestFinished(() => clearInterval(publishing));

    expect((await run({ meter: 'm1', config: file })).code).toBe(0);

    expect(closed).toBe(0);
    expect(daemon.connected).toBe(true);
  });

  it('says what came in place of a reading when none does, and ends with 1', async () => {
    const { client, file } = await meter();
    const publishing = setInterval(() => client.publish('site/m1', 'volts: many'), 50);
    onTestFinished(() => clearInterval(publishing));
    const { out, written } = captured();
    const request = { meter: 'm1', config: file, samples: '1' };

    const code = await probe(request, out, { ...toolParts(), shortestWait: 500 });

    expect(written.stderr).toMatch(/Nothing could be read: no reading within/);
    expect(written.stderr).toMatch(/A message came that says nothing: site\/m1: /);
    expect(code).toBe(1);
  });
});
