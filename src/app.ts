import { AlertBook } from './alerts/alert-book.ts';
import { noteClosing, qualityAsBefore, windowsAsBefore } from './as-before.ts';
import type { Config } from './config/config.ts';
import type { Meter } from './domain/customer.ts';
import { SPANS } from './domain/window.ts';
import type { Clock } from './lib/clock.ts';
import { Closers } from './lib/closers.ts';
import type { Log } from './lib/log.ts';
import { Ticker } from './lib/ticker.ts';
import { Acquisition } from './meters/acquisition.ts';
import { DeadLetters } from './meters/mqtt/dead-letters.ts';
import { createAnnouncer } from './notify/announcer.ts';
import { Mailer } from './notify/mailer.ts';
import { Outbox } from './notify/outbox.ts';
import { Pipeline } from './pipeline.ts';
import { SummarySchedule } from './reports/summary-schedule.ts';
import { threshold } from './rules/meter-silent.ts';
import { silenceLimits } from './rules/pack.ts';
import { SilenceWatch } from './rules/silence-watch.ts';
import { createSeriesStore, type MaintainedStore } from './store/create-series-store.ts';
import { openDataDir } from './store/data-dir.ts';
import { GroupCommit } from './store/group-commit.ts';
import { SqliteStateStore } from './store/state.ts';
import type { StateStore } from './store/state-store.ts';
import { type Health, WebServer } from './web/server.ts';
import { Intake } from './windows/intake.ts';
import { LONGEST_READ_BACK } from './windows/refill.ts';
import { ALLOWED_LATENESS, type Windows } from './windows/windows.ts';

const TICK = 1_000;
const MAINTENANCE = 60_000;

/** An alert may spoil the oldest window that is read back, from its first second on. */
const LONGEST_MEMORY = LONGEST_READ_BACK + SPANS['10m'] + ALLOWED_LATENESS;

/** Without a tick for so long the daemon is not well, whatever still answers. */
const LONGEST_WITHOUT_TICK = 30_000;

/** The only place that builds the parts. Start order as written, stop in reverse; the time limits add up to 9.1 s. */
export class App {
  readonly #config: Config;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #closers = new Closers();
  #commit: GroupCommit | undefined;
  #web: WebServer | undefined;
  #lastTick = 0;

  constructor(config: Config, clock: Clock, log: Log) {
    this.#config = config;
    this.#clock = clock;
    this.#log = log;
  }

  /** Starts every part, or closes what was opened and throws. */
  async start(): Promise<void> {
    try {
      await this.#start();
    } catch (error) {
      await this.#closers.closeAll().catch((err) => this.#log.warn({ err }, 'A part did not close'));
      throw error;
    }
  }

  /** Stops polling first, then drains. Throws the first error, after everything was closed. */
  stop(): Promise<void> {
    return this.#closers.closeAll();
  }

  /** Brings what waits in memory to disk, for a process that is about to end badly. */
  async rescue(): Promise<void> {
    await this.#commit?.flush();
  }

  /** Where the status page is; empty when there is none. */
  url(): string {
    return this.#web?.url() ?? '';
  }

  async #start(): Promise<void> {
    const { fleet, pack, people, site, mail, summary, web, store: storeOptions } = this.#config;
    const clock = this.#clock;
    const log = this.#log;
    const timeZone = site.time_zone;

