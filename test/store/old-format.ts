import Database from 'better-sqlite3';

/** Files as the first release wrote them (format 1): their schema, and a few rows byte for byte. */
const READINGS = `
  CREATE TABLE meters (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE fields (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
  ${['reading', 'window_1m', 'window_10m'].map(seriesTables).join('\n')}
  INSERT INTO meters VALUES (1, 'm1');
  INSERT INTO fields VALUES (1, 'voltage_l1_n'), (2, 'frequency'), (3, 'current_l1'), (4, 'count'), (5, 'expected'),
    (6, 'voltage_l1_n_min'), (7, 'voltage_l1_n_max'), (8, 'voltage_l1_n_count');
  INSERT INTO hot_reading VALUES (1772326800000, 1, X'03000000000000002940');
  INSERT INTO chunk_reading VALUES (1, 1, 1772323200000, X'016362008106867fb6b272d9d9a74e55563a393132189f353e038187f7e4e438383031d83270315c6758cc50c0f097c1e387433d00');
  INSERT INTO hot_window_1m VALUES (1772323200000, 1, X'0400000000000000004005000000000000004e4001000000000000c06c400600cdccccccccbc6c4007003333333333c36c4008000000000000000040');`;

function seriesTables(series: string): string {
  return `
    CREATE TABLE hot_${series} (
      time REAL NOT NULL, meter INTEGER NOT NULL, packed BLOB NOT NULL, PRIMARY KEY (time, meter)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE chunk_${series} (
      id INTEGER PRIMARY KEY, meter INTEGER NOT NULL, start REAL NOT NULL, body BLOB NOT NULL, UNIQUE (meter, start)
    ) STRICT;
    CREATE INDEX chunk_${series}_age ON chunk_${series} (start);`;
}

const STATE = `
  CREATE TABLE alerts (
    id TEXT PRIMARY KEY, state TEXT NOT NULL, since REAL NOT NULL, fired_at REAL, resolved_at REAL, body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX alerts_state ON alerts (state);
  CREATE INDEX alerts_fired ON alerts (fired_at);
  CREATE TABLE messages (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, dedupe_key TEXT NOT NULL UNIQUE, recipient TEXT NOT NULL,
    address TEXT NOT NULL, subject TEXT NOT NULL, text TEXT NOT NULL, html TEXT NOT NULL, answers TEXT, alert_id TEXT,
    created_at REAL NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL, next_attempt_at REAL NOT NULL,
    sent_at REAL, last_error TEXT
  ) STRICT;
  CREATE INDEX messages_due ON messages (state, next_attempt_at);
  CREATE TABLE notes (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  INSERT INTO alerts VALUES ('a1', 'firing', 1000, 2000, NULL, '{"id":"a1","rule":"voltage_dip","state":"firing"}');
  INSERT INTO messages VALUES (1, 'm1', 'key m1', 'li', 'li@grid.example', '电压暂降', 'text', '<p>text</p>', NULL, NULL,
    2000, 'queued', 0, 2000, NULL, NULL);
  INSERT INTO notes VALUES ('last summary', '2026-03-01');`;

/**
 * Of meter m1: 230.1 V and 49.98 Hz at 2026-03-01T00:00:01Z and 229.9 V a second later, in a chunk; 12.5 A at 01:00; and
 * the minute window of the two voltages.
 */
export function writeOldReadings(file: string): void {
  write(file, READINGS);
}

/** The firing alert a1, the queued message m1, and one note. */
export function writeOldState(file: string): void {
  write(file, STATE);
}

function write(file: string, sql: string): void {
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.exec(sql);
  db.pragma('user_version = 1');
  db.close();
}
