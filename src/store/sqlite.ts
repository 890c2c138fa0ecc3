import Database from 'better-sqlite3';
import { messageOf } from '../lib/errors.ts';

export type Connection = Database.Database;

/**
 * Opens or creates an SQLite file in WAL mode. `migrations` brings a file from version n to n + 1 by its n-th text;
 * the number that were applied stands in `user_version`. A file that knows more versions than we do is refused.
 */
export function openSqlite(file: string, migrations: readonly string[]): Connection {
  let db: Connection | undefined;
  try {
    db = new Database(file);
    migrate(db, migrations);
    return db;
  } catch (error) {
    db?.close();
    // SQLite's own texts ('file is not a database') do not say which.
    throw new Error(`${file}: ${messageOf(error)}`, { cause: error });
  }
}

function migrate(db: Connection, migrations: readonly string[]): void {
  const version = Number(db.pragma('user_version', { simple: true }));
  if (version > migrations.length) {
    throw new Error(
      `it was written by a newer pq-butler (format ${version}; this one knows up to ${migrations.length})`,
    );
  }
  db.pragma('journal_mode = WAL');
  // FULL: a commit is on the disk when it returns, also after a power cut. One commit holds all that came together,
  // and one costs about 0.25 ms more than with NORMAL, so at a few commits a second safety is nearly free.
  db.pragma('synchronous = FULL');
  db.pragma('journal_size_limit = 67108864');
  if (version === migrations.length) return;
  db.transaction(() => {
    for (const step of migrations.slice(version)) db.exec(step);
    db.pragma(`user_version = ${migrations.length}`);
  })();
}
