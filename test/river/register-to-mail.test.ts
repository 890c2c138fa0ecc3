import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MailCatcher } from '../../simulators/mail-catcher.ts';
import { App } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { ModbusServer } from '../servers/modbus-server.ts';
import { metersHeard } from './daemon.ts';
import { customer, install, newFolder } from './installation.ts';

/** SDM630 protocol document: input registers, float32, at the addresses of the three phase and three line voltages. */
const PHASE_VOLTAGES = [0, 2, 4] as const;
const LINE_VOLTAGES = [200, 202, 204] as const;
/** The reply to 30 values begins at register 0; what a test does not set reads as 0.0. */
const FIRST_BLOCKS = [
  [0, 80],
  [200, 52],
] as const;

const side = (a: number, b: number) => Math.sqrt(a * a + b * b + a * b);

/** Writes phase voltages and the line voltages that belong to them into the registers of a unit. */
function show(meter: ModbusServer, unit: number, l1: number, l2: number, l3: number): void {
  const phases = [l1, l2, l3];
  const lines = [side(l1, l2), side(l2, l3), side(l3, l1)];
  PHASE_VOLTAGES.forEach((address, index) => {
    meter.putFloat(unit, 4, address, phases[index] ?? 0);
  });
  LINE_VOLTAGES.forEach((address, index) => {
    meter.putFloat(unit, 4, address, lines[index] ?? 0);
  });
}

describe('one value, from the register of a meter to the text of a mail', () => {
  const meter = new ModbusServer();
  let mail: MailCatcher;
  let folder: string;
  let app: App;

  beforeEach(async () => {
    await meter.start();
    for (const unit of [1, 2]) {
      for (const [start, count] of FIRST_BLOCKS) meter.put(unit, 4, start, new Array<number>(count).fill(0));
      show(meter, unit, 220, 221, 219);
    }
    folder = newFolder();
    mail = new MailCatcher({ folder: join(folder, 'mails') });
    await mail.start();
    const configFile = install(folder, mail.port, {
      rules: { voltage_dip: { clear_after: '1s' } },
      customers: [
        customer('c1', 'Hill Hospital', 'reed', 0.38, {
          model: 'sdm630',
          connection: `modbus-tcp://127.0.0.1:${meter.port}/1`,
        }),
        customer('c2', '河畔医院', 'chen', 0.38, {
          model: 'sdm630',
          connection: `modbus-tcp://127.0.0.1:${meter.port}/2`,
        }),
      ],
    });
    const loaded = loadConfig(configFile, {});
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
    app = new App(loaded.config, systemClock, pino({ level: 'silent' }));
    await app.start();
  });

  afterEach(async () => {
    await app.stop();
    await mail.stop();
    await meter.stop();
    rmSync(folder, { recursive: true });
  });

  const mailsTo = (address: string) => mail.mails.filter(({ to }) => to.includes(address));

  it('176.0 V on L1 of one customer reaches its account manager in plain words and the engineer in numbers', async () => {
    await vi.waitFor(async () => expect(await metersHeard(app.url())).toBe(2), 15_000);
    expect(mail.mails).toEqual([]);

    show(meter, 1, 176, 221, 219);
    await vi.waitFor(() => expect(mail.mails).toHaveLength(2), 15_000);
    show(meter, 1, 220, 221, 219);
    await vi.waitFor(() => expect(mail.mails).toHaveLength(4), 15_000);

    const [opened, over] = mailsTo('reed@grid.example');
    expect(opened?.subject).toBe('[Urgent] Hill Hospital: Voltage dip');
    expect(opened?.text).toContain('L1 fell to 80 % of its normal value');
    expect(over?.subject).toBe('[Over] Hill Hospital: Voltage dip');
    const [numbers] = mailsTo('duty@grid.example');
    expect(numbers?.subject).toBe('[CRITICAL] Voltage dip: Hill Hospital / c1-point');
    expect(numbers?.text).toContain('80.00 % (limit 90 %), U L1-N 176.0 V');
    expect(numbers?.text).toContain('East › F12 › c1-point');
    expect(numbers?.text).toContain('GB/T 30137');
    expect(mailsTo('chen@grid.example')).toEqual([]);

    const page = await (await fetch(`${app.url()}/?lang=en`)).text();
    expect(page).toContain('[Urgent] Hill Hospital: Voltage dip');
    expect(meter.requests.every(({ functionCode }) => functionCode === 4)).toBe(true);
  });
});
