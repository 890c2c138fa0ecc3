import type { PackedRow } from './chunk.ts';
import type { Series } from './rows.ts';
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

/** A row of the hot table. */
export interface HotRow extends PackedRow {
  readonly meter: number;
}

export type TierStatements = ReturnType<typeof tierStatements>;

/** What is asked of the tables of one series. */
export function tierStatements(db: Connection, series: Series) {
  const hot = `hot_${series}`;
  const chunk = `chunk_${series}`;
  return {
    add: db.prepare<[number, number, Buffer]>(
      `INSERT INTO ${hot} (time, meter, packed) VALUES (?, ?, ?) ON CONFLICT (time, meter) DO NOTHING`,
    ),
    put: db.prepare<[number, number, Buffer]>(`INSERT OR REPLACE INTO ${hot} (time, meter, packed) VALUES (?, ?, ?)`),
    packedAt: db.prepare<[number, number], { packed: Buffer }>(
      `SELECT packed FROM ${hot} WHERE time = ? AND meter = ?`,
    ),
    chunkAt: db.prepare<[number, number], { start: number }>(
      `SELECT start FROM ${chunk} WHERE meter = ? AND start = ?`,
    ),
    newestChunk: db.prepare<[], { start: number }>(`SELECT start FROM ${chunk} ORDER BY start DESC LIMIT 1`),
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
