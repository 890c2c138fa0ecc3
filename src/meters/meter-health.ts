import type { MeterPlace } from '../domain/fleet.ts';
import { messageOf } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { BadAnswer, ModbusException, NoAnswer, Unreachable } from './modbus/errors.ts';

/** How a meter's acquisition goes. Times are epoch milliseconds UTC; the counts begin with the start of the daemon. */
export interface MeterStatus {
  readonly lastReadingAt?: number;
  readonly answering: boolean;
  /** Why it does not answer; absent while it does. */
  readonly lastError?: string;
  /** Polls made, or messages received. */
  readonly polls: number;
  readonly failed: number;
  /** Polls that were due and not made: the one before was not done, or the meter rests after failures. */
  readonly skipped: number;
  /** Of those, the ones whose predecessor was not done: the line is too slow for the interval. */
  readonly busy: number;
  /** What the meter or its gateway refused last, and when; a block that is refused leaves the rest of a reading good. */
  readonly lastException?: { readonly reason: string; readonly at: number };
  /** The share of the last minute that the meter's line was busy, 0 to 1; only of meters that are polled. */
  readonly busLoad?: number;
}

const FAILURES_UNTIL_SILENT = 3;

/** Keeps count of one meter, and logs once when it stops answering and once when it is back. */
export class MeterHealth {
  readonly #place: MeterPlace;
  readonly #log: Log;
  #status: MeterStatus = { answering: false, polls: 0, failed: 0, skipped: 0, busy: 0 };
  #failuresInARow = 0;
  #warned = false;

  constructor(place: MeterPlace, log: Log) {
    this.#place = place;
    this.#log = log;
  }

  get status(): MeterStatus {
    return this.#status;
  }

  answered(readingTime: number): void {
    const { lastError: _, ...status } = this.#status;
    this.#status = { ...status, lastReadingAt: readingTime, answering: true, polls: status.polls + 1 };
    this.#failuresInARow = 0;
    if (this.#warned) this.#log.info(this.#fields(), 'Meter answers again');
    this.#warned = false;
  }

  /** `isToldElsewhere`: the whole line is down, which is logged once and not for each of its meters. */
  failed(error: unknown, { isToldElsewhere }: { isToldElsewhere: boolean }): void {
    const { polls, failed } = this.#status;
    this.#failuresInARow += 1;
    const answering = this.#status.answering && this.#failuresInARow < FAILURES_UNTIL_SILENT;
    const lastError = messageOf(error);
    this.#status = { ...this.#status, answering, lastError, polls: polls + 1, failed: failed + 1 };
    if (this.#warned || isToldElsewhere || this.#failuresInARow < FAILURES_UNTIL_SILENT) return;
    this.#warned = true;
    this.#log.warn({ ...this.#fields(), reason: lastError }, failureInWords(error));
  }

  skipped(polls: number): void {
    this.#status = { ...this.#status, skipped: this.#status.skipped + polls };
  }

  /** A poll was due while the one before was not done. */
  busy(): void {
    const { busy, skipped } = this.#status;
    this.#status = { ...this.#status, busy: busy + 1, skipped: skipped + 1 };
  }

  /** The meter or its gateway answered with an exception. */
  refused(exception: Error, at: number): void {
    this.#status = { ...this.#status, lastException: { reason: exception.message, at } };
  }

  #fields(): Record<string, string> {
    return { meter: this.#place.meter.id, line: this.#place.line };
  }
}

/** What is wrong with a meter of which nothing could be read. */
function failureInWords(error: unknown): string {
  if (error instanceof BadAnswer) return 'What comes from a meter cannot be understood';
  const isSilence = error instanceof NoAnswer || error instanceof Unreachable;
  const isGateway = error instanceof ModbusException && error.isGateway;
  return isSilence || isGateway ? 'Meter does not answer' : 'Meter gives no readings';
}
