import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const RUN = `
  const { runnerImport } = await import('vite');
  await runnerImport(process.argv[1], { configFile: false, logLevel: 'error' });
`;

/** A TypeScript file as a process of its own, which can be killed. Its arguments begin at process.argv[2]. */
export class TypeScriptChild {
  readonly process: ChildProcess;
  readonly #lines: string[] = [];
  readonly #ended: Promise<void>;
  #heard: () => void = () => undefined;

  constructor(file: string, args: readonly string[]) {
    const argv = ['--input-type=module', '-e', RUN, file, ...args];
    const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.process = child;
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.#lines.push(line);
      this.#heard();
    });
    this.#ended = new Promise((resolve) => child.once('close', () => resolve()));
    child.once('close', () => this.#heard());
  }

  /** What it has printed so far. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** Resolves when it has printed so many lines; throws when it ends before. */
  async printed(count: number): Promise<void> {
    while (this.#lines.length < count) {
      if (this.process.exitCode !== null) throw new Error(`the child ended with code ${this.process.exitCode}`);
      await new Promise<void>((resolve) => {
        this.#heard = resolve;
      });
    }
  }

  /** kill -9; resolves when it is gone and all that it had printed is read. */
  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.#ended;
  }
}
