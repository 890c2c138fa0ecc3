import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import type { Suspects } from '../../src/domain/reading.ts';
import { EmbeddedStore } from '../../src/store/embedded.ts';
import { SqliteStateStore } from '../../src/store/state.ts';
import { reading, T0 } from '../contract/readings.ts';
import { keepingLog } from './keeping-log.ts';
import { writeOldReadings, writeOldState } from './old-format.ts';
import { temporaryFolder } from './temporary-folder.ts';

const FOR_EVER = 100 * 365 * 86_400_000;
const HOUR = 3_600_000;

it('opens readings of the first format, gives them back, and takes suspect values from then on', async () => {
  const file = join(temporaryFolder(), 'readings.db');
  writeOldReadings(file);
  const open = async () => {
    const store = new EmbeddedStore({ file, keepReadingsMs: FOR_EVER, keepWindowsMs: FOR_EVER, log: keepingLog() });
    await store.start();
    onTestFinished(() => store.stop());
    return store;
  };
  const suspect: Suspects = { current_l1: { value: -4, reason: 'out of range' } };
  const old = [
    { meter: 'm1', time: T0 + 1_000, values: { voltage_l1_n: 230.1, frequency: 49.98 } },
    { meter: 'm1', time: T0 + 2_000, values: { voltage_l1_n: 229.9 } },
    { meter: 'm1', time: T0 + HOUR, values: { current_l1: 12.5 } },
  ];
  const first = await open();
  expect(await first.readings('m1', T0, T0 + 2 * HOUR)).toEqual(old);
  const [window] = await first.windows('m1', '1m', T0, T0 + 1);
  expect(window).toMatchObject({ count: 2, expected: 60, aggregates: { voltage_l1_n: { min: 229.9, max: 230.1 } } });
  // One beside a reading in the old chunk, one by itself.
  await first.writeReadings([reading('m1', T0 + 2_000, { voltage_l1_n: 229.9 }, suspect)]);
  await first.writeReadings([reading('m1', T0 + 3_000, {}, suspect)]);
  await first.stop();
  const again = await open();
  expect(await again.readings('m1', T0, T0 + 2 * HOUR)).toEqual([
    old[0],
    { ...old[1], suspect },
    { meter: 'm1', time: T0 + 3_000, values: {}, suspect },
    old[2],
  ]);
});

it('opens a state of the first format with all that it has, and keeps events and counts from then on', () => {
  const file = join(temporaryFolder(), 'state.db');
  writeOldState(file);
  const open = () => {
    const state = new SqliteStateStore({ file });
    state.start();
    onTestFinished(() => state.stop());
    return state;
  };
  const state = open();
  expect(state.openAlerts().map(({ id }) => id)).toEqual(['a1']);
  expect(state.dueMessages(9_999, 9).map(({ id, subject }) => [id, subject])).toEqual([['m1', '电压暂降']]);
  expect(state.noted('last summary')).toBe('2026-03-01');
  expect([state.recentEvents(9), state.qualityDays('2026-03-01'), state.cursor('m1', 'events')]).toEqual([
    [],
    [],
    undefined,
  ]);
  const event = { meter: 'm1', key: '7', kind: 'dip', start: 5, phases: ['L1'], arrivedAt: 6, isLate: false } as const;
  state.saveEvents([event], { meter: 'm1', log: 'events', position: '7' });
  state.stop();
  expect(open().recentEvents(9)).toEqual([event]);
});

it('is brought up to date once: a second opening changes nothing', async () => {
  const folder = temporaryFolder();
  const schemaOf = (file: string) => {
    const db = new Database(file, { readonly: true });
    const schema = db.prepare('SELECT sql FROM sqlite_master ORDER BY name').pluck().all();
    const version = db.pragma('user_version', { simple: true });
    db.close();
    return { schema, version };
  };
  const [old, fresh] = [join(folder, 'old.db'), join(folder, 'new.db')];
  writeOldState(old);
  for (const file of [old, fresh, old]) {
    const state = new SqliteStateStore({ file });
    state.start();
    state.stop();
  }
  expect(schemaOf(old).version).toBe(2);
  expect(schemaOf(old).version).toBe(schemaOf(fresh).version);
  expect(schemaOf(old).schema).toHaveLength(schemaOf(fresh).schema.length);
});
