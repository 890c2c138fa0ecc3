import type { Quantity } from '../domain/quantity.ts';
import type { Reading } from '../domain/reading.ts';
import { SPAN_NAMES, type Span, type Window } from '../domain/window.ts';
import type { Log } from '../lib/log.ts';
import { withinTime } from '../lib/within-time.ts';
import { type InfluxStore, RejectedPoints } from './influx.ts';
import {
  hasFields,
  type Row,
  readingsOf,
  rowOfReading,
  rowOfSuspects,
  rowsOfWindows,
  SERIES,
  type Series,
  windowFields,
  windowOf,
} from './rows.ts';
import { Sender } from './sender.ts';
import type { SeriesStore, StoredReading } from './series-store.ts';
import { type Batch, openSpoolFile, type Quarantined, type SpoolFile } from './spool-file.ts';

export interface SpooledStoreOptions {
  readonly file: string;
  readonly database: Pick<InfluxStore, 'connect' | 'write' | 'read' | 'close'>;
  readonly log: Log;
  /** Rows that may wait; beyond that the oldest are lost. 10 million unless told: 40 hours of 70 meters at 1 s. */
  readonly maxRows?: number;
  readonly batchRows?: number;
  /** Pauses after failures, doubling from 1 s to 30 s unless told. */
  readonly firstRetryMs?: number;
  readonly lastRetryMs?: number;
  /** How long the last attempt at stopping may take; 3 s unless told. */
  readonly flushMs?: number;
}

export interface Backlog {
  readonly rows: number;
  /** The time of the row that waits longest. */
  readonly oldest: number | undefined;
}

/** Milliseconds that the last rows may take at a stop. */
const LAST_FLUSH = 3_000;

interface Opened {
  readonly file: SpoolFile;
  readonly sender: Sender;
}

/**
 * The series in a database that may be away. What is written is on this machine's disk at once and in the database as
 * soon as it takes it; a row leaves the spool only after that, so a crash sends some rows twice, which changes nothing.
 * Reading needs the database: a part of the data must not look like all of it.
 */
export class SpooledStore implements SeriesStore {
  readonly #options: SpooledStoreOptions;
  #opened: Opened | undefined;
  #dropped = 0;

  constructor(options: SpooledStoreOptions) {
    this.#options = options;
  }

  /** Resolves whether or not the database is there. */
  async start(): Promise<void> {
    const { database, log, firstRetryMs = 1_000, lastRetryMs = 30_000 } = this.#options;
    const file = openSpoolFile(this.#options.file);
    if (file.count > 0) log.info({ rows: file.count, oldest: file.oldest() }, 'The spool holds rows to be sent');
    const sender = new Sender({
      connect: () => database.connect(),
      sendNext: () => this.#sendNext(),
      log,
      firstRetryMs,
      lastRetryMs,
    });
    this.#opened = { file, sender };
    sender.start();
  }

  /** Tries for a bounded time to send the rest; what is left waits on disk for the next start. */
  async stop(): Promise<void> {
    if (!this.#opened) return;
    const { file, sender } = this.#opened;
    const finished = sender.finish();
    await withinTime(finished, this.#options.flushMs ?? LAST_FLUSH);
    // Whatever is under way fails now, and with it the loop ends.
    this.#options.database.close();
    await finished;
    if (file.count > 0) this.#options.log.info({ rows: file.count }, 'Rows stay in the spool for the next start');
    file.close();
    this.#opened = undefined;
  }

  /** What the database does not have yet. */
  backlog(): Backlog {
    const { file } = this.#open();
    return { rows: file.count, oldest: file.oldest() };
  }

  /** Points that the database refused for good, the last 10,000 of them. */
  quarantined(): readonly Quarantined[] {
    return this.#open().file.quarantined();
  }

  async writeReadings(readings: readonly Reading[]): Promise<void> {
    this.#append([
      { series: 'reading', rows: readings.map(rowOfReading).filter(hasFields) },
      { series: 'suspect', rows: readings.map(rowOfSuspects).filter(hasFields) },
    ]);
  }

  async writeWindows(windows: readonly Window[]): Promise<void> {
    this.#append(SPAN_NAMES.map((span) => ({ series: `window_${span}`, rows: rowsOfWindows(windows, span) })));
  }

  async readings(meter: string, from: number, to: number): Promise<readonly StoredReading[]> {
    const series = ['reading', 'suspect'] as const;
    const [good, suspect] = await Promise.all(series.map((name) => this.#read(name, meter, from, to)));
    return readingsOf(good ?? [], suspect ?? []);
  }

  async windows(meter: string, span: Span, from: number, to: number, quantities?: readonly Quantity[]) {
    const rows = await this.#read(`window_${span}`, meter, from, to, quantities && windowFields(quantities));
    return rows.map((row) => windowOf(row, span, quantities));
  }

  async #read(series: Series, meter: string, from: number, to: number, fields?: readonly string[]): Promise<Row[]> {
    // The spool first: a row that is sent meanwhile is then seen at least once. It is never older than the database's.
    const waiting = this.#open().file.rows(series, meter, from, to);
    const rows = new Map<number, Row>();
    for (const row of await this.#options.database.read(series, meter, from, to, fields)) rows.set(row.time, row);
    // As the database does: what waits is added to what is there, and what waits longer comes first.
    for (const row of waiting) {
      rows.set(row.time, { ...row, fields: { ...rows.get(row.time)?.fields, ...row.fields } });
    }
    return [...rows.values()].sort((a, b) => a.time - b.time);
  }

  #append(batches: readonly Batch[]): void {
    if (batches.every(({ rows }) => rows.length === 0)) return;
    const { file, sender } = this.#open();
    file.append(batches);
    this.#keepBound(file);
    sender.wake();
  }

  #keepBound(file: SpoolFile): void {
    const { maxRows = 10_000_000, log } = this.#options;
    if (file.count <= maxRows) return;
    // A thousandth more than needed, so that a full spool is trimmed and told of now and then, not at every write.
    const dropped = file.dropOldest(file.count - maxRows + Math.floor(maxRows / 1_000));
    this.#dropped += dropped;
    log.error({ dropped, droppedInAll: this.#dropped, maxRows }, 'The spool is full: its oldest rows are lost');
  }

  async #sendNext(): Promise<boolean> {
    const { file } = this.#open();
    const batch = file.head(this.#options.batchRows ?? 500);
    const first = batch[0];
    const last = batch.at(-1);
    if (!first || !last) return false;
    for (const series of SERIES) {
      const rows = batch.filter((row) => row.series === series);
      if (rows.length > 0) await this.#deliver(file, series, rows);
    }
    file.remove(first.seq, last.seq);
    return true;
  }

  async #deliver(file: SpoolFile, series: Series, rows: readonly Row[]): Promise<void> {
    try {
      await this.#options.database.write(series, rows);
    } catch (error) {
      if (!(error instanceof RejectedPoints)) throw error;
      for (const { row, reason } of error.rejected) {
        file.quarantine(series, row, reason);
        const { meter, time } = row;
        this.#options.log.error({ series, meter, time, reason }, 'The database refuses a point for good: quarantined');
      }
    }
  }

  #open(): Opened {
    if (!this.#opened) throw new Error(`${this.#options.file} is not open`);
    return this.#opened;
  }
}
