import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, vi } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import type { Delivery, Notifier } from '../../src/notify/notifier.ts';
import { Outbox, type OutboxParts } from '../../src/notify/outbox.ts';
import { SqliteStateStore } from '../../src/store/state.ts';
import type { OutgoingMessage } from '../../src/store/state-store.ts';
import { keepingLog } from '../store/keeping-log.ts';
import { temporaryFolder } from '../store/temporary-folder.ts';
import { message } from './mail-server.ts';

/** 2026-03-01 12:00 UTC. */
export const NOON = Date.UTC(2026, 2, 1, 12);
export const DELIVERED: Delivery = { outcome: 'delivered' };
export const BUSY: Delivery = { outcome: 'failed', isWorthRetrying: true, reason: 'busy' };
export const NO_SUCH: Delivery = { outcome: 'failed', isWorthRetrying: false, reason: 'no such mailbox' };

/** A way to reach people whose other side is the test. */
export class ScriptedNotifier implements Notifier {
  readonly attempts: { readonly id: string; readonly at: number }[] = [];
  readonly #answer: (id: string, signal: AbortSignal | undefined) => Delivery | Promise<Delivery>;

  constructor(answer: (id: string, signal: AbortSignal | undefined) => Delivery | Promise<Delivery>) {
    this.#answer = answer;
  }

  async deliver({ id }: OutgoingMessage, signal?: AbortSignal): Promise<Delivery> {
    this.attempts.push({ id, at: Date.now() });
    return this.#answer(id, signal);
  }

  get ids(): readonly string[] {
    return this.attempts.map(({ id }) => id);
  }
}

let file: string;
/** The real store of the test that runs, and what was logged in it. */
export let state: SqliteStateStore;
export let log: ReturnType<typeof keepingLog>;
const unhandled: unknown[] = [];
const keepUnhandled = (reason: unknown) => unhandled.push(reason);

/** Opens the store, as a start does; a test that stopped it calls this again. */
export function openState(): SqliteStateStore {
  const opened = new SqliteStateStore({ file });
  opened.start();
  onTestFinished(() => opened.stop());
  state = opened;
  return opened;
}

export function queue(...ids: readonly string[]): void {
  state.save({ alerts: [], messages: ids.map((id) => message(id, { createdAt: Date.now() })) });
}

export function startOutbox(notifier: Notifier, parts: Partial<OutboxParts> = {}): Outbox {
  const outbox = new Outbox({ state, notifier, clock: systemClock, log, ...parts });
  outbox.start();
  onTestFinished(() => outbox.stop());
  return outbox;
}

/** Everything that can happen now has happened. */
export const settled = () => vi.advanceTimersByTimeAsync(0);

/** A fresh store and log for each test, which fails when anything was rejected that nobody handled. */
export function useOutboxBench(): void {
  beforeEach(() => {
    file = join(temporaryFolder(), 'state.db');
    openState();
    log = keepingLog();
    unhandled.length = 0;
    process.on('unhandledRejection', keepUnhandled);
  });
  afterEach(() => {
    process.off('unhandledRejection', keepUnhandled);
    expect(unhandled).toEqual([]);
  });
}

/** The time of the process is the test's from NOON on. */
export function useFakeTime(): void {
  beforeEach(() => {
    vi.useFakeTimers({ now: NOON });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
}
