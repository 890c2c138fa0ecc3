import type { Fleet } from '../domain/fleet.ts';
import type { Log } from '../lib/log.ts';
import { EmbeddedStore } from './embedded.ts';
import { InfluxStore } from './influx.ts';
import type { StoreOptions } from './options.ts';
import type { SeriesStore } from './series-store.ts';
import { SpooledStore } from './spool.ts';

/** A series store that also wants to be looked after from time to time. */
export interface MaintainedStore extends SeriesStore {
  maintain?(now: number): Promise<void>;
  /** Rows that wait for a database that is away. */
  backlog?(): { readonly rows: number };
}

type InfluxOptions = Extract<StoreOptions, { kind: 'influx' }>;

/** The store that the configuration asks for, not started. `path` places its files in the data folder. */
export function createSeriesStore(
  options: StoreOptions,
  fleet: Fleet,
  path: (name: string) => string,
  log: Log,
): MaintainedStore {
  const { keepReadingsMs, keepWindowsMs } = options;
  if (options.kind === 'embedded') {
    return new EmbeddedStore({ file: path('readings.db'), keepReadingsMs, keepWindowsMs, log });
  }
  return new SpooledStore({ file: path('spool.db'), database: createInfluxStore(options, fleet, log), log });
}

/** The database itself, without a spool; nothing is connected yet. */
export function createInfluxStore(options: InfluxOptions, fleet: Fleet, log: Log): InfluxStore {
  const { keepReadingsMs, keepWindowsMs } = options;
  const { url, database, username, password } = options.influx;
  return new InfluxStore({
    url,
    database,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    keepReadingsMs,
    keepWindowsMs,
    placeOf(meter) {
      const place = fleet.meters.get(meter);
      return place && { customer: place.customer.id, supplyPoint: place.supplyPoint.id };
    },
    log,
  });
}
