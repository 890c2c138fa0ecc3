import { setImmediate as pause } from 'node:timers/promises';
import { decodeChunk, encodeChunk, type PackedRow } from './chunk.ts';
import type { Names } from './names.ts';
import { pack, unpack } from './packing.ts';
import type { Row, Series } from './rows.ts';
import type { Connection } from './sqlite.ts';

/** What one series needs in a file. */
export function tieredTable(series: Series): string {
  return `
    CREATE TABLE hot_${series} (
      time REAL NOT NULL, meter INTEGER NOT NULL, packed BLOB NOT NULL, PRIMARY KEY (time, meter)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE chunk_${series} (
      id INTEGER PRIMARY KEY, meter INTEGER NOT NULL, start REAL NOT NULL, body BLOB NOT NULL, UNIQUE (meter, start)
    ) STRICT;
    CREATE INDEX chunk_${series}_age ON chunk_${series} (start);`;
}

interface HotRow extends PackedRow {
  readonly meter: number;
}

/** Rows per step: what SQLite and we get through in some milliseconds, so that nothing else waits long. */
const STEP = 500;
const SCAN_STEP = 4_000;
const CHUNKS_PER_STEP = 50;

/**
 * One series in two tiers. New rows go to a hot table in order of time, where a write touches only its last pages;
 * settled ones move into one compressed chunk per meter and span. A row that comes late goes to the hot table too: there
 * it hides the chunk's row of the same instant, and the next settling merges it in; one without fields stands there for
 * a row that was erased. Long work is cut into short steps.
 */
export class TieredTable {
  readonly #db: Connection;
  readonly #spanMs: number;
  readonly #meters: Names;
  readonly #fields: Names;
  readonly #sql: Statements;

  constructor(db: Connection, sql: Statements, spanMs: number, meters: Names, fields: Names) {
    this.#db = db;
    this.#sql = sql;
    this.#spanMs = spanMs;
    this.#meters = meters;
    this.#fields = fields;
  }

