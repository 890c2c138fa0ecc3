import { setImmediate as pause } from 'node:timers/promises';
import { decodeChunk, encodeChunk, type PackedRow } from './chunk.ts';
import { type Layering, takingAway, withoutTaken } from './layers.ts';
import type { Names } from './names.ts';
import { isBlank, pack, unpack } from './packing.ts';
import { type Fields, hasFields, type Row, type Series } from './rows.ts';
import type { Connection } from './sqlite.ts';
import { type HotRow, type TierStatements, tierStatements } from './tier-statements.ts';

/** Of the row at an index: the fields that it takes away from what there was of its instant. */
export type Taken = (index: number) => readonly string[];

/** Rows per step: what SQLite and we get through in some milliseconds, so that nothing else waits long. */
const STEP = 500;
const SCAN_STEP = 4_000;
const CHUNKS_PER_STEP = 50;

/**
 * One series in two tiers. New rows go to a hot table in order of time, where a write touches only its last pages;
 * settled ones move into one compressed chunk per meter and span. A row that comes late goes to the hot table too: there
 * it lies over the chunk's row of the same instant, and the next settling merges it in; a field that is NaN there takes
 * the chunk's away. Long work is cut into short steps.
 */
export class TieredTable {
  readonly #db: Connection;
  readonly #spanMs: number;
  readonly #meters: Names;
  readonly #fields: Names;
  readonly #layered: Layering;
  readonly #sql: TierStatements;

  constructor(db: Connection, sql: TierStatements, { spanMs, meters, fields, layered }: TableOptions) {
    this.#db = db;
    this.#sql = sql;
    this.#spanMs = spanMs;
    this.#meters = meters;
    this.#fields = fields;
    this.#layered = layered;
  }

  /**
   * What puts the rows into the file: to be called inside a transaction. A row may have no fields and only take some; which,
   * is asked for only where there may be something.
   */
  writing(rows: readonly Row[], taken?: Taken): () => void {
    const packed = rows.map(({ meter, time, fields }) => ({
      time,
      meter: this.#meters.idOf(meter),
      packed: pack(fields, this.#fields),
    }));
    return () => {
      // Most rows are of spans that no chunk has reached: they need not be looked for in one.
      const newest = this.#sql.newestChunk.get()?.start ?? Number.NEGATIVE_INFINITY;
      for (const [index, row] of packed.entries()) {
        const isNew = row.packed.length > 0 && this.#sql.add.run(row.time, row.meter, row.packed).changes > 0;
        // What a new row adds or replaces, it does by lying over the chunk.
        const older = isNew ? undefined : this.#sql.packedAt.get(row.time, row.meter)?.packed;
        if (older || this.#isInChunk(row, newest)) this.#layOver(older, row, taken?.(index) ?? []);
      }
    };
  }

  /** What is taken stays said in the hot row: the chunk may have it too. */
  #layOver(older: Buffer | undefined, { time, meter, packed }: HotRow, taken: readonly string[]): void {
    // A name that the file does not know is in no row of it.
    const known = taken.filter((name) => this.#fields.find(name) !== undefined);
    const newer = { ...takingAway(known), ...unpack(packed, this.#fields) };
    const whole = pack(older ? this.#layered(unpack(older, this.#fields), newer) : newer, this.#fields);
    if (whole.length > 0) this.#sql.put.run(time, meter, whole);
  }

  /** Whether its span is in a chunk, perhaps without it. */
  #isInChunk({ time, meter }: HotRow, newest: number): boolean {
    const start = Math.floor(time / this.#spanMs) * this.#spanMs;
    return start <= newest && this.#sql.chunkAt.get(meter, start) !== undefined;
  }

  /** One meter's rows of [from, to) in order of time. */
  async read(meter: string, from: number, to: number, wanted?: ReadonlySet<string>): Promise<Row[]> {
    const id = this.#meters.find(meter);
    if (id === undefined) return [];
    // Hot before chunks: a row that moves meanwhile is then seen at least once.
    const hot = await this.#readHot(id, from, to, wanted);
    const rows: Omit<Row, 'meter'>[] = [];
    for (const { start } of this.#sql.chunksOf.all(id, from - this.#spanMs, to)) {
      await pause();
      for (const row of this.#chunk(id, start, wanted)) {
        if (row.time < from || row.time >= to) continue;
        const newer = hot.get(row.time);
        if (newer) hot.set(row.time, this.#layered(row.fields, newer));
        else rows.push(row);
      }
    }
    for (const [time, fields] of hot) rows.push({ time, fields: withoutTaken(fields) });
    rows.sort((a, b) => a.time - b.time);
    return rows.map(({ time, fields }) => ({ meter, time, fields })).filter(hasFields);
  }

  async #readHot(meter: number, from: number, to: number, wanted?: ReadonlySet<string>) {
    const rows = new Map<number, Fields>();
    let start: number | undefined = from;
    while (start !== undefined && start < to) {
      // The key is (time, meter): a scan passes all meters, so it goes a bounded number of rows at a time.
      const next: number | undefined = this.#sql.timeAfter.get(start, to, SCAN_STEP)?.time;
      const end: number = next === undefined ? to : Math.max(next, start + 1);
      for (const { time, packed } of this.#sql.hotOf.all(start, end, meter)) {
        rows.set(time, unpack(packed, this.#fields, wanted));
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
    const older = new Map(this.#chunk(meter, start).map(({ time, fields }) => [time, fields]));
    const merged: PackedRow[] = [];
    for (const { time, packed } of rows) {
      const fields = older.get(time);
      older.delete(time);
      const whole = fields ? pack(this.#layered(fields, unpack(packed, this.#fields)), this.#fields) : packed;
      if (!isBlank(whole)) merged.push({ time, packed: whole });
    }
    for (const [time, fields] of older) merged.push({ time, packed: pack(fields, this.#fields) });
    merged.sort((a, b) => a.time - b.time);
    this.#sql.putChunk.run(meter, start, encodeChunk(merged));
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

export interface TableOptions {
  /** What one chunk spans, in ms. */
  readonly spanMs: number;
  readonly meters: Names;
  readonly fields: Names;
  /** What becomes of a row that is written again. */
  readonly layered: Layering;
}

/** The table of one series in an open file that has it. */
export function openTieredTable(db: Connection, series: Series, options: TableOptions): TieredTable {
  return new TieredTable(db, tierStatements(db, series), options);
}
