import { App } from '../app.ts';
import type { Config } from '../config/config.ts';
import { systemClock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { createLogger } from '../lib/logger.ts';
import type { Output } from './output.ts';
import { readConfig, WRONG_CONFIGURATION } from './read-config.ts';

const COULD_NOT_START = 1;
const CRASHED = 70;

/** What a crash may still do: bring readings to disk. */
const RESCUE_TIME = 2_000;

/** Runs the daemon until SIGTERM or SIGINT; resolves with the exit code. A crash ends the process by itself. */
export async function run(configFile: string, out: Output): Promise<number> {
  const config = readConfig(configFile, out);
  if (!config) return WRONG_CONFIGURATION;
  const log = createLogger(config.log);
  const app = new App(config, systemClock, log);
  const stopRequested = untilSignal();
  endLoudlyOnCrash(app, log);
  log.info(outlineOf(config), 'pq-butler starts');
  try {
    await app.start();
  } catch (error) {
    log.error({ err: error }, 'pq-butler could not start');
    return COULD_NOT_START;
  }
  const signal = await stopRequested;
  log.info({ signal }, 'pq-butler stops');
  try {
    await app.stop();
  } catch (error) {
    log.warn({ err: error }, 'A part did not stop as it should');
  }
  log.info('pq-butler has stopped');
  return 0;
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

function endLoudlyOnCrash(app: App, log: Log): void {
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
}
