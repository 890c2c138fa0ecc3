import type { Alert } from '../domain/alert.ts';
import type { QualityDay } from '../domain/data-quality.ts';
import type { LogCursor, MeterEvent } from '../domain/meter-event.ts';
import {
  eventRow,
  eventsIn,
  type HistoryStatements,
  historyStatements,
  qualityDay,
  qualityRow,
} from './history-tables.ts';
import { type Connection, openSqlite } from './sqlite.ts';
import type { OutgoingMessage, StateStore, StoredMessage } from './state-store.ts';
import { STATE_MIGRATIONS, type StateStatements, stateStatements, storedMessage } from './state-tables.ts';

export interface SqliteStateStoreOptions {
  readonly file: string;
  /** How long resolved alerts and finished messages are kept; 400 days unless told. */
  readonly keepMs?: number;
  /** How long events of meters and the counts of data quality are kept; three years unless told. */
  readonly keepHistoryMs?: number;
}

const DAY = 86_400_000;
const KEEP = 400 * DAY;
const KEEP_HISTORY = (3 * 365 + 1) * DAY;

interface Opened {
  readonly db: Connection;
  readonly sql: StateStatements;
  readonly history: HistoryStatements;
}

/** Alerts, outgoing mail, events of meters, counts of data quality and small facts in one SQLite file of their own. */
export class SqliteStateStore implements StateStore {
  readonly #options: SqliteStateStoreOptions;
  #opened: Opened | undefined;

  constructor(options: SqliteStateStoreOptions) {
    this.#options = options;
  }

  start(): void {
    const db = openSqlite(this.#options.file, STATE_MIGRATIONS);
    this.#opened = { db, sql: stateStatements(db), history: historyStatements(db) };
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

  saveEvents(events: readonly MeterEvent[], cursor?: LogCursor): readonly MeterEvent[] {
    const { db, history } = this.#open();
    return db.transaction(() => {
      if (cursor) history.putCursor.run(cursor.meter, cursor.log, cursor.position);
      return events.filter((event) => history.addEvent.run(eventRow(event)).changes > 0);
    })();
  }

  cursor(meter: string, log: string): string | undefined {
    return this.#open().history.cursor.get(meter, log)?.position;
  }

  eventsBetween(from: number, to: number): readonly MeterEvent[] {
    return eventsIn(this.#open().history.eventsBetween.all(from, to));
  }

  recentEvents(limit: number): readonly MeterEvent[] {
    return eventsIn(this.#open().history.recentEvents.all(limit));
  }

  saveQuality(days: readonly QualityDay[]): void {
    const { db, history } = this.#open();
    db.transaction(() => {
      for (const day of days) history.putQuality.run(qualityRow(day));
    })();
  }

  qualityDays(day: string): readonly QualityDay[] {
    return this.#open().history.qualityDays.all(day).map(qualityDay);
  }

  /** Removes what is older than what is kept: alerts and messages that are over, events, counts of data quality. */
  maintain(now: number): void {
    const { db, sql, history } = this.#open();
    const before = now - (this.#options.keepMs ?? KEEP);
    const historyBefore = now - (this.#options.keepHistoryMs ?? KEEP_HISTORY);
    db.transaction(() => {
      sql.pruneAlerts.run(before);
      sql.pruneMessages.run(before);
      history.pruneEvents.run(historyBefore);
      history.pruneQuality.run(new Date(historyBefore).toISOString().slice(0, DATE_LENGTH));
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

const DATE_LENGTH = 'yyyy-MM-dd'.length;

function alertsIn(rows: readonly { body: string }[]): Alert[] {
  return rows.map(({ body }) => JSON.parse(body));
}
