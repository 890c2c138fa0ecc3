import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Fleet } from '../domain/fleet.ts';
import type { Log } from '../lib/log.ts';
import { createInfluxStore } from './create-series-store.ts';
import { EmbeddedStore } from './embedded.ts';
import type { StoreOptions } from './options.ts';
import { windowFields, windowOf } from './rows.ts';
import type { SeriesStore } from './series-store.ts';
import { SqliteStateStore } from './state.ts';
import type { StateStore } from './state-store.ts';

export interface ReadableStores {
  readonly store: Pick<SeriesStore, 'windows'>;
  readonly state: Pick<StateStore, 'alertsBetween'>;
  close(): Promise<void>;
}

/**
 * What a command needs that looks at the data beside a running daemon: no lock is taken and nothing is written. Throws
 * when no daemon ever ran on the folder.
 */
export async function openForReading(
  options: StoreOptions,
  fleet: Fleet,
  dataDir: string,
  log: Log,
): Promise<ReadableStores> {
  const stateFile = join(dataDir, 'state.db');
  if (!existsSync(stateFile)) throw new Error(`there are no data in ${dataDir}: the daemon has not run there yet`);
  const state = new SqliteStateStore({ file: stateFile });
  state.start();
  const series = options.kind === 'embedded' ? embedded(options, dataDir, log) : influx(options, fleet, log);
  await series.open();
  return {
    store: series,
    state,
    async close() {
      await series.close();
      state.stop();
    },
  };
}

interface OpenableWindows extends Pick<SeriesStore, 'windows'> {
  open(): Promise<void>;
  close(): Promise<void>;
}

function embedded({ keepReadingsMs, keepWindowsMs }: StoreOptions, dataDir: string, log: Log): OpenableWindows {
  const store = new EmbeddedStore({ file: join(dataDir, 'readings.db'), keepReadingsMs, keepWindowsMs, log });
  return {
    open: () => store.start(),
    windows: (...range) => store.windows(...range),
    close: () => store.stop(),
  };
}

function influx(options: Extract<StoreOptions, { kind: 'influx' }>, fleet: Fleet, log: Log): OpenableWindows {
  const database = createInfluxStore(options, fleet, log);
  return {
    open: () => database.connect(),
    async windows(meter, span, from, to, quantities) {
      const rows = await database.read(`window_${span}`, meter, from, to, quantities && windowFields(quantities));
      return rows.map((row) => windowOf(row, span, quantities));
    },
    close: async () => database.close(),
  };
}
