import type { Socket } from 'node:net';
import type { Registration } from './registration.ts';
import type { RivalCalls } from './rival-calls.ts';

export interface CallingLineParts {
  /** Its registration; undefined where every caller is this line. */
  readonly text: Buffer | undefined;
  readonly heartbeat: Buffer;
  readonly rivals: RivalCalls;
}

/** Calls that wait behind the one that is taken: a modem's own, and of those that only say that they are this modem. */
const MOST_WAITING = 3;

/**
 * One line that calls us. Of two calls of one modem the older is dead, though it may not look so; but a registration is no
 * proof of who calls. So the call that is taken is kept until it ends, as it does upon the first request without an answer,
 * and the newest that waits is next.
 */
export class CallingLine {
  /** Its registration; undefined where every caller is this line. */
  readonly text: Buffer | undefined;
  readonly heartbeat: Buffer;
  readonly #rivals: RivalCalls;
  #taken: Socket | undefined;
  /** The oldest first. */
  #waiting: readonly Socket[] = [];
  #taker: ((socket: Socket) => void) | undefined;

  constructor({ text, heartbeat, rivals }: CallingLineParts) {
    this.text = text;
    this.heartbeat = heartbeat;
    this.#rivals = rivals;
  }

  /** A call waits to be taken. */
  get hasNext(): boolean {
    return this.#waiting.length > 0;
  }

  isRegistered(): this is CallingLine & Registration {
    return this.text !== undefined;
  }

  /** A call came for this line: it is taken when somebody waits for it, and waits otherwise. */
  called(socket: Socket): void {
    if (socket.destroyed) return;
    const standing = this.#taken ?? this.#waiting.at(-1);
    if (standing) this.#rivals.called(standing.remoteAddress, socket.remoteAddress);
    if (this.#waiting.length === MOST_WAITING) this.#waiting[0]?.destroy();
    this.#waiting = [...this.#waiting.slice(1 - MOST_WAITING), socket];
    socket.once('close', () => this.#ended(socket));
    socket.on('data', unheard).resume();
    if (this.#taker) this.#take(this.#taker);
  }

  /** The stream of the newest call that waits, or of the next. Rejects when the signal aborts. */
  async next(signal: AbortSignal): Promise<Socket> {
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const aborted = () => {
        if (this.#taker === take) this.#taker = undefined;
        reject(signal.reason);
      };
      const take = (socket: Socket) => {
        signal.removeEventListener('abort', aborted);
        resolve(socket);
      };
      signal.addEventListener('abort', aborted, { once: true });
      this.#taker = take;
      this.#take(take);
    });
  }

  hangUp(): void {
    this.#taken?.destroy();
    for (const socket of this.#waiting) socket.destroy();
  }

  #take(taker: (socket: Socket) => void): void {
    const socket = this.#waiting.findLast(({ destroyed }) => !destroyed);
    if (!socket) return;
    this.#waiting = this.#waiting.filter((other) => other !== socket);
    this.#taker = undefined;
    this.#taken = socket;
    socket.off('data', unheard).pause();
    taker(socket);
  }

  #ended(socket: Socket): void {
    this.#waiting = this.#waiting.filter((other) => other !== socket);
    if (this.#taken === socket) this.#taken = undefined;
  }
}

/** What a caller says while nobody asks it are heartbeats; reading them shows when it goes. */
function unheard(): void {
  // Nothing is kept of it.
}
