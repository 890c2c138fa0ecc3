import { App } from '../app.ts';
import type { Config } from '../config/config.ts';
import { systemClock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { createLogger } from '../lib/logger.ts';
import { withinTime } from '../lib/within-time.ts';
import type { Output } from './output.ts';
import { readConfig, WRONG_CONFIGURATION } from './read-config.ts';

const COULD_NOT_START = 1;
const CRASHED = 70;

/** Supervisors are promised ten seconds; what is on disk by then is safe. */
const STOP_WITHIN = 9_500;

/** What a crash may still do: bring readings to disk. */
const RESCUE_TIME = 2_000;

/** Runs the daemon until SIGTERM or SIGINT; resolves with the exit code. A crash ends the process by itself. */
export async function run(configFile: string, out: Output): Promise<number> {
  const config = readConfig(configFile, out);
  if (!config) return WRONG_CONFIGURATION;
  const log = createLogger(config.log);
  const app = new App(config, systemClock, log);
  const stopRequested = untilSignal();
  const hasCrashed = endLoudlyOnCrash(app, log);
  log.info(outlineOf(config), 'pq-butler starts');
  const started = app.start();
  try {
    await Promise.race([started, stopRequested]);
  } catch (error) {
    // What an operator must mend: a stack would only hide it.
    log.error({ reason: messageOf(error) }, 'pq-butler could not start');
    log.debug({ err: error }, 'pq-butler could not start');
    return COULD_NOT_START;
  }
  log.info({ signal: await stopRequested }, 'pq-butler stops');
  if (!(await withinTime(stop(started, app, log), STOP_WITHIN)))
    log.warn('pq-butler did not stop in time; it ends now');
  if (hasCrashed()) return CRASHED;
  log.info('pq-butler has stopped');
  return 0;
}

/** A signal may come while the parts are still being started: what was begun is finished first, which is bounded. */
async function stop(started: Promise<void>, app: App, log: Log): Promise<void> {
  try {
    await started;
    await app.stop();
  } catch (error) {
    log.warn({ err: error }, 'A part did not stop as it should');
  }
}

function outlineOf({ fleet, dataDir, store, pack }: Config): Record<string, unknown> {
  const { customers, meters, lines } = fleet;
  return {
    customers: customers.length,
    meters: meters.size,
    lines: lines.size,
    store: store.kind,
    rules: pack.standard,
    data: dataDir,
  };
}

/** The first signal counts; repeats are heard and change nothing, because stopping is bounded anyway. */
function untilSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, resolve);
  });
}

/** Gives whether it has come to that. */
function endLoudlyOnCrash(app: App, log: Log): () => boolean {
  let isCrashing = false;
  const crash = (kind: string) => (error: unknown) => {
    if (isCrashing) return;
    isCrashing = true;
    log.error({ err: error, kind }, 'pq-butler crashed; please report this');
    const end = () => process.exit(CRASHED);
    setTimeout(end, RESCUE_TIME);
    app.rescue().then(end, end);
  };
  process.on('uncaughtException', crash('uncaught exception'));
  process.on('unhandledRejection', crash('unhandled rejection'));
  return () => isCrashing;
}
