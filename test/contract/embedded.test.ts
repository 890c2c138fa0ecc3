import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { EmbeddedStore } from '../../src/store/embedded.ts';
import { keepingLog } from '../store/keeping-log.ts';
import { newFolder } from '../store/temporary-folder.ts';
import { T0 } from './readings.ts';
import { type StoreUnderTest, seriesStoreContract } from './series-store.ts';

const FOR_EVER = 100 * 365 * 86_400_000;

async function open(settle: (store: EmbeddedStore) => Promise<void>): Promise<StoreUnderTest> {
  const folder = newFolder();
  const store = new EmbeddedStore({
    file: join(folder, 'readings.db'),
    keepReadingsMs: FOR_EVER,
    keepWindowsMs: FOR_EVER,
    log: keepingLog(),
  });
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

seriesStoreContract('embedded store, rows still hot', () => open(async () => undefined));
seriesStoreContract('embedded store, rows in chunks', () => open((store) => store.maintain(T0 + 10 * 86_400_000)));
