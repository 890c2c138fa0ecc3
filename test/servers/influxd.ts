import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from './free-port.ts';

/** A real InfluxDB 1.x with a folder and ports of its own, which can be stopped and started again with its data. */
export class Influxd {
  readonly url: string;
  readonly #path: string;
  readonly #folder: string;
  #process: ChildProcess | undefined;

  constructor(path: string, folder: string, port: number) {
    this.#path = path;
    this.#folder = folder;
    this.url = `http://127.0.0.1:${port}`;
  }

  /** Resolves when /ping answers. */
  async start(): Promise<void> {
    const child = spawn(this.#path, ['-config', join(this.#folder, 'influxd.conf')], { stdio: 'ignore' });
    this.#process = child;
    for (const end = Date.now() + 30_000; Date.now() < end; await wait(20)) {
      if (child.exitCode !== null) throw new Error(`influxd ended with code ${child.exitCode}`);
      const answer = await fetch(`${this.url}/ping`).catch(() => undefined);
      if (answer?.status === 204) return;
    }
    throw new Error('influxd does not answer');
  }

  async stop(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  async remove(): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Runs a statement over plain HTTP: what the database holds, without the client under test. */
  async ask(statement: string): Promise<{ columns: string[]; values: unknown[][] }> {
    const body = new URLSearchParams({ q: statement, epoch: 'ms' });
    const answer = await fetch(`${this.url}/query`, { method: 'POST', body });
    const { results, error } = JSON.parse(await answer.text());
    if (error ?? results[0].error) throw new Error(`${statement}: ${error ?? results[0].error}`);
    return results[0].series?.[0] ?? { columns: [], values: [] };
  }

  /** Writes line protocol over plain HTTP. */
  async put(database: string, retentionPolicy: string, lines: string): Promise<void> {
    const query = new URLSearchParams({ db: database, rp: retentionPolicy, precision: 'ms' });
    const answer = await fetch(`${this.url}/write?${query}`, { method: 'POST', body: lines });
    if (!answer.ok) throw new Error(`influxd answered ${answer.status}: ${await answer.text()}`);
  }
}

/** A new, empty database server that runs. */
export async function startInfluxd(path: string): Promise<Influxd> {
  const folder = await mkdtemp(join(tmpdir(), 'pq-butler-influxd-'));
  const [http, rpc] = [await freePort(), await freePort()];
  const server = new Influxd(path, folder, http);
  await writeFile(
    join(folder, 'influxd.conf'),
    `reporting-enabled = false
bind-address = "127.0.0.1:${rpc}"
[meta]
dir = "${folder}/meta"
[data]
dir = "${folder}/data"
wal-dir = "${folder}/wal"
[monitor]
store-enabled = false
[http]
bind-address = "127.0.0.1:${http}"
log-enabled = false
[continuous_queries]
enabled = false
`,
  );
  await server.start();
  return server;
}
