import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { messageOf } from '../lib/errors.ts';

/** The folder of a daemon's own files, held by this process alone. */
export interface DataDir {
  path(name: string): string;
  close(): void;
}

/**
 * Creates the folder (for its owner only) and locks it. The lock is SQLite's on `lock.db`, which the system releases
 * with the process however it ends. Throws when another process holds it.
 */
export function openDataDir(dir: string): DataDir {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const lock = lockedFile(dir);
  return { path: (name) => join(dir, name), close: () => lock.close() };
}

function lockedFile(dir: string): Database.Database {
  let lock: Database.Database | undefined;
  try {
    lock = new Database(join(dir, 'lock.db'), { timeout: 0 });
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock?.close();
    const busy = error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
    const message = busy ? `another pq-butler is running on ${dir}` : `${dir} cannot be locked: ${messageOf(error)}`;
    throw new Error(message, { cause: error });
  }
}
