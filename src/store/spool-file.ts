import { type Names, namesTable, openNames } from './names.ts';
import { pack, unpack } from './packing.ts';
import type { Row, Series } from './rows.ts';
import { type Connection, openSqlite } from './sqlite.ts';

/** A row that waits, with its place in the queue. */
export interface Waiting extends Row {
  readonly seq: number;
  readonly series: Series;
}

/** Rows of one series. */
export interface Batch {
  readonly series: Series;
  readonly rows: readonly Row[];
}

const MIGRATIONS = [
  `${namesTable('meters')}
   ${namesTable('fields')}
   CREATE TABLE waiting (
     seq INTEGER PRIMARY KEY AUTOINCREMENT, series TEXT NOT NULL, meter INTEGER NOT NULL, time REAL NOT NULL,
     packed BLOB NOT NULL
   ) STRICT;
   CREATE INDEX waiting_by_meter ON waiting (meter, series, time);
   CREATE TABLE quarantine (
     id INTEGER PRIMARY KEY, series TEXT NOT NULL, meter TEXT NOT NULL, time REAL NOT NULL, fields TEXT NOT NULL,
     reason TEXT NOT NULL
   ) STRICT;`,
];

/** As many refused points are kept for a look; older ones make room. */
const QUARANTINE_ROWS = 10_000;

/** The queue on disk of rows that the database does not have yet, first in first out. */
export class SpoolFile {
  readonly #db: Connection;
  readonly #meters: Names;
  readonly #fields: Names;
  readonly #sql: Statements;
  #count: number;

  constructor(db: Connection, meters: Names, fields: Names, sql: Statements, count: number) {
    this.#db = db;
    this.#meters = meters;
    this.#fields = fields;
    this.#sql = sql;
    this.#count = count;
  }

  get count(): number {
    return this.#count;
  }

  /** The time of the row that waits longest. */
  oldest(): number | undefined {
    return this.#sql.oldest.get()?.time;
  }

  /** On disk, in one transaction, when it returns. */
  append(batches: readonly Batch[]): void {
    const packed = batches.flatMap(({ series, rows }) =>
      rows.map(({ meter, time, fields }) => ({
        series,
        meter: this.#meters.idOf(meter),
        time,
        packed: pack(fields, this.#fields),
      })),
    );
    this.#db.transaction(() => {
      for (const row of packed) this.#sql.append.run(row.series, row.meter, row.time, row.packed);
    })();
    this.#count += packed.length;
  }

  head(limit: number): Waiting[] {
    return this.#sql.head.all(limit).map(({ seq, series, meter, time, packed }) => ({
      seq,
      series,
      meter: this.#meters.nameOf(meter),
      time,
      fields: unpack(packed, this.#fields),
    }));
  }

  /** Rows of one meter in order of time, the latest written last among equal times. */
  rows(series: Series, meter: string, from: number, to: number): Row[] {
    const id = this.#meters.find(meter);
    if (id === undefined || this.#count === 0) return [];
    const found = this.#sql.ofMeter.all(id, series, from, to);
    return found.map(({ time, packed }) => ({ meter, time, fields: unpack(packed, this.#fields) }));
  }

  remove(first: number, last: number): void {
    this.#count -= this.#sql.remove.run(first, last).changes;
  }

  /** Gives up the rows that wait longest; returns how many. */
  dropOldest(rows: number): number {
    const { changes } = this.#sql.dropOldest.run(rows);
    this.#count -= changes;
    return changes;
  }

  /** Puts a row that the database will never take aside, where a person can look at it. */
  quarantine(series: Series, { meter, time, fields }: Row, reason: string): void {
    this.#db.transaction(() => {
      const { lastInsertRowid } = this.#sql.quarantine.run(series, meter, time, JSON.stringify(fields), reason);
      this.#sql.trimQuarantine.run(Number(lastInsertRowid) - QUARANTINE_ROWS);
    })();
  }

  quarantined(): readonly Quarantined[] {
    return this.#sql.quarantined.all().map(({ fields, ...row }) => ({ ...row, fields: JSON.parse(fields) }));
  }

  close(): void {
    this.#db.close();
  }
}

export interface Quarantined extends Row {
  readonly series: Series;
  readonly reason: string;
}

export function openSpoolFile(file: string): SpoolFile {
  const db = openSqlite(file, MIGRATIONS);
  const { waiting } = db.prepare<[], { waiting: number }>('SELECT COUNT(*) AS waiting FROM waiting').get() ?? {
    waiting: 0,
  };
  return new SpoolFile(db, openNames(db, 'meters'), openNames(db, 'fields'), statementsFor(db), waiting);
}

type Statements = ReturnType<typeof statementsFor>;

interface StoredRow {
  readonly seq: number;
  readonly series: Series;
  readonly meter: number;
  readonly time: number;
  readonly packed: Buffer;
}

function statementsFor(db: Connection) {
  return {
    append: db.prepare<[Series, number, number, Buffer]>(
      'INSERT INTO waiting (series, meter, time, packed) VALUES (?, ?, ?, ?)',
    ),
    head: db.prepare<[number], StoredRow>('SELECT * FROM waiting ORDER BY seq LIMIT ?'),
    oldest: db.prepare<[], { time: number }>('SELECT time FROM waiting ORDER BY seq LIMIT 1'),
    ofMeter: db.prepare<[number, Series, number, number], StoredRow>(
      'SELECT * FROM waiting WHERE meter = ? AND series = ? AND time >= ? AND time < ? ORDER BY time, seq',
    ),
    remove: db.prepare<[number, number]>('DELETE FROM waiting WHERE seq BETWEEN ? AND ?'),
    dropOldest: db.prepare<[number]>('DELETE FROM waiting WHERE seq IN (SELECT seq FROM waiting ORDER BY seq LIMIT ?)'),
    quarantine: db.prepare<[Series, string, number, string, string]>(
      'INSERT INTO quarantine (series, meter, time, fields, reason) VALUES (?, ?, ?, ?, ?)',
    ),
    trimQuarantine: db.prepare<[number]>('DELETE FROM quarantine WHERE id <= ?'),
    quarantined: db.prepare<[], { series: Series; meter: string; time: number; fields: string; reason: string }>(
      'SELECT series, meter, time, fields, reason FROM quarantine ORDER BY id',
    ),
  };
}
