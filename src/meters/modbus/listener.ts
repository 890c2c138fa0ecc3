import { createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import { introduced } from './caller.ts';
import { CallingLine } from './calling-line.ts';
import { bytesOf, textOf } from './registration.ts';
import type { Framing } from './request.ts';
import { RivalCalls } from './rival-calls.ts';
import type { Way } from './way.ts';

const KEEPALIVE_AFTER = 30_000;
const MOST_CALLERS = 256;
const MOST_TEXTS = 256;
const PROCESS_CLOCK: Clock = { now: () => performance.now() };

/** Times in milliseconds. */
export interface ListenerOptions {
  /** '' for all interfaces. */
  readonly host: string;
  readonly port: number;
  readonly framing: Framing;
  readonly log: Log;
  /** For how often calls come while one stands; the process's own where it is not given. */
  readonly clock?: Clock;
  /** How long a caller may say nothing. */
  readonly patience?: number;
  /** Between two attempts to listen. */
  readonly retryInterval?: number;
}

/**
 * Listens for modems behind private addresses, which call us. Each is the line whose registration it sends; where lines
 * have none, every caller is the line. A call is kept until it ends: what calls in between waits, and the newest is next.
 */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #name: string;
  readonly #lines: CallingLine[] = [];
  /** Callers that have not said yet who they are, the oldest first. */
  readonly #strangers = new Set<Socket>();
  readonly #toldTexts = new Set<string>();
  #server: Server | undefined;
  #retry: NodeJS.Timeout | undefined;
  #failure: string | undefined;

  constructor(options: ListenerOptions) {
    this.#options = options;
    const { framing, host, port } = options;
    this.#name = `${framing === 'tcp' ? 'tcp' : 'rtu'}-listen://${host}:${port}`;
  }

  /** Returns at once. Where it cannot listen, it says so once and tries until it can. */
  start(): void {
    const { host, port } = this.#options;
    const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEPALIVE_AFTER }, (socket) =>
      this.#called(socket),
    );
    this.#server = server;
    server.on('error', (error) => this.#failed(server, messageOf(error)));
    server.on('listening', () => {
      if (this.#failure !== undefined) this.#options.log.info({ listener: this.#name }, 'listens for modems again');
      this.#failure = undefined;
    });
    server.listen(host === '' ? { port } : { port, host });
  }

  /** Hangs up on every caller. */
  stop(): void {
    clearTimeout(this.#retry);
    this.#server?.close();
    this.#server = undefined;
    for (const socket of this.#strangers) socket.destroy();
    for (const line of this.#lines) line.hangUp();
  }

  /** The way to one line. `registration` and `heartbeat` are text, or bytes as 'hex:0A1B'. To be called before `start`. */
  way(registration?: string, heartbeat?: string): Way {
    const { clock = PROCESS_CLOCK, log } = this.#options;
    const line = new CallingLine({
      text: registration === undefined ? undefined : bytesOf(registration),
      heartbeat: bytesOf(heartbeat ?? ''),
      rivals: new RivalCalls({ listener: this.#name, registration, clock, log }),
    });
    this.#lines.push(line);
    const caller = registration === undefined ? '' : `?registration=${encodeURIComponent(registration)}`;
    return {
      name: this.#name + caller,
      framing: this.#options.framing,
      heartbeat: line.heartbeat,
      isCalling: true,
      hasNext: () => line.hasNext,
      open: (signal) => line.next(signal),
    };
  }

  #failed(server: Server, why: string): void {
    if (this.#server !== server) return;
    const { log, retryInterval = 5_000 } = this.#options;
    if (this.#failure !== why) log.error({ listener: this.#name, why }, 'cannot listen for modems; it is tried again');
    this.#failure = why;
    server.close();
    this.#retry = setTimeout(() => this.start(), retryInterval);
  }

  #called(socket: Socket): void {
    // An error is always followed by 'close', which is what counts.
    socket.on('error', (error) =>
      this.#options.log.debug({ listener: this.#name, why: error.message }, 'a call broke'),
    );
    const open = this.#lines.find(({ text }) => text === undefined);
    if (open) open.called(socket);
    else void this.#introduce(socket);
  }

  async #introduce(socket: Socket): Promise<void> {
    for (const oldest of this.#strangers) {
      if (this.#strangers.size < MOST_CALLERS) break;
      this.#strangers.delete(oldest);
      oldest.destroy();
    }
    this.#strangers.add(socket);
    const registered = this.#lines.filter((line) => line.isRegistered());
    const who = await introduced(socket, registered, this.#options.patience ?? 10_000);
    this.#strangers.delete(socket);
    if (typeof who === 'object' && 'registration' in who) {
      if (who.rest.length > 0) socket.unshift(who.rest);
      who.registration.called(socket);
      return;
    }
    if (typeof who === 'object') this.#tellUnknown(textOf(who.unknown), socket.remoteAddress);
    socket.destroy();
  }

  /** Once for each text, and not endlessly many. */
  #tellUnknown(registration: string, from: string | undefined): void {
    if (this.#toldTexts.has(registration) || this.#toldTexts.size >= MOST_TEXTS) return;
    this.#toldTexts.add(registration);
    const about = { listener: this.#name, registration, from };
    this.#options.log.warn(about, 'a modem called whose registration no meter has');
  }
}
