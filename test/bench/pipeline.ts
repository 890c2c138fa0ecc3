import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { AlertBook } from '../../src/alerts/alert-book.ts';
import type { Fleet } from '../../src/domain/fleet.ts';
import type { Reading } from '../../src/domain/reading.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { Log } from '../../src/lib/log.ts';
import { Ticker } from '../../src/lib/ticker.ts';
import { createAnnouncer } from '../../src/notify/announcer.ts';
import { Pipeline } from '../../src/pipeline.ts';
import { QualityWatch } from '../../src/quality/quality-watch.ts';
import { rulePack, silenceLimits } from '../../src/rules/pack.ts';
import { SilenceWatch } from '../../src/rules/silence-watch.ts';
import { EmbeddedStore } from '../../src/store/embedded.ts';
import { GroupCommit } from '../../src/store/group-commit.ts';
import type { SeriesStore } from '../../src/store/series-store.ts';
import { SqliteStateStore } from '../../src/store/state.ts';
import { Intake } from '../../src/windows/intake.ts';
import { Windows } from '../../src/windows/windows.ts';

const TICK = 1_000;
const FOR_EVER = Number.MAX_SAFE_INTEGER;

/** Takes readings and windows and forgets them: what is measured ends at the store's doorstep. */
const DOORSTEP: Pick<SeriesStore, 'writeReadings' | 'writeWindows'> = {
  writeReadings: async () => undefined,
  writeWindows: async () => undefined,
};

export interface BenchPipelineParts {
  readonly fleet: Fleet;
  readonly folder: string;
  readonly hasStore: boolean;
  readonly log: Log;
}

/** The daemon's pipeline with its clock tick; with the embedded store behind it, or with none. */
export class BenchPipeline {
  readonly #parts: BenchPipelineParts;
  #pipeline: Pipeline | undefined;

  constructor(parts: BenchPipelineParts) {
    this.#parts = parts;
  }

  async start(): Promise<void> {
    const { fleet, folder, hasStore, log } = this.#parts;
    const now = systemClock.now();
    const pack = rulePack.parse(parse(readFileSync(join('config', 'standards', 'gb.yaml'), 'utf8')));
    const state = new SqliteStateStore({ file: join(folder, 'state.db') });
    state.start();
    const embedded = new EmbeddedStore({
      file: join(folder, 'readings.db'),
      keepReadingsMs: FOR_EVER,
      keepWindowsMs: FOR_EVER,
      log,
    });
    await embedded.start();
    const store = hasStore ? embedded : DOORSTEP;
    const windows = new Windows((meter) => fleet.meters.get(meter)?.meter.pollInterval ?? TICK, now);
    const quality = new QualityWatch({ fleet, timeZone: 'UTC', log });
    quality.restore([], now);
    const pipeline = new Pipeline({
      fleet,
      pack,
      quality,
      windows,
      intake: new Intake(windows, log),
      silence: new SilenceWatch(fleet, silenceLimits(pack), now),
      book: new AlertBook(),
      announcer: createAnnouncer({
        fleet,
        people: [],
        siteName: 'Bench',
        timeZone: 'UTC',
        sourceOf: (rule) => pack.rules[rule].source,
      }),
      commit: new GroupCommit(store, log),
      store,
      state,
      log,
      onMessages: () => undefined,
    });
    this.#pipeline = pipeline;
    new Ticker(TICK, systemClock, log, (time) => pipeline.tick(time)).start();
  }

  accept(reading: Reading): Promise<void> {
    if (!this.#pipeline) throw new Error('The pipeline is not started');
    return this.#pipeline.accept(reading);
  }
}
