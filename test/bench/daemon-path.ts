import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { pino } from 'pino';
import { benchAcquisition } from './bench-acquisition.ts';
import { fleetOfMeters } from './meter-fleet.ts';
import { BenchPipeline } from './pipeline.ts';
import { Meterings } from './report.ts';
import { offsetOf } from './schedule.ts';

/**
 * The daemon's way from the socket to the accepted reading, as a process of its own: `COUNT FIRST_PORT INTERVAL SECONDS
 * SILENT STORE`, where STORE is `embedded` for the real one on disk, or `none`. The meters' room, the checks of quality,
 * windows, rules and alerts are the daemon's own.
 */
const [count = 0, firstPort = 0, interval = 0, seconds = 0, silent = 0] = process.argv.slice(2, 7).map(Number);
/** Milliseconds until the code is compiled, and until dead meters are known for dead. */
const WARM_UP = 8_000;
const LONG_WARM_UP = 20_000;

const hasStore = process.argv[7] === 'embedded';

const folder = mkdtempSync(join(tmpdir(), 'pq-butler-bench-'));
const log = pino({ level: 'error' }, process.stderr);
const fleet = fleetOfMeters(count, firstPort, interval);
const pipeline = new BenchPipeline({ fleet, folder, hasStore, log });
await pipeline.start();

const indexes = new Map([...fleet.meters.keys()].map((id, index) => [id, index]));
let polls = 0;
let meterings: Meterings | undefined;

const acquisition = benchAcquisition({
  fleet,
  folder,
  log,
  onReading: (reading) => {
    polls += 1;
    const offset = offsetOf(indexes.get(reading.meter) ?? 0, count, interval);
    meterings?.late((reading.time - offset) % interval);
    return pipeline.accept(reading);
  },
});
acquisition.start();

function skipped(): number {
  let sum = 0;
  let index = 0;
  for (const status of acquisition.status().values()) {
    if (index < count - silent) sum += status.skipped;
    index += 1;
  }
  return sum;
}

await wait(Math.max(2 * interval, silent > 0 ? LONG_WARM_UP : WARM_UP));
const skippedAtFirst = skipped();
polls = 0;
meterings = new Meterings();
await wait(seconds * 1_000);
const measured = meterings.result(polls, skipped() - skippedAtFirst);
process.send?.(measured, () => process.exit(0));
rmSync(folder, { recursive: true, force: true });
