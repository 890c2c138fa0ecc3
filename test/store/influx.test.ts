import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Secret } from '../../src/lib/secret.ts';
import { InfluxStore, type InfluxStoreOptions, RejectedPoints } from '../../src/store/influx.ts';
import type { Row } from '../../src/store/rows.ts';
import { StoreUnavailable } from '../../src/store/series-store.ts';
import { T0 } from '../contract/readings.ts';
import { type Influxd, startInfluxd } from '../servers/influxd.ts';
import { describeWith } from '../servers/require-server.ts';
import { StallingServer } from '../servers/stalling-server.ts';
import { keepingLog } from './keeping-log.ts';

const DAY = 86_400_000;

function storeAt(url: string, options: Partial<InfluxStoreOptions> = {}): InfluxStore {
  const store = new InfluxStore({
    url,
    database: 'pq',
    keepReadingsMs: 20 * 365 * DAY,
    keepWindowsMs: 20 * 365 * DAY,
    placeOf: (meter) => (meter === 'gone' ? undefined : { customer: 'Customer 07', supplyPoint: 'c07-a' }),
    log: keepingLog(),
    ...options,
  });
  onTestFinished(() => store.close());
  return store;
}

function rows(count: number, fields: Row['fields'] = { voltage_l1_n: 230 }): Row[] {
  return Array.from({ length: count }, (_, index) => ({ meter: 'm1', time: T0 + index, fields }));
}

async function rejected(work: Promise<void>): Promise<RejectedPoints> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof RejectedPoints)) throw new Error(`expected RejectedPoints, not ${error}`);
  return error;
}

describeWith('influxd', 'InfluxStore and a real InfluxDB', (path) => {
  let server: Influxd;
  beforeAll(async () => {
    server = await startInfluxd(path);
  });
  afterAll(() => server?.remove());

  async function policies(database: string): Promise<unknown[][]> {
    const { columns, values } = await server.ask(`SHOW RETENTION POLICIES ON ${database}`);
    const wanted = ['name', 'duration', 'default'].map((column) => columns.indexOf(column));
    return values.map((row) => wanted.map((index) => row[index]));
  }

  it('creates database and retention policies, and alters them when the configuration has changed', async () => {
    await storeAt(server.url, { database: 'kept', keepReadingsMs: 30 * DAY, keepWindowsMs: 1_095 * DAY }).connect();
    expect(await policies('kept')).toEqual([
      ['autogen', '0s', false],
      ['readings', '720h0m0s', true],
      ['windows', '26280h0m0s', false],
    ]);
    const changed = storeAt(server.url, { database: 'kept', keepReadingsMs: 90 * 60_000, keepWindowsMs: 7 * DAY });
    await changed.connect();
    await changed.connect();
    expect(await policies('kept')).toEqual([
      ['autogen', '0s', false],
      ['readings', '1h30m0s', true],
      ['windows', '168h0m0s', false],
    ]);
  });

  it('writes one point per meter and instant: floats, three tags, milliseconds', async () => {
    const store = storeAt(server.url, { database: 'points' });
    await store.connect();
    await store.write('reading', [
      { meter: '表计, 1', time: T0 + 250, fields: { voltage_l1_n: 230, frequency: 49.98 } },
    ]);
    await store.write('reading', [{ meter: 'gone', time: T0 + 500, fields: { frequency: 50 } }]);
    await store.write('window_1m', [{ meter: 'm1', time: T0, fields: { count: 59, expected: 60, frequency_min: 49 } }]);
    await store.write('window_10m', [{ meter: 'm1', time: T0, fields: { count: 590, expected: 600 } }]);
    expect(await server.ask('SELECT * FROM points.readings.reading')).toEqual({
      name: 'reading',
      columns: ['time', 'customer', 'frequency', 'meter', 'supply_point', 'voltage_l1_n'],
      values: [
        [T0 + 250, 'Customer 07', 49.98, '表计, 1', 'c07-a', 230],
        [T0 + 500, null, 50, 'gone', null, null],
      ],
    });
    expect((await server.ask('SELECT * FROM points.windows.window_1m')).values).toEqual([
      [T0, 59, 'Customer 07', 60, 49, 'm1', 'c07-a'],
    ]);
    expect((await server.ask('SELECT count FROM points.windows.window_10m')).values).toEqual([[T0, 590]]);
    const types = (await server.ask('SHOW FIELD KEYS ON points')).values.map(([, type]) => type);
    expect(new Set(types)).toEqual(new Set(['float']));
  });

  it('names the points that the database refuses and stores their neighbours', async () => {
    const store = storeAt(server.url, { database: 'poisoned' });
    await store.connect();
    // Somebody wrote an integer first: floats of that field are refused from now on, in this shard.
    await server.put('poisoned', 'readings', `reading,meter=other frequency=50i ${T0}`);
    const batch = rows(300).map((row, index) =>
      index === 17 || index === 200 ? { ...row, fields: { frequency: 50.5 } } : row,
    );
    const error = await rejected(store.write('reading', batch));
    expect(error.rejected.map(({ row }) => row.time - T0)).toEqual([17, 200]);
    expect(error.rejected[0]?.reason).toContain('field type conflict');
    const { values } = await server.ask('SELECT COUNT(voltage_l1_n) FROM poisoned.readings.reading');
    expect(values[0]?.[1]).toBe(298);
  });

  it('does not send what the line protocol cannot carry', async () => {
    const store = storeAt(server.url, { database: 'unfit' });
    await store.connect();
    const good: Row = { meter: 'm1', time: T0, fields: { frequency: 50 } };
    const bad: Row[] = [
      { ...good, time: T0 + 0.5 },
      { ...good, meter: 'line\nbreak' },
      { ...good, meter: '' },
      { ...good, meter: 'back\\slash' },
      { ...good, time: T0 + 1, fields: { frequency: Number.NaN } },
      { ...good, time: T0 + 2, fields: {} },
    ];
    const error = await rejected(store.write('reading', [...bad, good]));
    expect(error.rejected.map(({ row }) => row)).toEqual(bad);
    expect((await server.ask('SELECT frequency FROM unfit.readings.reading')).values).toEqual([[T0, 50]]);
  });

  it('counts points older than the database keeps as done', async () => {
    const store = storeAt(server.url, { database: 'aged', keepReadingsMs: DAY });
    await store.connect();
    const now = Date.now();
    await store.write('reading', [
      { meter: 'm1', time: now - 10 * DAY, fields: { frequency: 49 } },
      { meter: 'm1', time: now, fields: { frequency: 50 } },
    ]);
    expect((await server.ask('SELECT frequency FROM aged.readings.reading')).values).toEqual([[now, 50]]);
  });

  it('calls a database that is not there unavailable, not poisoned', async () => {
    const store = storeAt(server.url, { database: 'never_made' });
    await expect(store.write('reading', rows(3))).rejects.toThrow(StoreUnavailable);
    await store.connect();
    await server.ask('DROP DATABASE never_made');
    await expect(store.read('reading', 'm1', T0, T0 + 1)).rejects.toThrow(StoreUnavailable);
  });

  it('finds an empty database when it reads first of all', async () => {
    const store = storeAt(server.url, { database: 'new' });
    expect(await Promise.all([1, 2, 3].map(() => store.read('window_10m', 'm1', T0, T0 + 1)))).toEqual([[], [], []]);
  });

  it('works again at once after the server was away', async () => {
    const own = await startInfluxd(path);
    onTestFinished(() => own.remove());
    const store = storeAt(own.url);
    await store.connect();
    await own.stop();
    for (let attempt = 0; attempt < 6; attempt++) {
      await expect(store.write('reading', rows(1))).rejects.toThrow(StoreUnavailable);
    }
    await own.start();
    // The client itself would refuse this for seconds.
    await store.write('reading', rows(1));
    expect(await store.read('reading', 'm1', T0, T0 + 1)).toEqual(rows(1));
  });
});

