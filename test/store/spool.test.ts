import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { InfluxStore } from '../../src/store/influx.ts';
import { StoreUnavailable } from '../../src/store/series-store.ts';
import { SpooledStore, type SpooledStoreOptions } from '../../src/store/spool.ts';
import { reading, T0 } from '../contract/readings.ts';
import { freePort } from '../servers/free-port.ts';
import { type Influxd, startInfluxd } from '../servers/influxd.ts';
import { describeWith } from '../servers/require-server.ts';
import { StallingServer } from '../servers/stalling-server.ts';
import { TypeScriptChild } from '../servers/typescript-child.ts';
import { keepingLog } from './keeping-log.ts';
import { temporaryFolder } from './temporary-folder.ts';

const YEARS = 20 * 365 * 86_400_000;
const QUICK = { firstRetryMs: 20, lastRetryMs: 100 };

async function spooled(url: string, options: Partial<SpooledStoreOptions> = {}) {
  const log = keepingLog();
  const database = new InfluxStore({
    url,
    database: 'pq',
    keepReadingsMs: YEARS,
    keepWindowsMs: YEARS,
    placeOf: () => ({ customer: 'Customer 07', supplyPoint: 'c07-a' }),
    log,
    deadlineMs: 5_000,
  });
  const file = options.file ?? join(temporaryFolder(), 'spool.db');
  const store = new SpooledStore({ database, log, ...QUICK, ...options, file });
  await store.start();
  onTestFinished(() => store.stop());
  return { store, log, file };
}

const second = (number: number, meter = 'm1') => reading(meter, T0 + number * 1_000, { frequency: 45 + number / 100 });
const emptied = (store: SpooledStore) =>
  vi.waitFor(() => expect(store.backlog().rows).toBe(0), { timeout: 15_000, interval: 5 });

describeWith('influxd', 'SpooledStore and a real InfluxDB', (path) => {
  let server: Influxd;
  beforeAll(async () => {
    server = await startInfluxd(path);
  });
  afterAll(() => server?.remove());

  async function inDatabase(): Promise<number[]> {
    const { values } = await server.ask(`SELECT frequency FROM pq.readings.reading WHERE meter = 'm1'`);
    return values.map(([time]) => (Number(time) - T0) / 1_000);
  }

  async function emptyServer(): Promise<void> {
    await server.ask('DROP DATABASE pq');
  }

  it('starts, takes readings and waits while the database is down, and then creates it and sends all', async () => {
    await emptyServer();
    await server.stop();
    const { store, log } = await spooled(server.url);
    for (let number = 0; number < 1_200; number++) await store.writeReadings([second(number)]);
    expect(store.backlog()).toEqual({ rows: 1_200, oldest: T0 });
    await expect(store.readings('m1', T0, T0 + 1)).rejects.toThrow(StoreUnavailable);
    // Several failures, one word.
    await vi.waitFor(() => expect(log.messages('debug').length).toBeGreaterThan(2));
    expect(log.messages('warn')).toEqual(['The database takes no data: it is kept in the spool']);
    await server.start();
    await emptied(store);
    expect(await inDatabase()).toEqual(Array.from({ length: 1_200 }, (_, number) => number));
    expect(store.backlog()).toEqual({ rows: 0, oldest: undefined });
    expect(log.messages('info')).toEqual(['The database takes data again']);
    expect(log.messages('error')).toEqual([]);
  });

  it('loses nothing when the database is killed and comes back while readings flow', async () => {
    await emptyServer();
    const { store } = await spooled(server.url);
    let number = 0;
    const write = () => store.writeReadings([second(number++)]);
    for (let round = 0; round < 2; round++) {
      while (number % 200 < 150) await write();
      if (round > 0) await vi.waitFor(async () => expect((await inDatabase()).length).toBeGreaterThan(0));
      await server.stop();
      while (number % 200 !== 0) await write();
      await server.start();
      const back = Date.now();
      await write();
      await vi.waitUntil(() => store.backlog().rows === 0, { timeout: 10_000, interval: 5 });
      expect(Date.now() - back).toBeLessThan(1_000);
    }
    expect(await inDatabase()).toEqual(Array.from({ length: number }, (_, index) => index));
  });

  it('reads what is in the database together with what still waits, the newer of both', async () => {
    await emptyServer();
    const { store, log, file } = await spooled(server.url);
    await store.writeReadings([second(1), second(2), second(3)]);
    await emptied(store);
    await store.stop();
    // The next one cannot send, but it can read.
    const database = new InfluxStore({
      url: server.url,
      database: 'pq',
      keepReadingsMs: YEARS,
      keepWindowsMs: YEARS,
      placeOf: () => undefined,
      log,
    });
    const refusing = {
      connect: () => Promise.reject(new StoreUnavailable('not now')),
      write: () => Promise.reject(new StoreUnavailable('not now')),
      read: database.read.bind(database),
      close: () => database.close(),
    };
    const reader = await spooled(server.url, { file, database: refusing });
    await reader.store.writeReadings([second(4), reading('m1', T0 + 2_000, { frequency: 60 }), second(4, 'm2')]);
    const found = await reader.store.readings('m1', T0 + 2_000, T0 + 10_000);
    expect(found.map(({ values }) => values.frequency)).toEqual([60, 45.03, 45.04]);
  });

  it('sends what a killed process had acknowledged', { timeout: 60_000 }, async () => {
    await emptyServer();
    const file = join(temporaryFolder(), 'spool.db');
    const child = join(import.meta.dirname, 'spooling-child.ts');
    // The first is killed with the database away, the others while they send.
    const nowhere = `http://127.0.0.1:${await freePort()}`;
    let next = 0;
    for (const [url, lines] of [
      [nowhere, 90],
      [server.url, 400],
      [server.url, 150],
    ] as const) {
      const writer = new TypeScriptChild(child, [file, url, String(next)]);
      await writer.printed(lines);
      await writer.kill();
      next = Number(writer.lines.at(-1)) + 1;
    }
    const { store } = await spooled(server.url, { file });
    await emptied(store);
    const found = await inDatabase();
    // One more may have been on disk and not yet acknowledged.
    expect(found.slice(0, next)).toEqual(Array.from({ length: next }, (_, index) => index));
  });

  it('sends suspect values into a measurement of their own, where no average of the good ones meets them', async () => {
    await emptyServer();
    const { store } = await spooled(server.url);
    const wild = { voltage_l1_n: { value: 9_000, reason: 'changes too fast' } } as const;
    await store.writeReadings([reading('m1', T0, { voltage_l1_n: 230, frequency: 50 })]);
    await store.writeReadings([
      reading('m1', T0 + 1_000, { frequency: 51 }, wild),
      reading('m1', T0 + 2_000, {}, wild),
    ]);
    await emptied(store);
    const mean = await server.ask('SELECT MEAN(voltage_l1_n), MEAN(frequency) FROM pq.readings.reading');
    expect(mean.values).toEqual([[0, 230, 50.5]]);
    expect(await server.ask('SELECT * FROM pq.readings.suspect')).toEqual({
      name: 'suspect',
      columns: ['time', 'customer', 'meter', 'supply_point', 'voltage_l1_n', 'voltage_l1_n_reason'],
      values: [1_000, 2_000].map((after) => [T0 + after, 'Customer 07', 'm1', 'c07-a', 9_000, 1]),
    });
    const types = (await server.ask('SHOW FIELD KEYS ON pq FROM suspect')).values.map(([, type]) => type);
    expect(types).toEqual(['float', 'float']);
  });

  it('puts a poisoned point aside, says so, and sends its neighbours', async () => {
    await emptyServer();
    const { store, log } = await spooled(server.url);
    await store.writeReadings([reading('m0', T0, { voltage_l1_n: 230 })]);
    await emptied(store);
    await server.put('pq', 'readings', `reading,meter=other thd_u_l1=5i ${T0}`);
    const poison = reading('m1', T0 + 7_000, { thd_u_l1: 5.5 });
    await store.writeReadings([
      ...Array.from({ length: 7 }, (_, number) => second(number)),
      poison,
      second(8),
      second(9),
    ]);
    await emptied(store);
    expect(await inDatabase()).toEqual([0, 1, 2, 3, 4, 5, 6, 8, 9]);
    const [aside] = store.quarantined();
    expect(aside).toMatchObject({ series: 'reading', meter: 'm1', time: T0 + 7_000, fields: { thd_u_l1: 5.5 } });
    expect(aside?.reason).toContain('field type conflict');
    const told = log.entries.filter(({ level }) => level === 'error');
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ fields: { meter: 'm1', time: T0 + 7_000, reason: aside?.reason } });
  });

  it('sends the rest before it stops', async () => {
    await emptyServer();
    const { store } = await spooled(server.url);
    await store.writeReadings(Array.from({ length: 3_000 }, (_, number) => second(number)));
    await store.stop();
    expect(await inDatabase()).toHaveLength(3_000);
  });
});

