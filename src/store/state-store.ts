import type { Alert } from '../domain/alert.ts';

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

/** Where alerts and outgoing mail live across restarts. Whatever changed is on disk when the call returns. */
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
}
