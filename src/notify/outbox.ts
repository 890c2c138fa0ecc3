import type { Clock } from '../lib/clock.ts';
import { messageOf as textOf } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import type { StateStore, StoredMessage } from '../store/state-store.ts';
import type { Delivery, Notifier } from './notifier.ts';

export interface OutboxParts {
  readonly state: Pick<StateStore, 'dueMessages' | 'nextDue' | 'markSent' | 'markFailed'>;
  readonly notifier: Notifier;
  readonly clock: Clock;
  readonly log: Log;
}

const FIRST_RETRY = 5_000;
const LONGEST_RETRY = 15 * 60_000;
/** A message that nobody took within this time is given up, loudly. */
const GIVE_UP_AFTER = 24 * 3_600_000;
const BATCH = 20;
/** The loop looks again at least so often; setTimeout could not wait much longer than three weeks. */
const LONGEST_SLEEP = 60 * 60_000;
/** Keeps a failing disk from turning the loop into a spin. */
const SHORTEST_SLEEP = 1_000;
const LONGEST_SLEEP_IN_TROUBLE = 60_000;
/** After so many tries of one mail, some two and a half minutes, a person must look at the mail server. */
const TRIES_UNTIL_ALARM = 5;
/** How long a mail that is on its way may hold up the stop. */
const PATIENCE_AT_STOP = 1_000;

/**
 * Sends what waits in the outbox, one message after the other, until each is delivered or given up. What was sent is
 * recorded after the server took it: a crash in between sends that one message again, under the same Message-ID.
 */
export class Outbox {
  readonly #parts: OutboxParts;
  readonly #abort = new AbortController();
  /** How to record attempts that the state store refused to record. They are not made again meanwhile. */
  readonly #unrecorded = new Map<string, () => void>();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #isStopping = false;
  #wasWoken = false;
  #failuresInARow = 0;
  #isAlarmed = false;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
  }

  start(): void {
    this.wake();
  }

  /** Ends after the message that is being sent, or without it when that takes too long; the others stay on disk. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#timer);
    const patience = setTimeout(() => this.#abort.abort(), PATIENCE_AT_STOP);
    await this.#running;
    clearTimeout(patience);
  }

  /** Looks for due messages now, or once more when it is just looking. */
  wake(): void {
    this.#wasWoken = true;
    if (this.#running || this.#isStopping) return;
    clearTimeout(this.#timer);
    this.#running = this.#work();
  }

  async #work(): Promise<void> {
    while (this.#wasWoken && !this.#isStopping) {
      this.#wasWoken = false;
      try {
        await this.#sendDue();
        this.#failuresInARow = 0;
      } catch (error) {
        this.#failuresInARow += 1;
        this.#parts.log.error({ err: error }, 'The outbox cannot be read: nobody is told until it can');
      }
    }
    this.#running = undefined;
    if (!this.#isStopping) this.#timer = setTimeout(() => this.wake(), this.#untilNext());
  }

  async #sendDue(): Promise<void> {
    const { state, clock } = this.#parts;
    for (const [id, record] of this.#unrecorded) this.#record(id, record);
    for (;;) {
      const queued = state.dueMessages(clock.now(), BATCH + this.#unrecorded.size);
      const due = queued.filter((message) => !this.#unrecorded.has(message.id));
      if (due.length === 0) return;
      for (const message of due) {
        if (this.#isStopping) return;
        await this.#send(message);
      }
    }
  }

  async #send(message: StoredMessage): Promise<void> {
    const { state, clock, log } = this.#parts;
    const fields = { to: message.to, subject: message.subject };
    const delivery = await this.#deliver(message);
    const now = clock.now();
    if (delivery.outcome === 'delivered') {
      this.#record(message.id, () => state.markSent(message.id, now));
      log.info(fields, 'Mail sent');
      this.#isAlarmed = false;
      return;
    }
    // An attempt that the stop cut off says nothing of the mail: the next start makes it at once.
    if (this.#abort.signal.aborted) return;
    const { reason, isWorthRetrying } = delivery;
    const isTooOld = now - message.createdAt > GIVE_UP_AFTER;
    const retryAt = isWorthRetrying && !isTooOld ? now + retryDelay(message.attempts) : undefined;
    this.#record(message.id, () => state.markFailed(message.id, reason, retryAt));
    const attempts = message.attempts + 1;
    if (retryAt === undefined) {
      log.error({ ...fields, reason }, 'Mail given up: nobody was told');
    } else if (attempts >= TRIES_UNTIL_ALARM && !this.#isAlarmed) {
      this.#isAlarmed = true;
      log.error({ ...fields, reason, attempts }, 'A mail does not get out: whom it is for is not told yet');
    } else if (message.lastError !== reason) {
      log.warn({ ...fields, reason }, 'Mail not sent yet');
    }
  }

  async #deliver(message: StoredMessage): Promise<Delivery> {
    try {
      return await this.#parts.notifier.deliver(message, this.#abort.signal);
    } catch (error) {
      return { outcome: 'failed', isWorthRetrying: true, reason: textOf(error) };
    }
  }

  #record(id: string, record: () => void): void {
    try {
      record();
      this.#unrecorded.delete(id);
    } catch (error) {
      const isNews = !this.#unrecorded.has(id);
      this.#unrecorded.set(id, record);
      if (isNews) {
        this.#parts.log.error(
          { err: error, message: id },
          'What became of a mail is not on disk: a crash now sends it again',
        );
      }
    }
  }

  #untilNext(): number {
    const trouble = Math.min(LONGEST_SLEEP_IN_TROUBLE, SHORTEST_SLEEP * 2 ** this.#failuresInARow);
    if (this.#failuresInARow > 0) return trouble;
    const { state, clock } = this.#parts;
    try {
      const next = state.nextDue();
      if (next === undefined) return LONGEST_SLEEP;
      return Math.min(LONGEST_SLEEP, Math.max(SHORTEST_SLEEP, next - clock.now()));
    } catch (error) {
      this.#parts.log.warn({ err: error }, 'The outbox could not be asked for its next message');
      return SHORTEST_SLEEP;
    }
  }
}

/** 5 s doubling to 15 min, with up to a quarter of jitter so that many messages do not come back at once. */
export function retryDelay(attempts: number, random: () => number = Math.random): number {
  const delay = Math.min(LONGEST_RETRY, FIRST_RETRY * 2 ** attempts);
  return Math.round(delay * (1 + random() / 4));
}
