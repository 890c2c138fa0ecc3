import { join } from 'node:path';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { renderText } from '../../src/notify/mail-content.ts';
import { dailySummaries, type SummarySources } from '../../src/reports/daily-summary.ts';
import { EmbeddedStore } from '../../src/store/embedded.ts';
import { SqliteStateStore } from '../../src/store/state.ts';
import { alert, customer, evidenceOf, MANAGER_EN, MANAGER_ZH, PEOPLE, resolved, ZONE } from '../notify/fixtures.ts';
import { lines } from '../rules/points.ts';
import { keepingLog } from '../store/keeping-log.ts';
import { temporaryFolder } from '../store/temporary-folder.ts';
import { dayOf, windowsOf } from './days.ts';

const DAY = dayOf('2026-03-01', ZONE);
const HOUR = 3_600_000;
const NEXT_MORNING = DAY.to + 7.5 * HOUR;
const CUSTOMERS = [customer('c01', { manager: MANAGER_EN }), customer('c02'), customer('c03', { manager: MANAGER_EN })];

let sources: SummarySources & { readonly store: EmbeddedStore; readonly state: SqliteStateStore };

beforeEach(async () => {
  const folder = temporaryFolder();
  const keep = 1_000 * 24 * HOUR;
  const log = keepingLog();
  const store = new EmbeddedStore({
    file: join(folder, 'readings.db'),
    keepReadingsMs: keep,
    keepWindowsMs: keep,
    log,
  });
  const state = new SqliteStateStore({ file: join(folder, 'state.db') });
  await store.start();
  state.start();
  onTestFinished(async () => {
    state.stop();
    await store.stop();
  });
  sources = { customers: CUSTOMERS, people: PEOPLE, siteName: 'Demo city', timeZone: ZONE, store, state };
});

const healthy = () => ({ ...lines(10_050), apparent_power_total: 4_000_000 });

async function fill(from: number, to: number): Promise<void> {
  for (const { id } of CUSTOMERS) await sources.store.writeWindows(windowsOf(`${id}-m`, { from, to }, healthy));
}

async function textFor(recipient: string, now: number): Promise<string> {
  const summaries = await dailySummaries(sources, DAY, now);
  const found = summaries.find(({ manager }) => manager.id === recipient);
  return found ? renderText(found.content) : '';
}

it('gives every account manager their own customers and nobody else one', async () => {
  await fill(DAY.from, DAY.to);
  const dip = resolved(alert('voltage_dip', evidenceOf('dip'), { subject: 'c03-m' })).alert;
  sources.state.save({ alerts: [dip] });
  const summaries = await dailySummaries(sources, DAY, NEXT_MORNING);
  expect(summaries.map(({ manager }) => manager.id)).toEqual([MANAGER_ZH.id, MANAGER_EN.id]);
  const en = await textFor(MANAGER_EN.id, NEXT_MORNING);
  expect(en).toContain('Trouble at 1 of your 2 customers');
  expect(en).toContain('08:00:05 to 08:00:13 (about 8 s): Voltage dip');
  expect(en).toContain('Customer c01 | +0.5 … +0.5 % | 50 % at 00:00 | 100 %');
  expect(en).not.toContain('Customer c02');
  expect(await textFor(MANAGER_ZH.id, NEXT_MORNING)).toContain('您负责的 1 家客户供电正常');
});

it('leaves the days beside it out', async () => {
  await fill(DAY.from - 24 * HOUR, DAY.from);
  await fill(DAY.to, DAY.to + 24 * HOUR);
  const before = alert('voltage_dip', evidenceOf('dip'), { id: 'before', since: DAY.from - 2 * HOUR });
  const after = alert('voltage_dip', evidenceOf('dip'), { id: 'after', since: DAY.to });
  sources.state.save({ alerts: [resolved(before, HOUR).alert, after] });
  const en = await textFor(MANAGER_EN.id, NEXT_MORNING);
  expect(en).toContain('No trouble seen');
  expect(en).not.toContain('Voltage dip');
  expect(en).toContain('Data received: 0 %');
});

it('sums up a day that is not over until its last window: nothing is missing at 10:07', async () => {
  const now = DAY.from + 10 * HOUR + 7 * 60_000;
  await fill(DAY.from, DAY.from + 10 * HOUR);
  const en = await textFor(MANAGER_EN.id, now);
  expect(en).toContain('No trouble at your 2 customers');
  expect(en).toContain('| 100 %');
  expect(en).toContain('2026-03-01 00:00:00 – 2026-03-01 10:00:00');
});

it('tells of an alert of the minutes after that window too', async () => {
  const now = DAY.from + 10 * HOUR + 7 * 60_000;
  await fill(DAY.from, DAY.from + 10 * HOUR);
  sources.state.save({ alerts: [alert('voltage_dip', evidenceOf('dip'), { since: now - 60_000 })] });
  expect(await textFor(MANAGER_EN.id, now)).toContain('since 10:06:00, still going on: Voltage dip');
});

it('cannot say anything of a day that has hardly begun', async () => {
  const en = await textFor(MANAGER_EN.id, DAY.from + 60_000);
  expect(en).toContain('== Customer c01 (cannot say: too few data) ==');
  expect(en).not.toMatch(/NaN|Infinity/);
});

it('counts the data of a meter that gives none of the figures', async () => {
  const windows = windowsOf('c02-m', DAY, () => ({ frequency: 50 }));
  await sources.store.writeWindows(windows);
  expect(await textFor(MANAGER_ZH.id, NEXT_MORNING)).toContain('未测量 | 未测量 | 100 %');
});