describe('InfluxStore and a server that misbehaves', () => {
  async function stalling(answer: string): Promise<{ server: StallingServer; url: string }> {
    const server = new StallingServer(answer);
    onTestFinished(() => server.stop());
    return { server, url: await server.start() };
  }

  const HALF = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"results":';

  it.each([
    ['that says nothing', ''],
    ['whose body stalls', HALF],
  ])('gives up in time on a server %s, and leaves no connection behind', async (_, answer) => {
    const { server, url } = await stalling(answer);
    const store = storeAt(url, { deadlineMs: 100 });
    for (let call = 0; call < 3; call++) {
      await expect(store.write('reading', rows(1))).rejects.toThrow(StoreUnavailable);
      await expect(store.read('reading', 'm1', T0, T0 + 1)).rejects.toThrow(StoreUnavailable);
    }
    await vi.waitFor(() => expect(server.open).toBe(0));
    expect(server.requests).toBe(6);
  });

  it('ends what is under way when it is closed', async () => {
    const { server, url } = await stalling(HALF);
    const store = storeAt(url, { deadlineMs: 3_600_000 });
    const writing = expect(store.write('reading', rows(1))).rejects.toThrow('the connection was closed');
    await vi.waitFor(() => expect(server.requests).toBe(1));
    store.close();
    await writing;
    await vi.waitFor(() => expect(server.open).toBe(0));
  });

  it('uses one connection for calls in a row, and closes it in the end', async () => {
    const { server, url } = await stalling('HTTP/1.1 204 No Content\r\n\r\n');
    const store = storeAt(url);
    for (let call = 0; call < 5; call++) await store.write('reading', rows(1));
    expect(server.open).toBe(1);
    store.close();
    await vi.waitFor(() => expect(server.open).toBe(0));
    await expect(store.write('reading', rows(1))).rejects.toThrow('the connection is closed');
  });

  it('takes nonsense for an answer as a failure', async () => {
    const { url } = await stalling('HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{"results":7}');
    await expect(storeAt(url).read('reading', 'm1', T0, T0 + 1)).rejects.toThrow('results');
  });

  it('keeps the password out of its errors', async () => {
    const body = '{"error":"authorization failed"}';
    const { url } = await stalling(`HTTP/1.1 401 Unauthorized\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    const store = storeAt(url, { username: 'writer', password: new Secret('open sesame') });
    const error: unknown = await store.write('reading', rows(1)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StoreUnavailable);
    const shown = inspect(error, { depth: 9, showHidden: true });
    expect(shown).toContain('authorization failed');
    expect(shown).not.toContain('sesame');
    expect(shown).not.toContain(Buffer.from('writer:open sesame').toString('base64'));
  });
});
