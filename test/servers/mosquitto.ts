import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from './free-port.ts';

/** The part of mosquitto that refuses subscriptions; its plain access lists let them pass and then deliver nothing. */
const RIGHTS = '/usr/lib/x86_64-linux-gnu/mosquitto_dynamic_security.so';

/** What a test's mosquitto is to do otherwise than the usual one, which lets everybody in and forgets nothing. */
export interface MosquittoSettings {
  /** Without it sessions end with the process. */
  readonly isPersistent?: boolean;
  /** User names with their passwords; nobody else is let in. */
  readonly users?: Readonly<Record<string, string>>;
  /** Topic filters that may be subscribed to; any other one is refused. */
  readonly subscribable?: readonly string[];
  /** Speaks TLS with this certificate, and asks clients for one that `ca` signed. Paths of PEM files. */
  readonly tls?: { readonly ca: string; readonly cert: string; readonly key: string };
  /** Further lines of the configuration. */
  readonly lines?: readonly string[];
}

/** A real mosquitto on a free port that can be ended, killed and started again. */
export class Mosquitto {
  readonly #program: string;
  readonly #settings: MosquittoSettings;
  #port = 0;
  #folder = '';
  #child: ChildProcess | undefined;

  constructor(program: string, settings: MosquittoSettings = {}) {
    this.#program = program;
    this.#settings = settings;
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `${this.#settings.tls ? 'mqtts' : 'mqtt'}://127.0.0.1:${this.#port}`;
  }

  async start(): Promise<void> {
    if (this.#folder === '') await this.#configure();
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

  /** Stops the process where it stands: its sockets stay open and nobody answers. */
  freeze(): void {
    this.#child?.kill('SIGSTOP');
  }

  /** Forgets all sessions and retained messages; the broker must have been ended. */
  async forget(): Promise<void> {
    await rm(join(this.#folder, 'mosquitto.db'), { force: true });
  }

  /** Lets these topic filters be subscribed to, and no other, from its next start on. */
  async grant(subscribable: readonly string[]): Promise<void> {
    const acls = subscribable.map((topic) => ({ acltype: 'subscribePattern', topic, allow: true, priority: 1 }));
    const rights = {
      defaultACLAccess: { publishClientSend: true, publishClientReceive: true, subscribe: false, unsubscribe: true },
      anonymousGroup: 'everybody',
      groups: [{ groupname: 'everybody', roles: [{ rolename: 'reader' }] }],
      roles: [{ rolename: 'reader', acls }],
    };
    await writeFile(join(this.#folder, 'rights.json'), JSON.stringify(rights));
  }

  async remove(): Promise<void> {
    await this.end('SIGKILL');
    if (this.#folder !== '') await rm(this.#folder, { recursive: true, force: true });
  }

  async #configure(): Promise<void> {
    this.#folder = await mkdtemp(join(tmpdir(), 'mosquitto-'));
    this.#port = await freePort();
    const { isPersistent = true, lines = [], subscribable, tls, users } = this.#settings;
    const file = (name: string) => join(this.#folder, name);
    if (users) await this.#noteUsers(users, file('users'));
    if (subscribable) await this.grant(subscribable);
    const settings = [
      `listener ${this.#port} 127.0.0.1`,
      `allow_anonymous ${users ? 'false' : 'true'}`,
      ...(users ? [`password_file ${file('users')}`] : []),
      ...(subscribable ? [`plugin ${RIGHTS}`, `plugin_opt_config_file ${file('rights.json')}`] : []),
      ...(tls ? [`cafile ${tls.ca}`, `certfile ${tls.cert}`, `keyfile ${tls.key}`, 'require_certificate true'] : []),
      `persistence ${isPersistent}`,
      `persistence_location ${this.#folder}/`,
      // With every change, so that a kill takes nothing that was accepted before.
      'autosave_on_changes true',
      'autosave_interval 1',
      'max_queued_messages 0',
      'user root',
      'log_type error',
      ...lines,
    ];
    await writeFile(file('mosquitto.conf'), `${settings.join('\n')}\n`);
  }

  async #noteUsers(users: Readonly<Record<string, string>>, file: string): Promise<void> {
    await writeFile(file, '');
    await chmod(file, 0o600);
    const program = join(dirname(this.#program), '..', 'bin', 'mosquitto_passwd');
    for (const [user, password] of Object.entries(users)) execFileSync(program, ['-b', file, user, password]);
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
