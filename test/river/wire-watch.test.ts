import { rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { EmbeddedStore } from '../../src/store/embedded.ts';
import { SqliteStateStore } from '../../src/store/state.ts';
import { crc, ModbusServer } from '../servers/modbus-server.ts';
import { WireTap } from '../servers/wire-tap.ts';
import { Daemon, metersHeard } from './daemon.ts';
import { install, newFolder } from './installation.ts';
import { WireFleet } from './wire-fleet.ts';

const HOUR = 3_600_000;
const LONG = { timeout: 15_000, interval: 50 };
/** Reads: bits, registers, files, identities. */
const READING = [1, 2, 3, 4, 20, 43];

/** The process lives an hour ago. */
const AN_HOUR_AGO = ['--import', `data:text/javascript,const now=Date.now;Date.now=()=>now()-${HOUR}`];

function started(args: readonly string[], nodeOptions: readonly string[] = []): Daemon {
  const daemon = new Daemon(args, nodeOptions);
  onTestFinished(() => daemon.kill());
  return daemon;
}

/** A command that a person gives: what it wrote and its exit code. */
async function given(...args: readonly string[]): Promise<{ readonly code: number | null; readonly output: string }> {
  const command = started(args);
  const code = await command.ended();
  return { code, output: command.output };
}

describe('the wires of a whole installation', () => {
  it('carry requests that read and none that writes, whatever the meters answer and whoever asks', async () => {
    const fleet = new WireFleet();
    await fleet.start();
    onTestFinished(() => fleet.stop());
    const folder = newFolder();
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const configFile = install(folder, 1, fleet.sections(folder));
    const { tap } = fleet;
    const now = Math.floor(Date.now() / 1_000) * 1_000;

    // A first life an hour ago, which knows of one event.
    fleet.putEvent(1, now - HOUR, 180, 96.5);
    const before = started(['run', '--config', configFile], AN_HOUR_AGO);
    const earlier = await before.url();
    await vi.waitFor(async () => expect(await metersHeard(earlier)).toBe(fleet.talking), LONG);
    await vi.waitFor(() => expect(fleet.fileReads(4)).toBe(1), LONG);
    const looks = fleet.recordLooks();
    // With the second look, what came of the first is kept.
    await vi.waitFor(() => expect(fleet.recordLooks()).toBeGreaterThan(looks + 1), LONG);
    before.signal('SIGKILL');
    await before.ended();

    // In its second life the load records fill the hour, and there is another event.
    fleet.putRecord(1, now - HOUR / 2, 43_210);
    fleet.putEvent(2, now, 60, 150.25);
    const daemon = started(['run', '--config', configFile]);
    const url = await daemon.url();
    await vi.waitFor(async () => expect(await metersHeard(url)).toBe(fleet.talking), LONG);
    await vi.waitFor(() => expect([fleet.fileReads(4), fleet.fileReads(5)]).toEqual([2, 1]), LONG);
    expect(tap.functionCodes()).toEqual([3, 4, 20]);

    const tcp = `tcp://127.0.0.1:${fleet.gateway.port}`;
    const rtu = `127.0.0.1:${fleet.serialGateway.port}`;
    const runs = await Promise.all([
      given('probe', 'recorder-meter', '--config', configFile, '--samples', '1'),
      given('probe', `${tcp}/1`, '--model', 'sdm630', '--samples', '2'),
      given('probe', `tcp://${rtu}/1`, '--model', 'sdm630', '--samples', '1'),
      given('scan', tcp, '--units', '1-9', '--timeout', '500ms'),
      given('scan', `rtu://${rtu}`, '--units', '1-3', '--timeout', '500ms'),
      given('scan', `tcp://127.0.0.1:${fleet.sunSpec.port}/1`, '--timeout', '500ms'),
    ]);
    const [configured, probed, wrongProtocol, ...scanned] = runs.map(({ output }) => output);
    expect(configured).toContain('voltage_l1_n');
    expect(probed).toContain('SDM630');
    expect(wrongProtocol).toContain(`rtu-over-tcp://${rtu}/1`);
    expect(scanned).toEqual(
      [/100 % sdm630.*% adl3000/s, /unit 2\n.*pac4200/, /sunspec/].map((said) => expect.stringMatching(said)),
    );

    daemon.signal('SIGTERM');
    expect(await daemon.ended()).toBe(0);
    // Its port is free now: the modem calls whoever listens.
    const called = await given('probe', 'modem-meter', '--config', configFile, '--samples', '1', '--wait', '15s');
    expect(called.output).toContain('voltage_l1_n');

    expect(tap.doubts).toEqual([]);
    expect(tap.functionCodes().filter((code) => !READING.includes(code))).toEqual([]);
    expect(tap.functionCodes()).toEqual(expect.arrayContaining([3, 4, 20, 43]));
    expect(fleet.servers.map(({ requests }) => requests.length > 0)).toEqual([true, true, true, true]);
    // Units that do not answer, or refuse, were on the wire too.
    const units = new Set(fleet.gateway.requests.map(({ unit }) => unit));
    expect([...units].sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);

    const state = new SqliteStateStore({ file: join(folder, 'data', 'state.db') });
    state.start();
    onTestFinished(() => state.stop());
    expect(state.eventsBetween(0, now + HOUR)).toMatchObject([
      { meter: 'recorder-meter', kind: 'dip', start: now - HOUR, duration: 180, extreme: 96.5, phases: ['L2'] },
      { meter: 'recorder-meter', kind: 'dip', start: now, duration: 60, extreme: 150.25, phases: ['L2'] },
    ]);
    const readings = await readingsOf(
      folder,
      ['recorder-meter', 'secondary-meter', 'modem-meter', 'sunspec-meter'],
      now,
    );
    expect(readings['recorder-meter']?.filter(({ time }) => time === now - HOUR / 2)).toMatchObject([
      { values: { active_power_total: 43_210 } },
    ]);
    // 57.7 V × 100 and 432 W × 100 × 4, as the meter's own ratios say; the others as they were put.
    const primary = readings['secondary-meter']?.at(-1)?.values;
    expect(primary?.voltage_l1_n).toBeCloseTo(5_770, 6);
    expect(primary?.active_power_total).toBe(172_800);
    expect(readings['modem-meter']?.at(-1)?.values.voltage_l1_n).toBe(220);
    expect(readings['sunspec-meter']?.at(-1)?.values).toMatchObject({ voltage_l1_n: 220, frequency: 50 });
  }, 60_000);
});

async function readingsOf(folder: string, meters: readonly string[], now: number) {
  const log = pino({ level: 'silent' });
  const store = new EmbeddedStore({
    file: join(folder, 'data', 'readings.db'),
    keepReadingsMs: 1e12,
    keepWindowsMs: 1e12,
    log,
  });
  await store.start();
  try {
    const entries = meters.map(
      async (meter) => [meter, await store.readings(meter, now - 2 * HOUR, now + HOUR)] as const,
    );
    return Object.fromEntries(await Promise.all(entries));
  } finally {
    await store.stop();
  }
}

describe('the tap on a wire', () => {
  const WRITING = [
    ['one coil', '0105000aff00'],
    ['one register', '0106000a0001'],
    ['coils', '010f000a000801ff'],
    ['registers', '0110000a0002040001ffff'],
    ['a file', '01150906000400000001ffff'],
    ['a mask', '0116000a00f20025'],
    ['and reads registers', '01170003000600' + '0a0001020001'],
  ] as const;

  it.each(WRITING)('names a request that writes %s, in both protocols', async (_, text) => {
    const body = Buffer.from(text, 'hex');
    const tap = new WireTap();
    const server = new ModbusServer('rtu');
    server.heard = tap.heard;
    await server.start();
    onTestFinished(() => server.stop());
    const checksum = Buffer.alloc(2);
    checksum.writeUInt16LE(crc(body));
    const header = Buffer.from([0, 9, 0, 0, 0, body.length]);
    for (const frame of [Buffer.concat([body, checksum]), Buffer.concat([header, body])]) {
      const socket = connect({ port: server.port, host: '127.0.0.1' });
      onTestFinished(() => void socket.destroy());
      socket.write(frame);
    }
    await vi.waitFor(() => expect(tap.frames).toHaveLength(2), LONG);
    expect(tap.functionCodes()).toEqual([body[1]]);
    expect(tap.doubts).toEqual([]);
  });
});
