import { setInterval as ticks } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { PlannedMeter } from '../fleet/meter-plan.ts';
import type { CaughtMail } from '../mail-catcher.ts';
import { Scenario, type ScenarioStep } from '../scenario.ts';
import { DaemonProcess, untilHealthy } from './daemon-process.ts';
import { DemoSurroundings } from './demo-surroundings.ts';
import { isPortFree } from './free-port.ts';

export interface DemoOptions {
  /** The daemon's compiled main file. */
  readonly daemonEntry: string;
  /** Where configuration, data and mails go; emptied at the start. */
  readonly folder: string;
  readonly webPort: number;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** The steps for these meters; `addressOf` says where a gateway is reached. */
  readonly scenario: (plan: readonly PlannedMeter[], addressOf: (gateway: string) => string) => readonly ScenarioStep[];
  /** How long after the last step mails may still come before they are counted. */
  readonly settleMs: number;
  /** Aborting ends the demo. */
  readonly signal: AbortSignal;
}

const TICK_MS = 100;

/**
 * Starts meters, broker, mail catcher and the daemon, plays the scenario, and goes on until the signal or the daemon's
 * own end. Returns the exit code: 1 when the port is taken, otherwise that of the daemon.
 */
export async function startDemo(options: DemoOptions): Promise<number> {
  const { log, folder, webPort, clock, signal } = options;
  if (!(await isPortFree(webPort))) {
    log.error(`Port ${webPort} is in use: end what listens there (another demo?) and start again.`);
    return 1;
  }
  const onMail = (mail: CaughtMail) => log.info(`Caught for ${mail.to.join(', ')}: ${mail.file}`);
  const surroundings = new DemoSurroundings({ folder, webPort, clock, onMail });
  try {
    await surroundings.start();
    log.info(`${surroundings.plan.length} customers have power, their meters answer; configuration in ${folder}`);
    return signal.aborted ? 0 : await withDaemon(options, surroundings);
  } finally {
    await surroundings.stop();
    if (signal.aborted) log.info('The demo has ended');
  }
}

async function withDaemon(options: DemoOptions, surroundings: DemoSurroundings): Promise<number> {
  const { log, signal, daemonEntry } = options;
  const steps = options.scenario(surroundings.plan, (gateway) => surroundings.addressOf(gateway));
  const daemon = new DaemonProcess({ entry: daemonEntry, config: surroundings.configFile });
  const over = new AbortController();
  const ended = daemon.start();
  const play = playScenario(options, steps, surroundings, AbortSignal.any([signal, over.signal]));
  try {
    await Promise.race([ended, aborted(signal), play.then(() => ended)]);
    if (signal.aborted) {
      log.info('Ending: first the daemon, then what surrounds it');
      return await daemon.stop();
    }
    const code = await ended;
    log.error({ code }, 'The daemon has ended by itself');
    return code;
  } finally {
    over.abort();
    await daemon.stop();
    await play;
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Waits for the daemon, plays the steps, and says what came of them. Ends early, without an error, with the signal. */
async function playScenario(
  options: DemoOptions,
  steps: readonly ScenarioStep[],
  surroundings: DemoSurroundings,
  signal: AbortSignal,
): Promise<void> {
  const { log, clock, webPort } = options;
  const address = `http://localhost:${webPort}`;
  try {
    await untilHealthy(`http://127.0.0.1:${webPort}/healthz`, signal);
    log.info(`The daemon is up: ${address}. The scenario begins.`);
    const scenario = new Scenario(steps, surroundings.faults, (line) => log.info(line));
    const started = clock.now();
    let last: number | undefined;
    for await (const _ of ticks(TICK_MS, undefined, { signal })) {
      const elapsed = clock.now() - started;
      scenario.advance(elapsed);
      if (scenario.isOver) last ??= elapsed;
      if (last !== undefined && elapsed >= last + options.settleMs) break;
    }
    for (const line of summaryOf(surroundings.catcher.mails)) log.info(line);
    log.info(`The scenario is over, the customers go on. Page: ${address}. Mails: ${surroundings.mailFolder}.`);
    log.info('End with Ctrl-C.');
  } catch (error) {
    // The demo is being ended: whatever the scenario was waiting for does not matter any more.
    if (!signal.aborted) throw error;
  }
}

function summaryOf(mails: readonly CaughtMail[]): string[] {
  const counts = new Map<string, number>();
  for (const recipient of mails.flatMap((mail) => mail.to)) counts.set(recipient, (counts.get(recipient) ?? 0) + 1);
  const lines = [...counts].sort().map(([recipient, count]) => `  ${String(count).padStart(3)}  ${recipient}`);
  return [`${mails.length} mails so far:`, ...lines];
}
