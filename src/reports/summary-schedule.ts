import { type ScheduledTask, schedule } from 'node-cron';
import type { Clock } from '../lib/clock.ts';
import { type LocalDay, localDay, localDayOf } from '../lib/local-day.ts';
import type { Log } from '../lib/log.ts';
import { localClock } from '../lib/wording.ts';
import { messageOf } from '../notify/announcer.ts';
import type { StateStore } from '../store/state-store.ts';
import { dailySummaries, SETTLED_AFTER, type SummarySources } from './daily-summary.ts';
import type { SummaryOptions } from './options.ts';

export interface ScheduleParts extends SummarySources {
  readonly options: SummaryOptions;
  readonly state: Pick<StateStore, 'alertsBetween' | 'save' | 'note' | 'noted'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Called after messages went into the outbox. */
  readonly onMessages: () => void;
}

const LAST_DAY = 'summary: last day';

/** A summary that failed, because the store was away perhaps, is tried again after so many milliseconds. */
const RETRY_AFTER = 10 * 60_000;

/**
 * The summary of the day before, every morning, once. Every minute asks whether it is due, so a morning that was missed
 * (the daemon was down, the store away, clocks jumped over it) is made up for, once, for the last day only.
 */
export class SummarySchedule {
  readonly #parts: ScheduleParts;
  #task: ScheduledTask | undefined;
  #running: Promise<void> | undefined;
  #notBefore = Number.NEGATIVE_INFINITY;

  constructor(parts: ScheduleParts) {
    this.#parts = parts;
  }

  /** Resolves after a summary that is due already went into the outbox. A new installation owes none. */
  async start(): Promise<void> {
    const { timeZone, clock, state, log } = this.#parts;
    if (state.noted(LAST_DAY) === undefined) state.note(LAST_DAY, localDayOf(clock.now(), timeZone, 1).date);
    // What node-cron has to say goes where everything goes; a minute that was missed is nothing, the next one asks too.
    const logger = {
      debug: (message: string | Error) => log.debug({ message }, 'node-cron'),
      info: (message: string) => log.debug({ message }, 'node-cron'),
      warn: (message: string) => log.debug({ message }, 'node-cron'),
      error: (message: string | Error, err?: Error) =>
        log.error({ err: err ?? message }, 'The summary schedule failed'),
    };
    this.#task = schedule('* * * * *', () => this.sendIfDue(), { logger, noOverlap: true });
    await this.sendIfDue();
  }

  /** Waits for a summary that is being made. */
  async stop(): Promise<void> {
    await this.#task?.destroy();
    await this.#running;
  }

  /** Puts the summaries of yesterday into the outbox, when it is late enough and that was not done yet. */
  async sendIfDue(): Promise<void> {
    const { clock, options, timeZone, state } = this.#parts;
    if (this.#running !== undefined) return await this.#running;
    const now = clock.now();
    const day = localDayOf(now, timeZone, 1);
    const isLateEnough = localClock(now, timeZone).slice(0, 5) >= options.at && now >= day.to + SETTLED_AFTER;
    const last = localDay(state.noted(LAST_DAY) ?? '', timeZone);
    const isDone = last !== undefined && last.from >= day.from;
    if (!isLateEnough || isDone || now < this.#notBefore) return;
    this.#running = this.#send(day, now).finally(() => {
      this.#running = undefined;
    });
    await this.#running;
  }

  async #send(day: LocalDay, now: number): Promise<void> {
    const { state, log, onMessages } = this.#parts;
    try {
      const summaries = await dailySummaries(this.#parts, day, now);
      const messages = summaries.map(({ manager, content }) => messageOf(content, manager, `summary.${day.date}`, now));
      state.save({ alerts: [], messages });
      state.note(LAST_DAY, day.date);
      log.info({ day: day.date, mails: messages.length }, 'Daily summaries are on their way');
      onMessages();
    } catch (error) {
      this.#notBefore = now + RETRY_AFTER;
      log.error({ err: error, day: day.date }, 'The daily summary failed; it is tried again in ten minutes');
    }
  }
}
