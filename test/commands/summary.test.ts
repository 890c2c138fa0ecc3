import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type SummaryRequest, summary } from '../../src/commands/summary.ts';
import { openDataDir } from '../../src/store/data-dir.ts';
import { EmbeddedStore } from '../../src/store/embedded.ts';
import { SqliteStateStore } from '../../src/store/state.ts';
import { mailServer } from '../notify/mail-server.ts';
import { dayOf, windowsOf } from '../reports/days.ts';
import { customer, install, newFolder, type Sections } from '../river/installation.ts';
import { lines } from '../rules/points.ts';
import { freePort } from '../servers/free-port.ts';
import { keepingLog } from '../store/keeping-log.ts';
import { captured } from './captured.ts';

const DAY = dayOf('2026-03-01', 'Asia/Shanghai');
const NEXT_MORNING = DAY.to + 7.5 * 3_600_000;
const KEEP = 1e12;

const meter = (unit: number) => ({
  model: 'pac4200',
  connection: `modbus-tcp://192.0.2.1:502/${unit}`,
  poll_interval: '1s',
});

const CUSTOMERS = [
  customer('c1', 'Hill Hospital', 'reed', 10, meter(1)),
  customer('c2', '河谷医院', 'chen', 10, meter(2)),
];

let folder: string;

beforeEach(() => {
  folder = newFolder();
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

/** The data of a daemon that watched both customers on that day, still open for writing. */
async function watchedDay(): Promise<void> {
  const data = join(folder, 'data');
  mkdirSync(data);
  const state = new SqliteStateStore({ file: join(data, 'state.db') });
  const store = new EmbeddedStore({
    file: join(data, 'readings.db'),
    keepReadingsMs: KEEP,
    keepWindowsMs: KEEP,
    log: keepingLog(),
  });
  state.start();
  await store.start();
  onTestFinished(async () => {
    state.stop();
    await store.stop();
  });
  const values = () => ({ ...lines(10_200), apparent_power_total: 200_000 });
  for (const id of ['c1-meter', 'c2-meter']) await store.writeWindows(windowsOf(id, DAY, values));
}

async function run(request: Omit<SummaryRequest, 'config'>, { smtpPort = 1, sections = {} as Sections } = {}) {
  const { out, written } = captured();
  const config = install(folder, smtpPort, { customers: CUSTOMERS, ...sections });
  const code = await summary({ config, ...request }, out, { now: () => NEXT_MORNING }, keepingLog());
  return { code, ...written };
}

describe('summary', () => {
  it('prints what each account manager would be mailed of a day', async () => {
    await watchedDay();
    const { code, stdout, stderr } = await run({ date: '2026-03-01' });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.match(/^(?:To|Subject): .*/gm)).toEqual([
      'To: Chen <chen@grid.example>',
      expect.stringMatching(/^Subject: .*2026-03-01/),
      'To: Reed <reed@grid.example>',
      expect.stringMatching(/^Subject: .*2026-03-01/),
    ]);
    const [chen = '', reed = ''] = stdout.split('To: Reed');
    expect(chen).toContain('河谷医院');
    expect(chen).not.toContain('Hill Hospital');
    // 10.2 kV of 10 kV, and 200 kVA of the contract's 800 kVA.
    expect(reed).toMatch(/Hill Hospital.*\+2\.0 %.*25 %.*100 %/);
  });

  it('takes yesterday when no day is named', async () => {
    await watchedDay();
    expect(await run({})).toEqual(await run({ date: '2026-03-01' }));
  });

  it('prints for one account manager alone', async () => {
    await watchedDay();
    const { code, stdout } = await run({ date: '2026-03-01', manager: 'reed' });
    expect(code).toBe(0);
    expect(stdout.match(/^To: .*/gm)).toEqual(['To: Reed <reed@grid.example>']);
  });

  it('says of a day without data that nothing can be said', async () => {
    await watchedDay();
    const { code, stdout } = await run({ date: '2026-02-20', manager: 'reed' });
    expect(code).toBe(0);
    expect(stdout).toContain('cannot say: too few data');
    expect(stdout).not.toMatch(/NaN|Infinity/);
  });

  it.each([
    ['a day that is none', { date: '2026-02-30' }, '--date 2026-02-30: expected a day such as 2026-03-02\n'],
    ['nobody', { manager: 'nobody' }, '--manager nobody: expected one of chen, reed\n'],
    ['an engineer', { manager: 'duty' }, '--manager duty: expected one of chen, reed\n'],
    ['a day to come', { date: '2099-01-01' }, '--date 2099-01-01: expected a day that has begun\n'],
  ])('ends with 2 when asked for %s', async (_, request, stderr) => {
    await watchedDay();
    expect(await run(request)).toEqual({ code: 2, stdout: '', stderr });
  });

  it('mails instead of printing', async () => {
    await watchedDay();
    const server = await mailServer();
    const { code, stdout, stderr } = await run({ date: '2026-03-01', send: true }, { smtpPort: server.port });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^sent to chen@grid\.example: .+\nsent to reed@grid\.example: .+\n$/);
    expect(server.mails.map(({ to }) => [to].flat().map((address) => address?.text))).toEqual([
      ['chen@grid.example'],
      ['reed@grid.example'],
    ]);
    expect(server.mails[1]?.text).toContain('Hill Hospital');
  });

  it('ends with 1 when no mail server takes them, and names whom it did not reach', async () => {
    await watchedDay();
    const smtpPort = await freePort();
    const { code, stdout, stderr } = await run({ date: '2026-03-01', send: true }, { smtpPort });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^not sent to chen@grid\.example: .+\nnot sent to reed@grid\.example: .+\n$/);
  });

  it('works while a daemon holds the data folder', async () => {
    await watchedDay();
    const alone = await run({ date: '2026-03-01' });
    const held = openDataDir(join(folder, 'data'));
    onTestFinished(() => held.close());
    expect(() => openDataDir(join(folder, 'data'))).toThrow('another pq-butler is running');
    expect(await run({ date: '2026-03-01' })).toEqual(alone);
  });

  it('ends with 1 and one line where no daemon ever ran', async () => {
    const data = join(folder, 'data');
    expect(await run({ date: '2026-03-01' })).toEqual({
      code: 1,
      stdout: '',
      stderr: `no summary of 2026-03-01: there are no data in ${data}: the daemon has not run there yet\n`,
    });
  });

  it('ends with 1 and one line when the database is away', async () => {
    await watchedDay();
    const url = `http://127.0.0.1:${await freePort()}`;
    const sections = { store: { kind: 'influx', influx: { url, database: 'pq_butler' } } };
    const { code, stdout, stderr } = await run({ date: '2026-03-01' }, { sections });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^no summary of 2026-03-01: http:.* cannot be used now: .*ECONNREFUSED.*\n$/);
    expect(stderr).toContain(url);
  });
});