describe('SpooledStore without a database', () => {
  it('drops the oldest rows of a spool that is full, and says how many', async () => {
    const { store, log } = await spooled(`http://127.0.0.1:${await freePort()}`, { maxRows: 100 });
    await store.writeReadings(Array.from({ length: 90 }, (_, number) => second(number)));
    expect(log.messages('error')).toEqual([]);
    await store.writeReadings(Array.from({ length: 25 }, (_, number) => second(90 + number)));
    await store.writeReadings([second(115)]);
    expect(store.backlog()).toEqual({ rows: 100, oldest: T0 + 16_000 });
    const told = log.entries.filter(({ level }) => level === 'error').map(({ fields }) => fields);
    expect(told).toEqual([
      { dropped: 15, droppedInAll: 15, maxRows: 100 },
      { dropped: 1, droppedInAll: 16, maxRows: 100 },
    ]);
  });

  it('does not wait for the end of a long pause when it stops, but tries once more', async () => {
    const hour = 3_600_000;
    const { store, log } = await spooled(`http://127.0.0.1:${await freePort()}`, {
      firstRetryMs: hour,
      lastRetryMs: hour,
    });
    await store.writeReadings([second(1)]);
    await vi.waitFor(() => expect(log.messages('warn')).toHaveLength(1));
    await store.stop();
    expect(log.messages('debug')).toEqual(['The database still takes no data']);
    expect(log.messages('info')).toEqual(['Rows stay in the spool for the next start']);
  });

  it('stops in time when the database hangs, and has the rows again after a restart', async () => {
    const server = new StallingServer('');
    onTestFinished(() => server.stop());
    const url = await server.start();
    const { store, file } = await spooled(url, { flushMs: 100 });
    await store.writeReadings([second(1), second(2)]);
    await vi.waitFor(() => expect(server.requests).toBeGreaterThan(0));
    const start = performance.now();
    await store.stop();
    expect(performance.now() - start).toBeLessThan(2_000);
    const again = await spooled(url, { file, flushMs: 100 });
    expect(again.store.backlog()).toEqual({ rows: 2, oldest: T0 + 1_000 });
  });
});
