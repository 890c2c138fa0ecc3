import type { Alert } from '../domain/alert.ts';
import type { QualityDay } from '../domain/data-quality.ts';
import type { LogCursor, MeterEvent } from '../domain/meter-event.ts';

/** A mail to one person. It is made once, kept on disk, and sent under one Message-ID however often it is tried. */
export interface OutgoingMessage {
  /** Message-ID local part, fixed for ever. */
  readonly id: string;
  /** Unique: a second insert with the same key is ignored. */
  readonly dedupeKey: string;
  /** Person id. */
  readonly recipient: string;
  /** Address. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** The id of the mail that this one answers. */
  readonly references?: string;
  readonly alertId?: string;
  readonly createdAt: number;
}

export type MessageState = 'queued' | 'sent' | 'given up';

export interface StoredMessage extends OutgoingMessage {
  readonly state: MessageState;
  readonly attempts: number;
  readonly nextAttemptAt: number;
  readonly sentAt?: number;
  readonly lastError?: string;
}

/**
 * Where alerts, outgoing mail, the meters' own events and the counts of data quality live across restarts. Whatever
 * changed is on disk when the call returns.
 */
export interface StateStore {
  start(): void;
  stop(): void;
  /**
   * Alerts changed and the messages born from it, in one transaction. Pending alerts that came to nothing are removed
   * by `forget` (their ids).
   */
  save(change: { alerts: readonly Alert[]; forget?: readonly string[]; messages?: readonly OutgoingMessage[] }): void;
  /** Pending and firing. */
  openAlerts(): readonly Alert[];
  /** Fired alerts, firing or resolved, whose [since, resolvedAt or for ever) touches [from, to). Oldest first. */
  alertsBetween(from: number, to: number): readonly Alert[];
  /** The alerts that fired last, newest first; pending ones are not among them. */
  recentAlerts(limit: number): readonly Alert[];
  /** Queued messages whose next attempt is due at `now`, oldest first. */
  dueMessages(now: number, limit: number): readonly StoredMessage[];
  /** When the next queued message is due; undefined when nothing is queued. */
  nextDue(): number | undefined;
  markSent(id: string, at: number): void;
  /** A failed attempt; it is made again at `retryAt`, or never (undefined: given up). */
  markFailed(id: string, error: string, retryAt: number | undefined): void;
  /** Newest first, whatever their state. */
  recentMessages(limit: number): readonly StoredMessage[];
  message(id: string): StoredMessage | undefined;
  /** Small facts by key, such as the day of the last summary. */
  note(key: string, value: string): void;
  noted(key: string): string | undefined;
  /**
   * Events of meters and how far their log is read now, in one transaction. An event whose meter and key are known is
   * ignored. Returns the new ones in the order given.
   */
  saveEvents(events: readonly MeterEvent[], cursor?: LogCursor): readonly MeterEvent[];
  /** The position that was saved last; undefined when this log was never read. */
  cursor(meter: string, log: string): string | undefined;
  /** Events that began in [from, to), oldest first. */
  eventsBetween(from: number, to: number): readonly MeterEvent[];
  /** The events that began last, newest first. */
  recentEvents(limit: number): readonly MeterEvent[];
  /** Replaces what was saved of the same meter and day. */
  saveQuality(days: readonly QualityDay[]): void;
  /** Every meter's counts of a day, 'YYYY-MM-DD', by meter id. */
  qualityDays(day: string): readonly QualityDay[];
}
