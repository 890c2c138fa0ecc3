import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

interface LogLine {
  readonly msg: string;
  readonly level: number;
  readonly url?: string;
}

/** The built daemon as a process of its own, started as an installation would. */
export class Daemon {
  output = '';
  readonly #child: ChildProcess;

  /** `nodeOptions` stand before the program, for faults that come from outside it. */
  constructor(args: readonly string[], nodeOptions: readonly string[] = []) {
    this.#child = spawn(process.execPath, [...nodeOptions, MAIN, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH },
    });
    this.#child.stdout?.on('data', (chunk) => {
      this.output += chunk;
    });
    this.#child.stderr?.on('data', (chunk) => {
      this.output += chunk;
    });
  }

  /** What it logged, as JSON lines; other output is left out. */
  log(): readonly LogLine[] {
    return this.output.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));
  }

  /** Waits until it said so, and gives the line. */
  said(message: string): Promise<LogLine> {
    return vi.waitFor(
      () => {
        const line = this.log().find(({ msg }) => msg === message);
        if (!line) throw new Error(`not said yet: ${message}\n${this.output}`);
        return line;
      },
      { timeout: 15_000, interval: 20 },
    );
  }

  async url(): Promise<string> {
    return (await this.said('Status page is up')).url ?? '';
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** The exit code, once it has ended. */
  async ended(): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'exit');
    return this.#child.exitCode;
  }

  /** For the end of a test: no process is left behind. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended();
  }
}

/** How many meters a running daemon has heard, by its health check. */
export async function metersHeard(url: string): Promise<number> {
  const health = (await (await fetch(`${url}/healthz`)).json()) as { heard: number };
  return health.heard;
}