    const dataDir = openDataDir(this.#config.dataDir);
    this.#closers.add('data folder', () => dataDir.close(), 100);
    const state = new SqliteStateStore({ file: dataDir.path('state.db') });
    state.start();
    this.#closers.add('state', () => state.stop(), 300);
    const store = createSeriesStore(storeOptions, fleet, dataDir.path, log);
    await store.start();
    this.#closers.add('store', () => store.stop(), 3_200);
    const commit = new GroupCommit(store, log);
    this.#commit = commit;

    const mailer = new Mailer(mail);
    mailer.start();
    this.#closers.add('mailer', () => mailer.stop(), 100);
    const outbox = new Outbox({ state, notifier: mailer, clock, log });
    outbox.start();
    this.#closers.add('outbox', () => outbox.stop(), 1_200);
    const onMessages = () => outbox.wake();

    const now = clock.now();
    const book = new AlertBook();
    book.restore([...state.alertsBetween(now - LONGEST_MEMORY, now), ...state.openAlerts()]);
    const announcer = createAnnouncer({
      fleet,
      people,
      siteName: site.name,
      timeZone,
      sourceOf: (rule) => pack.rules[rule].source,
    });
    const windows = await windowsAsBefore({ fleet, store, state, log, now });
    const quality = qualityAsBefore({ fleet, timeZone, state, log, now });
    const intake = new Intake(windows, log);
    const silence = new SilenceWatch(fleet, silenceLimits(pack), now);
    const pipeline = new Pipeline({
      fleet,
      pack,
      quality,
      windows,
      intake,
      silence,
      book,
      announcer,
      commit,
      store,
      state,
      log,
      onMessages,
    });
    pipeline.dropUnwatched(now);

    const reports = { customers: fleet.customers, people, siteName: site.name, timeZone, store, state };
    const schedule = new SummarySchedule({ ...reports, options: summary, clock, log, onMessages });
    // A summary that is due already is made while the watch begins.
    schedule.start().catch((err) => log.error({ err }, 'The summary schedule could not start: no summary will come'));
    this.#closers.add('summary schedule', () => schedule.stop(), 200);
    const acquisition = new Acquisition({
      ...this.#config,
      timeZone,
      deadLetters: new DeadLetters(this.#config.dataDir, log),
      clock,
      log,
      onReading: (reading) => pipeline.accept(reading),
      onEvents: (events, cursor) => pipeline.acceptEvents(events, cursor),
      cursorOf: (meter, name) => state.cursor(meter, name),
    });
    if (web.enabled) {
      const latest = () => intake.latest();
      const openAlerts = () => book.open();
      const silentAfter = (meter: Meter) => threshold(meter, silenceLimits(pack));
      const parts = {
        options: web,
        siteName: site.name,
        timeZone,
        fleet,
        people,
        latest,
        openAlerts,
        silentAfter,
        qualityDays: (day: string) => {
          const kept = quality.of(day);
          return kept.length > 0 ? kept : state.qualityDays(day);
        },
        wiring: (meter: string) => quality.wiring(meter),
        clockOffset: (meter: string) => quality.clockOffset(meter),
        acquisition: () => acquisition.status(),
        brokers: () => acquisition.brokers(),
        health: () => this.#health(acquisition, store),
        state,
        clock,
        log,
      };
      this.#web = new WebServer(parts);
      await this.#web.start();
      this.#closers.add('status page', () => this.#web?.stop(), 300);
    }

    this.#lastTick = now;
    const ticker = new Ticker(TICK, clock, log, async (time) => {
      await tick(time, pipeline, windows, state);
      this.#lastTick = time;
    });
    const maintenance = new Ticker(MAINTENANCE, clock, log, (time) => maintain(time, store, state));
    this.#closers.add('counts', () => pipeline.saveCounts(), 100);
    this.#closers.add('last tick', () => tick(clock.now(), pipeline, windows, state), 1_000);
    ticker.start();
    this.#closers.add('ticker', () => ticker.stop(), 300);
    maintenance.start();
    this.#closers.add('maintenance', () => maintenance.stop(), 300);
    acquisition.start();
    this.#closers.add('acquisition', () => acquisition.stop(), 2_000);
  }

  #health(acquisition: Acquisition, store: MaintainedStore): Health {
    const statuses = [...acquisition.status().values()];
    return {
      isWell: this.#clock.now() - this.#lastTick < LONGEST_WITHOUT_TICK,
      answering: statuses.filter(({ answering }) => answering).length,
      waitingRows: store.backlog?.().rows ?? 0,
    };
  }
}

async function tick(now: number, pipeline: Pipeline, windows: Windows, state: StateStore): Promise<void> {
  const before = windows.closedUntil();
  await pipeline.tick(now);
  noteClosing(before, windows, state);
}

async function maintain(now: number, store: MaintainedStore, state: SqliteStateStore): Promise<void> {
  await store.maintain?.(now);
  state.maintain(now);
}
