import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from './free-port.ts';

/** A real mosquitto on a free port, with its sessions on disk, that can be ended, killed and started again. */
export class Mosquitto {
  readonly #program: string;
  #port = 0;
  #folder = '';
  #child: ChildProcess | undefined;

  constructor(program: string) {
    this.#program = program;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.#port}`;
  }

  async start(): Promise<void> {
    if (this.#folder === '') {
      this.#folder = await mkdtemp(join(tmpdir(), 'mosquitto-'));
      this.#port = await freePort();
      const settings = [
        `listener ${this.#port} 127.0.0.1`,
        'allow_anonymous true',
        'persistence true',
        `persistence_location ${this.#folder}/`,
        // With every change, so that a kill takes nothing that was accepted before.
        'autosave_on_changes true',
        'autosave_interval 1',
        'max_queued_messages 0',
        'user root',
        'log_type error',
      ];
      await writeFile(join(this.#folder, 'mosquitto.conf'), `${settings.join('\n')}\n`);
    }
    const child = spawn(this.#program, ['-c', join(this.#folder, 'mosquitto.conf')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += chunk;
    });
    this.#child = child;
    while (!(await answers(this.#port))) {
      if (child.exitCode !== null) throw new Error(`mosquitto ended with code ${child.exitCode}: ${said}`);
      await wait(20);
    }
  }

  /** SIGTERM lets it save its sessions, SIGKILL does not. */
  async end(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  /** Forgets all sessions and retained messages; the broker must have been ended. */
  async forget(): Promise<void> {
    await rm(join(this.#folder, 'mosquitto.db'), { force: true });
  }

  async remove(): Promise<void> {
    await this.end('SIGKILL');
    if (this.#folder !== '') await rm(this.#folder, { recursive: true, force: true });
  }
}

async function answers(port: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1' });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    // Not listening yet: asked again.
    return false;
  } finally {
    socket.destroy();
  }
}
