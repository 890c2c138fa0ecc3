import type { Quantity } from '../domain/quantity.ts';
import type { Reading } from '../domain/reading.ts';
import { SPAN_NAMES, type Span, type Window } from '../domain/window.ts';
import type { Log } from '../lib/log.ts';
import { addsTo, replaces } from './layers.ts';
import { namesTable, openNames } from './names.ts';
import {
  hasFields,
  type Row,
  readingsOf,
  rowOfReading,
  rowOfSuspects,
  rowsOfWindows,
  SERIES,
  type Series,
  takenFromGood,
  takenFromSuspects,
  windowFields,
  windowOf,
} from './rows.ts';
import type { SeriesStore, StoredReading } from './series-store.ts';
import { type Connection, openSqlite } from './sqlite.ts';
import { tieredTable } from './tier-statements.ts';
import { openTieredTable, type TieredTable } from './tiered-table.ts';

export interface EmbeddedStoreOptions {
  readonly file: string;
  readonly keepReadingsMs: number;
  readonly keepWindowsMs: number;
  readonly log: Log;
}

const MINUTE = 60_000;

/** What one chunk spans: some hundred rows, which are made or read in a few milliseconds. */
const CHUNK_SPANS = {
  reading: 10 * MINUTE,
  suspect: 10 * MINUTE,
  window_1m: 180 * MINUTE,
  window_10m: 1_440 * MINUTE,
} as const satisfies Record<Series, number>;

/** A span is chunked this long after its end; what comes later than that costs a second chunking. */
const SETTLED_AFTER = 10 * MINUTE;

const FIRST_SERIES = ['reading', 'window_1m', 'window_10m'] as const satisfies Series[];

const MIGRATIONS = [
  [namesTable('meters'), namesTable('fields'), ...FIRST_SERIES.map(tieredTable)].join('\n'),
  tieredTable('suspect'),
];

interface Opened {
  readonly db: Connection;
  readonly tables: Readonly<Record<Series, TieredTable>>;
}

/** The series in one SQLite file: nothing to set up, and nothing else to run. */
export class EmbeddedStore implements SeriesStore {
  readonly #options: EmbeddedStoreOptions;
  readonly #stopping = new AbortController();
  #opened: Opened | undefined;
  #maintenance: Promise<void> | undefined;

  constructor(options: EmbeddedStoreOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const db = openSqlite(this.#options.file, MIGRATIONS);
    const meters = openNames(db, 'meters');
    const fields = openNames(db, 'fields');
    const table = (series: Series) => {
      // A window is issued again with all that it has.
      const layered = series === 'reading' || series === 'suspect' ? addsTo : replaces;
      return openTieredTable(db, series, { spanMs: CHUNK_SPANS[series], meters, fields, layered });
    };
    this.#opened = {
      db,
      tables: {
        reading: table('reading'),
        suspect: table('suspect'),
        window_1m: table('window_1m'),
        window_10m: table('window_10m'),
      },
    };
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    // How maintenance ended, its caller is told.
    await Promise.allSettled([this.#maintenance]);
    this.#opened?.db.close();
    this.#opened = undefined;
  }

  async writeReadings(readings: readonly Reading[]): Promise<void> {
    const { db, tables } = this.#open();
    const kept: Reading[] = [];
    const good: Row[] = [];
    const suspect: Row[] = [];
    for (const reading of readings) {
      const [goodRow, suspectRow] = [rowOfReading(reading), rowOfSuspects(reading)];
      if (!hasFields(goodRow) && !hasFields(suspectRow)) continue;
      kept.push(reading);
      good.push(goodRow);
      suspect.push(suspectRow);
    }
    const takenBy = (fieldsOf: (reading: Reading) => readonly string[]) => (index: number) => {
      const reading = kept[index];
      return reading ? fieldsOf(reading) : [];
    };
    const putGood = tables.reading.writing(good, takenBy(takenFromGood));
    const putSuspect = tables.suspect.writing(suspect, takenBy(takenFromSuspects));
    db.transaction(() => {
      putGood();
      putSuspect();
    })();
  }

  async writeWindows(windows: readonly Window[]): Promise<void> {
    const { db, tables } = this.#open();
    for (const span of SPAN_NAMES) {
      const rows = rowsOfWindows(windows, span);
      if (rows.length > 0) db.transaction(tables[`window_${span}`].writing(rows))();
    }
  }

  async readings(meter: string, from: number, to: number): Promise<readonly StoredReading[]> {
    const { tables } = this.#open();
    return readingsOf(await tables.reading.read(meter, from, to), await tables.suspect.read(meter, from, to));
  }

  async windows(meter: string, span: Span, from: number, to: number, quantities?: readonly Quantity[]) {
    const wanted = quantities && new Set(windowFields(quantities));
    const rows = await this.#open().tables[`window_${span}`].read(meter, from, to, wanted);
    return rows.map((row) => windowOf(row, span, quantities));
  }

  /** Chunks what has settled and deletes what is too old, in short steps; called once a minute, may overlap itself. */
  maintain(now: number): Promise<void> {
    this.#maintenance ??= this.#maintain(now).finally(() => {
      this.#maintenance = undefined;
    });
    return this.#maintenance;
  }

  async #maintain(now: number): Promise<void> {
    const { signal } = this.#stopping;
    const { tables } = this.#open();
    const { keepReadingsMs, keepWindowsMs, log } = this.#options;
    for (const series of SERIES) {
      const keepMs = series === 'reading' || series === 'suspect' ? keepReadingsMs : keepWindowsMs;
      await tables[series].prune(now - keepMs, signal);
      await tables[series].settle(now - SETTLED_AFTER, signal);
    }
    log.debug({ file: this.#options.file }, 'Store maintained');
  }

  #open(): Opened {
    if (!this.#opened) throw new Error(`${this.#options.file} is not open`);
    return this.#opened;
  }
}
