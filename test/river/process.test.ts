import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { MailCatcher } from '../../simulators/mail-catcher.ts';
import { EmbeddedStore } from '../../src/store/embedded.ts';
import { ModbusServer } from '../servers/modbus-server.ts';
import { StallingServer } from '../servers/stalling-server.ts';
import { Daemon, metersHeard } from './daemon.ts';
import { customer, install, newFolder } from './installation.ts';

const ERROR = 50;

describe('the daemon as a process', () => {
  const meter = new ModbusServer();
  let folder: string;
  let mail: MailCatcher;
  let configFile: string;
  let daemons: Daemon[] = [];

  /** PAC4200: holding registers, float32, phase voltages at 1, 3, 5 and line voltages at 7, 9, 11. */
  function show(...volts: readonly number[]): void {
    volts.forEach((value, index) => {
      meter.putFloat(1, 3, 1 + 2 * index, value);
    });
  }

  function start(...nodeOptions: readonly string[]): Daemon {
    const daemon = new Daemon(['run', '--config', configFile], nodeOptions);
    daemons.push(daemon);
    return daemon;
  }

  beforeEach(async () => {
    const port = await meter.start();
    meter.put(1, 3, 1, new Array<number>(74).fill(0));
    meter.put(1, 3, 243, new Array<number>(60).fill(0));
    show(220, 220, 220, 381, 381, 381);
    folder = newFolder();
    mail = new MailCatcher({ folder: join(folder, 'mails') });
    await mail.start();
    configFile = install(folder, mail.port, {
      rules: { voltage_dip: { clear_after: '500ms' } },
      customers: [
        customer('c1', 'Hill Hospital', 'reed', 0.38, {
          model: 'pac4200',
          connection: `modbus-tcp://127.0.0.1:${port}/1`,
        }),
      ],
    });
  });

  afterEach(async () => {
    for (const daemon of daemons) await daemon.kill();
    daemons = [];
    await mail.stop();
    await meter.stop();
    rmSync(folder, { recursive: true });
  });

  const subjects = () => mail.mails.filter(({ to }) => to.includes('reed@grid.example')).map(({ subject }) => subject);

  it('ends with code 0 on SIGTERM, and a second start works at once', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const daemon = start();
      await daemon.url();
      daemon.signal(signal);
      daemon.signal(signal);
      expect(await daemon.ended()).toBe(0);
      expect(daemon.log().filter(({ level }) => level >= ERROR)).toEqual([]);
    }
  });

  it.each([
    ['while it starts', 'pq-butler starts'],
    ['when it is up', 'Status page is up'],
  ])('ends with code 0 within ten seconds when everything around it hangs, %s', async (_when, moment) => {
    const hanging = new StallingServer('');
    onTestFinished(() => hanging.stop());
    const url = await hanging.start();
    const port = Number(new URL(url).port);
    const modbus = { model: 'pac4200', connection: `modbus-tcp://127.0.0.1:${port}/1` };
    configFile = install(folder, port, {
      store: { kind: 'influx', influx: { url, database: 'pq' } },
      mqtt: { brokers: [{ id: 'main', url: `mqtt://127.0.0.1:${port}` }] },
      customers: [
        customer('c1', 'Hill Hospital', 'reed', 0.38, modbus),
        customer('c2', 'Mill', 'reed', 10, { model: 'plain-json', connection: 'mqtt://main/mill' }),
      ],
    });
    const daemon = start();
    await daemon.said(moment);
    const asked = performance.now();
    daemon.signal('SIGTERM');
    expect(await daemon.ended()).toBe(0);
    expect(performance.now() - asked).toBeLessThan(10_000);
  });

  it.each(['SIGTERM', 'SIGKILL'] as const)(
    '%s in the middle of an alert: it is neither told twice nor forgotten',
    async (signal) => {
      const before = start();
      await before.url();
      show(150, 220, 220, 381, 381, 381);
      await vi.waitFor(() => expect(subjects()).toHaveLength(1), 15_000);
      await before.said('Mail sent');
      before.signal(signal);
      await before.ended();

      const after = start();
      const url = await after.url();
      await vi.waitFor(async () => expect(await metersHeard(url)).toBe(1), 15_000);
      show(220, 220, 220, 381, 381, 381);
      await vi.waitFor(() => expect(subjects()).toHaveLength(2), 15_000);
      expect(subjects()).toEqual(['[Urgent] Hill Hospital: Voltage dip', '[Over] Hill Hospital: Voltage dip']);
    },
  );

  it('keeps a mail that no server takes, and sends it after a restart', async () => {
    const { port } = mail;
    await mail.stop();
    const before = start();
    await before.url();
    show(150, 220, 220, 381, 381, 381);
    await before.said('Mail not sent yet');
    await before.kill();

    // The same port again, as a mail server would come back.
    mail = new MailCatcher({ folder: join(folder, 'mails'), port });
    await mail.start();
    start();
    await vi.waitFor(() => expect(subjects()).toEqual(['[Urgent] Hill Hospital: Voltage dip']), 15_000);
  });

  it.each([
    ['uncaught exception', 'throw new Error("boom")'],
    ['unhandled rejection', 'Promise.reject(new Error("boom"))'],
  ])('an %s ends it loudly with code 70, after the readings that wait are on disk', async (kind, fault) => {
    const daemon = start('--import', `data:text/javascript,process.on("SIGUSR2", () => { ${fault} })`);
    const url = await daemon.url();
    await vi.waitFor(async () => expect(await metersHeard(url)).toBe(1), 15_000);
    daemon.signal('SIGUSR2');
    expect(await daemon.ended()).toBe(70);
    expect(daemon.log().filter(({ level }) => level >= ERROR)).toMatchObject([{ kind, err: { message: 'boom' } }]);
    const store = new EmbeddedStore({
      file: join(folder, 'data', 'readings.db'),
      keepReadingsMs: 1e12,
      keepWindowsMs: 1e12,
      log: pino({ level: 'silent' }),
    });
    await store.start();
    expect(await store.readings('c1-meter', 0, Date.now())).not.toEqual([]);
    await store.stop();
  });

  it('refuses to run twice on one data folder', async () => {
    const first = start();
    await first.url();
    const second = start();
    expect(await second.ended()).toBe(1);
    expect(second.output).toContain('another pq-butler is running on');
  });

  it('prints every problem of a wrong configuration and ends with code 2', async () => {
    configFile = install(folder, 0, {
      poll_interval: 'soon',
      customers: [customer('c1', 'X', 'nobody', 10, { model: 'none', connection: 'tcp:x' })],
    });
    const daemon = start();
    expect(await daemon.ended()).toBe(2);
    for (const place of ['mail.port', 'poll_interval', 'account_manager', 'model', 'connection'])
      expect(daemon.output).toContain(place);
  });
});