  /** What puts the rows into the file: to be called inside a transaction. A row without fields erases the one there was. */
  writing(rows: readonly Row[]): () => void {
    const packed = rows.map(({ meter, time, fields }) => ({
      time,
      meter: this.#meters.idOf(meter),
      packed: pack(fields, this.#fields),
    }));
    return () => {
      for (const row of packed) {
        if (row.packed.length > 0 || this.#mayHave(row)) this.#sql.put.run(row.time, row.meter, row.packed);
      }
    };
  }

  #mayHave({ time, meter }: HotRow): boolean {
    if (this.#sql.hotAt.get(time, meter)) return true;
    return this.#sql.chunkAt.get(meter, Math.floor(time / this.#spanMs) * this.#spanMs) !== undefined;
  }

  /** One meter's rows of [from, to) in order of time; one that was erased may be among them, without fields. */
  async read(meter: string, from: number, to: number, wanted?: ReadonlySet<string>): Promise<Row[]> {
    const id = this.#meters.find(meter);
    if (id === undefined) return [];
    // Hot before chunks: a row that moves meanwhile is then seen at least once.
    const hot = await this.#readHot(id, from, to, wanted);
    const rows = [...hot.values()];
    for (const { start } of this.#sql.chunksOf.all(id, from - this.#spanMs, to)) {
      await pause();
      for (const row of this.#chunk(id, start, wanted)) {
        if (row.time >= from && row.time < to && !hot.has(row.time)) rows.push(row);
      }
    }
    return rows.sort((a, b) => a.time - b.time).map(({ time, fields }) => ({ meter, time, fields }));
  }

  async #readHot(meter: number, from: number, to: number, wanted?: ReadonlySet<string>) {
    const rows = new Map<number, Omit<Row, 'meter'>>();
    let start: number | undefined = from;
    while (start !== undefined && start < to) {
      // The key is (time, meter): a scan passes all meters, so it goes a bounded number of rows at a time.
      const next: number | undefined = this.#sql.timeAfter.get(start, to, SCAN_STEP)?.time;
      const end: number = next === undefined ? to : Math.max(next, start + 1);
      for (const { time, packed } of this.#sql.hotOf.all(start, end, meter)) {
        rows.set(time, { time, fields: unpack(packed, this.#fields, wanted) });
      }
      start = next === undefined ? undefined : end;
      await pause();
    }
    return rows;
  }

  #chunk(meter: number, start: number, wanted?: ReadonlySet<string>): Omit<Row, 'meter'>[] {
    const chunk = this.#sql.chunk.get(meter, start);
    return chunk ? decodeChunk(chunk.body, this.#fields, wanted) : [];
  }

  /** Moves the rows of every span that ended at or before `before` into chunks. */
  async settle(before: number, stopping: AbortSignal): Promise<void> {
    const limit = Math.floor(before / this.#spanMs) * this.#spanMs;
    let from = Number.NEGATIVE_INFINITY;
    while (!stopping.aborted) {
      const oldest = this.#sql.oldest.get(from)?.time;
      if (oldest === undefined || oldest >= limit) return;
      const start = Math.floor(oldest / this.#spanMs) * this.#spanMs;
      await this.#settleSpan(start, stopping);
      // Each span once: rows that keep coming late for one wait for the next settling together.
      from = start + this.#spanMs;
    }
  }

  async #settleSpan(start: number, stopping: AbortSignal): Promise<void> {
    const moved: HotRow[] = [];
    const byMeter = new Map<number, HotRow[]>();
    for (let step = this.#sql.hotFrom.all(start, -1, start + this.#spanMs, STEP); step.length > 0; ) {
      for (const row of step) {
        moved.push(row);
        const rows = byMeter.get(row.meter);
        if (rows) rows.push(row);
        else byMeter.set(row.meter, [row]);
      }
      const last = step.at(-1);
      await pause();
      if (!last || stopping.aborted) return;
      step = this.#sql.hotFrom.all(last.time, last.meter, start + this.#spanMs, STEP);
    }
    for (const [meter, rows] of byMeter) {
      this.#merge(meter, start, rows);
      await pause();
      if (stopping.aborted) return;
    }
    await this.#removeMoved(moved, stopping);
  }

  #merge(meter: number, start: number, rows: readonly PackedRow[]): void {
    const merged = new Map<number, PackedRow>();
    for (const { time, fields } of this.#chunk(meter, start)) {
      merged.set(time, { time, packed: pack(fields, this.#fields) });
    }
    for (const row of rows) {
      if (row.packed.length > 0) merged.set(row.time, row);
      else merged.delete(row.time);
    }
    const ordered = [...merged.values()].sort((a, b) => a.time - b.time);
    this.#sql.putChunk.run(meter, start, encodeChunk(ordered));
  }

  /** In order of time, so that each page is touched once; a row that was rewritten meanwhile is not the one we moved. */
  async #removeMoved(moved: readonly HotRow[], stopping: AbortSignal): Promise<void> {
    const remove = this.#db.transaction((rows: readonly HotRow[]) => {
      for (const row of rows) this.#sql.removeSame.run(row.time, row.meter, row.packed);
    });
    for (let at = 0; at < moved.length && !stopping.aborted; at += STEP) {
      remove(moved.slice(at, at + STEP));
      await pause();
    }
  }

  /** Deletes what is older than `before`; a chunk goes when all of its span is older. */
  async prune(before: number, stopping: AbortSignal): Promise<void> {
    while (!stopping.aborted && this.#sql.pruneHot.run(before, STEP).changes > 0) await pause();
    const start = before - this.#spanMs;
    while (!stopping.aborted && this.#sql.pruneChunks.run(start, CHUNKS_PER_STEP).changes > 0) await pause();
  }
}

/** The table of one series in an open file that has it. */
export function openTieredTable(
  db: Connection,
  series: Series,
  spanMs: number,
  meters: Names,
  fields: Names,
): TieredTable {
  return new TieredTable(db, statementsFor(db, series), spanMs, meters, fields);
}

type Statements = ReturnType<typeof statementsFor>;

function statementsFor(db: Connection, series: Series) {
  const hot = `hot_${series}`;
  const chunk = `chunk_${series}`;
  return {
    put: db.prepare<[number, number, Buffer]>(`INSERT OR REPLACE INTO ${hot} (time, meter, packed) VALUES (?, ?, ?)`),
    hotAt: db.prepare<[number, number], { time: number }>(`SELECT time FROM ${hot} WHERE time = ? AND meter = ?`),
    chunkAt: db.prepare<[number, number], { start: number }>(
      `SELECT start FROM ${chunk} WHERE meter = ? AND start = ?`,
    ),
    oldest: db.prepare<[number], { time: number }>(`SELECT time FROM ${hot} WHERE time >= ? ORDER BY time LIMIT 1`),
    timeAfter: db.prepare<[number, number, number], { time: number }>(
      `SELECT time FROM ${hot} WHERE time >= ? AND time < ? ORDER BY time LIMIT 1 OFFSET ?`,
    ),
    hotOf: db.prepare<[number, number, number], HotRow>(
      `SELECT time, meter, packed FROM ${hot} WHERE time >= ? AND time < ? AND meter = ?`,
    ),
    hotFrom: db.prepare<[number, number, number, number], HotRow>(
      `SELECT time, meter, packed FROM ${hot} WHERE (time, meter) > (?, ?) AND time < ? ORDER BY time, meter LIMIT ?`,
    ),
    removeSame: db.prepare<[number, number, Buffer]>(`DELETE FROM ${hot} WHERE time = ? AND meter = ? AND packed = ?`),
    pruneHot: db.prepare<[number, number]>(
      `DELETE FROM ${hot} WHERE (time, meter) IN (SELECT time, meter FROM ${hot} WHERE time < ? ORDER BY time LIMIT ?)`,
    ),
    chunksOf: db.prepare<[number, number, number], { start: number }>(
      `SELECT start FROM ${chunk} WHERE meter = ? AND start > ? AND start < ? ORDER BY start`,
    ),
    chunk: db.prepare<[number, number], { body: Buffer }>(`SELECT body FROM ${chunk} WHERE meter = ? AND start = ?`),
    putChunk: db.prepare<[number, number, Buffer]>(
      `INSERT INTO ${chunk} (meter, start, body) VALUES (?, ?, ?)
       ON CONFLICT (meter, start) DO UPDATE SET body = excluded.body`,
    ),
    pruneChunks: db.prepare<[number, number]>(
      `DELETE FROM ${chunk} WHERE id IN (SELECT id FROM ${chunk} WHERE start <= ? ORDER BY start LIMIT ?)`,
    ),
  };
}
