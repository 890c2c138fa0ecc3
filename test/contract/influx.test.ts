import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, vi } from 'vitest';
import { InfluxStore } from '../../src/store/influx.ts';
import { SpooledStore } from '../../src/store/spool.ts';
import { type Influxd, startInfluxd } from '../servers/influxd.ts';
import { describeWith } from '../servers/require-server.ts';
import { keepingLog } from '../store/keeping-log.ts';
import { newFolder } from '../store/temporary-folder.ts';
import { type StoreUnderTest, seriesStoreContract } from './series-store.ts';

const YEARS = 20 * 365 * 86_400_000;

describeWith('influxd', 'on InfluxDB', (path) => {
  let server: Influxd;
  beforeAll(async () => {
    server = await startInfluxd(path);
  });
  afterAll(() => server?.remove());

  async function open(settle: (store: SpooledStore) => Promise<void>): Promise<StoreUnderTest> {
    const folder = newFolder();
    const log = keepingLog();
    const database = new InfluxStore({
      url: server.url,
      database: `contract "${folder.slice(-6)}"`,
      keepReadingsMs: YEARS,
      keepWindowsMs: YEARS,
      placeOf: () => ({ customer: 'Customer 07', supplyPoint: '供电点 1' }),
      log,
    });
    const store = new SpooledStore({ file: join(folder, 'spool.db'), database, log });
    await store.start();
    return {
      store,
      settle: () => settle(store),
      close: async () => {
        await store.stop();
        rmSync(folder, { recursive: true });
      },
    };
  }

  const sent = (store: SpooledStore) =>
    vi.waitUntil(() => store.backlog().rows === 0, { timeout: 10_000, interval: 2 }).then(() => undefined);

  seriesStoreContract('all rows in the database', () => open(sent));
  seriesStoreContract('rows on their way', () => open(async () => undefined));
});
