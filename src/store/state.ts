import type { Alert } from '../domain/alert.ts';
import { type Connection, openSqlite } from './sqlite.ts';
import type { OutgoingMessage, StateStore, StoredMessage } from './state-store.ts';
import { STATE_MIGRATIONS, type StateStatements, stateStatements, storedMessage } from './state-tables.ts';

export interface SqliteStateStoreOptions {
  readonly file: string;
  /** How long resolved alerts and finished messages are kept; 400 days unless told. */
  readonly keepMs?: number;
}

const KEEP = 400 * 86_400_000;

interface Opened {
  readonly db: Connection;
  readonly sql: StateStatements;
}

/** Alerts, outgoing mail and small facts in one SQLite file of their own. */
export class SqliteStateStore implements StateStore {
  readonly #options: SqliteStateStoreOptions;
  #opened: Opened | undefined;

  constructor(options: SqliteStateStoreOptions) {
    this.#options = options;
  }

  start(): void {
    const db = openSqlite(this.#options.file, STATE_MIGRATIONS);
    this.#opened = { db, sql: stateStatements(db) };
  }

  stop(): void {
    this.#opened?.db.close();
    this.#opened = undefined;
  }

  save(change: { alerts: readonly Alert[]; forget?: readonly string[]; messages?: readonly OutgoingMessage[] }): void {
    const { db, sql } = this.#open();
    db.transaction(() => {
      for (const alert of change.alerts) {
        const { id, state, since, firedAt = null, resolvedAt = null } = alert;
        sql.putAlert.run({ id, state, since, firedAt, resolvedAt, body: JSON.stringify(alert) });
      }
      for (const id of change.forget ?? []) sql.forgetAlert.run(id);
      for (const message of change.messages ?? []) {
        sql.addMessage.run({ ...message, references: message.references ?? null, alertId: message.alertId ?? null });
      }
    })();
  }

  openAlerts(): readonly Alert[] {
    return alertsIn(this.#open().sql.openAlerts.all());
  }

  alertsBetween(from: number, to: number): readonly Alert[] {
    return alertsIn(this.#open().sql.alertsBetween.all(to, from));
  }

  recentAlerts(limit: number): readonly Alert[] {
    return alertsIn(this.#open().sql.recentAlerts.all(limit));
  }

  dueMessages(now: number, limit: number): readonly StoredMessage[] {
    return this.#open().sql.dueMessages.all(now, limit).map(storedMessage);
  }

  nextDue(): number | undefined {
    return this.#open().sql.nextDue.get()?.due;
  }

  markSent(id: string, at: number): void {
    this.#mustChange(id, this.#open().sql.markSent.run(at, id).changes);
  }

  markFailed(id: string, error: string, retryAt: number | undefined): void {
    const { sql } = this.#open();
    const { changes } = retryAt === undefined ? sql.giveUp.run(error, id) : sql.retry.run(error, retryAt, id);
    this.#mustChange(id, changes);
  }

  recentMessages(limit: number): readonly StoredMessage[] {
    return this.#open().sql.recentMessages.all(limit).map(storedMessage);
  }

  message(id: string): StoredMessage | undefined {
    const row = this.#open().sql.message.get(id);
    return row && storedMessage(row);
  }

  note(key: string, value: string): void {
    this.#open().sql.note.run(key, value);
  }

  noted(key: string): string | undefined {
    return this.#open().sql.noted.get(key)?.value;
  }

  /** Removes resolved alerts and finished messages that are older than what is kept. */
  maintain(now: number): void {
    const { db, sql } = this.#open();
    const before = now - (this.#options.keepMs ?? KEEP);
    db.transaction(() => {
      sql.pruneAlerts.run(before);
      sql.pruneMessages.run(before);
    })();
  }

  #mustChange(id: string, changes: number): void {
    if (changes === 0) throw new Error(`${this.#options.file}: no queued message ${id}`);
  }

  #open(): Opened {
    if (!this.#opened) throw new Error(`${this.#options.file} is not open`);
    return this.#opened;
  }
}

function alertsIn(rows: readonly { body: string }[]): Alert[] {
  return rows.map(({ body }) => JSON.parse(body));
}
