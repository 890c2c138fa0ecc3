import type { Socket } from 'node:net';
import type { Registration } from './registration.ts';
import type { ReplacedCalls } from './replaced-calls.ts';

export interface CallingLineParts {
  /** Its registration; undefined where every caller is this line. */
  readonly text: Buffer | undefined;
  readonly heartbeat: Buffer;
  readonly replaced: ReplacedCalls;
}

/** One line that calls us: its newest call, until that is taken, and who waits for a call. */
export class CallingLine {
  /** Its registration; undefined where every caller is this line. */
  readonly text: Buffer | undefined;
  readonly heartbeat: Buffer;
  readonly #replaced: ReplacedCalls;
  /** The newest call, taken or not. */
  #socket: Socket | undefined;
  #isTaken = false;
  #taker: ((socket: Socket) => void) | undefined;

  constructor({ text, heartbeat, replaced }: CallingLineParts) {
    this.text = text;
    this.heartbeat = heartbeat;
    this.#replaced = replaced;
  }

  isRegistered(): this is CallingLine & Registration {
    return this.text !== undefined;
  }

  /** Takes a call in place of the one before: of two calls of one modem the older is dead, though it may not look so. */
  called(socket: Socket): void {
    if (socket.destroyed) return;
    if (this.#socket) this.#replaced.replaced(this.#socket.remoteAddress, socket.remoteAddress);
    this.#socket?.destroy();
    this.#socket = socket;
    this.#isTaken = false;
    socket.once('close', () => {
      if (this.#socket === socket) this.#socket = undefined;
    });
    const taker = this.#taker;
    if (taker) this.#take(taker);
    else socket.on('data', unheard).resume();
  }

  /** The stream of the next call, or of the one that waits. Rejects when the signal aborts. */
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
      if (this.#socket && !this.#isTaken) this.#take(take);
    });
  }

  hangUp(): void {
    this.#socket?.destroy();
  }

  #take(taker: (socket: Socket) => void): void {
    const socket = this.#socket;
    if (!socket) return;
    this.#taker = undefined;
    this.#isTaken = true;
    socket.off('data', unheard).pause();
    taker(socket);
  }
}

/** What a caller says while nobody asks it are heartbeats; reading them shows when it goes. */
function unheard(): void {
  // Nothing is kept of it.
}
