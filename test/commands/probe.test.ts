import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { measurementOf } from '../../simulators/electricity/measurement.ts';
import { pac4200 } from '../../simulators/modbus/pac4200.ts';
import { sdm630 } from '../../simulators/modbus/sdm630.ts';
import { type ProbeRequest, probe } from '../../src/commands/probe.ts';
import { ConfigFolder } from '../config/config-folder.ts';
import { gatewayPort, LOADED, reversedOnL2, serverFor } from '../meters/probe-bench.ts';
import { freePort } from '../servers/free-port.ts';
import { Mosquitto } from '../servers/mosquitto.ts';
import { describeWith } from '../servers/require-server.ts';
import { captured } from './captured.ts';
import { configWith, folderWith, terminal, toolParts } from './tool-bench.ts';

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
    const payload = JSON.stringify({ volts: 230, filler: 'x'.repeat(3_000) });
    const publishing = setInterval(() => client.publish('site/m1', payload), 50);
    onTestFinished(() => clearInterval(publishing));
    const { out, written } = captured();
    const request = { meter: 'm1', config: file, samples: '1', wait: '500ms' };
    const begin = performance.now();

    const code = await probe(request, out, toolParts());

    expect(performance.now() - begin).toBeLessThan(10_000);
    expect(written.stderr).toMatch(/Nothing could be read: no reading within 0\.5 s/);
    expect(written.stderr).toMatch(
      /A message came that says nothing: site\/m1: .*\. It reads: {"volts":230,"filler":"x+\.\.\.\n/,
    );
    expect(/It reads: (.*)\.\.\./.exec(written.stderr)?.[1]).toHaveLength(2_000);
    expect(written.stderr).toMatch(/Hint: The model looks for values at: .*voltage_l1_n, .* and \d+ more\n/);
    expect(code).toBe(1);
  });
});
