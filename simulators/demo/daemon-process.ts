import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';

export interface DaemonProcessOptions {
  /** The compiled main file. */
  readonly entry: string;
  readonly config: string;
}

/** How long it may take to end after SIGTERM before it is killed: what the daemon itself promises. */
const STOP_LIMIT_MS = 10_000;
const HEALTH_INTERVAL_MS = 200;

/** The daemon as installations start it: a process of its own that is given a configuration file. */
export class DaemonProcess {
  readonly #options: DaemonProcessOptions;
  #child: ChildProcess | undefined;
  #ended: Promise<number> | undefined;
  #stopping: Promise<number> | undefined;

  constructor(options: DaemonProcessOptions) {
    this.#options = options;
  }

  /** Resolves with its exit code when it has ended (1 when a signal ended it); rejects when it cannot be started. */
  start(): Promise<number> {
    const { entry, config } = this.#options;
    const child = spawn(process.execPath, [entry, 'run', '--config', config], { stdio: 'inherit' });
    this.#child = child;
    this.#ended = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => resolve(code ?? 1));
    });
    return this.#ended;
  }

  /** Asks it once to end and waits for it. */
  stop(): Promise<number> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<number> {
    const child = this.#child;
    if (!child || !this.#ended) return 0;
    child.kill('SIGTERM');
    const tooLong = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
    try {
      return await this.#ended;
    } finally {
      clearTimeout(tooLong);
    }
  }
}

/** Waits until GET `url` answers 200. Rejects with the signal's reason when it is aborted before. */
export async function untilHealthy(url: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    if (await answersOk(url, signal)) return;
    await wait(HEALTH_INTERVAL_MS, undefined, { signal });
  }
}

async function answersOk(url: string, signal: AbortSignal): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(2_000)]) });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    // Nobody listens yet: that is what we are waiting for. An abort shows in the wait that follows.
    return false;
  }
}
