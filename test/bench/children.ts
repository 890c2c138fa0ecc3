import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Measured } from './report.ts';

/** A file of this folder as a process of its own; its first message is what it has to say. */
export class Child<T> {
  readonly #process: ChildProcess;
  readonly #said: Promise<T>;

  constructor(name: string, args: readonly (string | number)[]) {
    const file = fileURLToPath(new URL(`./${name}.js`, import.meta.url));
    const child = fork(file, args.map(String), { execArgv: ['--expose-gc'] });
    this.#process = child;
    this.#said = new Promise((resolve, reject) => {
      child.once('message', (message) => resolve(message as T));
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`${name} ended with code ${code} and said nothing`)));
    });
  }

  said(): Promise<T> {
    return this.#said;
  }

  /** Resolves when it is gone. */
  end(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return Promise.resolve();
    return new Promise((resolve) => {
      this.#process.once('exit', () => resolve());
      this.#process.kill('SIGKILL');
    });
  }
}

/** Runs a file that measures itself, and ends it. */
export async function measure(name: string, ...args: readonly (string | number)[]): Promise<Measured> {
  const child = new Child<Measured>(name, args);
  try {
    return await child.said();
  } finally {
    await child.end();
  }
}
