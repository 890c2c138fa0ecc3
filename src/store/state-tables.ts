import { HISTORY_TABLES } from './history-tables.ts';
import type { Connection } from './sqlite.ts';
import type { MessageState, OutgoingMessage, StoredMessage } from './state-store.ts';

/** Alerts are kept whole as JSON; the columns beside it are what is searched for. */
export const STATE_MIGRATIONS = [
  `CREATE TABLE alerts (
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
   CREATE TABLE notes (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;`,
  HISTORY_TABLES,
];

interface MessageRow {
  readonly id: string;
  readonly dedupe_key: string;
  readonly recipient: string;
  readonly address: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly answers: string | null;
  readonly alert_id: string | null;
  readonly created_at: number;
  readonly state: MessageState;
  readonly attempts: number;
  readonly next_attempt_at: number;
  readonly sent_at: number | null;
  readonly last_error: string | null;
}

interface AlertRow {
  readonly id: string;
  readonly state: string;
  readonly since: number;
  readonly firedAt: number | null;
  readonly resolvedAt: number | null;
  readonly body: string;
}

type NewMessage = Omit<OutgoingMessage, 'references' | 'alertId'> & {
  readonly references: string | null;
  readonly alertId: string | null;
};

export function storedMessage(row: MessageRow): StoredMessage {
  return {
    id: row.id,
    dedupeKey: row.dedupe_key,
    recipient: row.recipient,
    to: row.address,
    subject: row.subject,
    text: row.text,
    html: row.html,
    ...(row.answers !== null && { references: row.answers }),
    ...(row.alert_id !== null && { alertId: row.alert_id }),
    createdAt: row.created_at,
    state: row.state,
    attempts: row.attempts,
    nextAttemptAt: row.next_attempt_at,
    ...(row.sent_at !== null && { sentAt: row.sent_at }),
    ...(row.last_error !== null && { lastError: row.last_error }),
  };
}

export type StateStatements = ReturnType<typeof stateStatements>;

export function stateStatements(db: Connection) {
  return {
    putAlert: db.prepare<AlertRow>(
      `INSERT INTO alerts (id, state, since, fired_at, resolved_at, body)
       VALUES (@id, @state, @since, @firedAt, @resolvedAt, @body)
       ON CONFLICT (id) DO UPDATE SET state = excluded.state, since = excluded.since, fired_at = excluded.fired_at,
         resolved_at = excluded.resolved_at, body = excluded.body`,
    ),
    forgetAlert: db.prepare<[string]>(`DELETE FROM alerts WHERE id = ? AND state = 'pending'`),
    openAlerts: db.prepare<[], { body: string }>(
      `SELECT body FROM alerts WHERE state IN ('pending', 'firing') ORDER BY since, id`,
    ),
    alertsBetween: db.prepare<[number, number], { body: string }>(
      `SELECT body FROM alerts WHERE state <> 'pending' AND fired_at IS NOT NULL
         AND since < ? AND (resolved_at IS NULL OR resolved_at > ?) ORDER BY since, id`,
    ),
    recentAlerts: db.prepare<[number], { body: string }>(
      `SELECT body FROM alerts WHERE state <> 'pending' AND fired_at IS NOT NULL ORDER BY fired_at DESC, id LIMIT ?`,
    ),
    pruneAlerts: db.prepare<[number]>(`DELETE FROM alerts WHERE state = 'resolved' AND resolved_at < ?`),
    addMessage: db.prepare<NewMessage>(
      `INSERT INTO messages (id, dedupe_key, recipient, address, subject, text, html, answers, alert_id, created_at,
         state, attempts, next_attempt_at)
       VALUES (@id, @dedupeKey, @recipient, @to, @subject, @text, @html, @references, @alertId, @createdAt,
         'queued', 0, @createdAt)
       ON CONFLICT (dedupe_key) DO NOTHING`,
    ),
    dueMessages: db.prepare<[number, number], MessageRow>(
      `SELECT * FROM messages WHERE state = 'queued' AND next_attempt_at <= ? ORDER BY created_at, seq LIMIT ?`,
    ),
    nextDue: db.prepare<[], { due: number }>(
      `SELECT next_attempt_at AS due FROM messages WHERE state = 'queued' ORDER BY next_attempt_at LIMIT 1`,
    ),
    markSent: db.prepare<[number, string]>(
      `UPDATE messages SET state = 'sent', attempts = attempts + 1, sent_at = ?, last_error = NULL
       WHERE id = ? AND state = 'queued'`,
    ),
    retry: db.prepare<[string, number, string]>(
      `UPDATE messages SET attempts = attempts + 1, last_error = ?, next_attempt_at = ? WHERE id = ? AND state = 'queued'`,
    ),
    giveUp: db.prepare<[string, string]>(
      `UPDATE messages SET state = 'given up', attempts = attempts + 1, last_error = ? WHERE id = ? AND state = 'queued'`,
    ),
    recentMessages: db.prepare<[number], MessageRow>(
      'SELECT * FROM messages ORDER BY created_at DESC, seq DESC LIMIT ?',
    ),
    message: db.prepare<[string], MessageRow>('SELECT * FROM messages WHERE id = ?'),
    pruneMessages: db.prepare<[number]>(
      `DELETE FROM messages WHERE state <> 'queued' AND COALESCE(sent_at, created_at) < ?`,
    ),
    note: db.prepare<[string, string]>(
      'INSERT INTO notes (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
    ),
    noted: db.prepare<[string], { value: string }>('SELECT value FROM notes WHERE key = ?'),
  };
}
