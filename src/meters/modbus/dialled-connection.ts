import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { ModbusConnection } from './connection.ts';
import { Unreachable } from './errors.ts';
import { Patience } from './patience.ts';
import type { Request } from './request.ts';

export interface DialledConnectionParts {
  /** 'modbus-tcp://host:port' */
  readonly line: string;
  readonly connection: ModbusConnection;
  /** The longest pause between two attempts to connect, in milliseconds. */
  readonly longestPause: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** The last attempt to connect failed: when the next may be made. */
interface Dial {
  readonly patience: Patience;
  readonly pause: number;
  readonly error: Unreachable;
}

const FIRST_RETRY = 1_000;

/** A connection that is opened when it is needed, ever more rarely while the other side takes none; both are told once. */
export class DialledConnection {
  readonly #parts: DialledConnectionParts;
  #dial: Dial | undefined;
  #number = 0;
  #usedAt = Number.NEGATIVE_INFINITY;
  #isStopped = false;

  constructor(parts: DialledConnectionParts) {
    this.#parts = parts;
  }

  get isOpen(): boolean {
    return this.#parts.connection.isOpen;
  }

  /** When a request was over last: answered or not. */
  get usedAt(): number {
    return this.#usedAt;
  }

  /** The number of the connection that is open now; rejects with Unreachable. */
  async connected(): Promise<number> {
    const { clock, connection, log, line } = this.#parts;
    if (connection.isOpen) return this.#number;
    if (this.#dial?.patience.isResting(clock.now())) throw this.#dial.error;
    try {
      await connection.open();
    } catch (error) {
      if (!(error instanceof Unreachable) || this.#isStopped) throw error;
      if (!this.#dial) log.warn({ line, reason: error.message }, 'Line takes no connection');
      this.#dial = this.#nextDial(error);
      throw error;
    }
    if (this.#dial) log.info({ line }, 'Line takes connections again');
    this.#dial = undefined;
    this.#number += 1;
    return this.#number;
  }

  /** As ModbusConnection.ask. */
  async ask(request: Request, timeout: number): Promise<Buffer> {
    try {
      return await this.#parts.connection.ask(request, timeout);
    } finally {
      this.#usedAt = this.#parts.clock.now();
    }
  }

  /** What is in flight is given up. The next `connected` opens it again. */
  close(): void {
    this.#parts.connection.close();
  }

  /** Closes, and tells nothing from now on. */
  stop(): void {
    this.#isStopped = true;
    this.close();
  }

  #nextDial(error: Unreachable): Dial {
    const pause = Math.min(this.#dial ? 2 * this.#dial.pause : FIRST_RETRY, this.#parts.longestPause);
    // Lines that went down together are not dialled together.
    const patience = new Patience(1, pause * (0.8 + 0.2 * Math.random()));
    patience.failed(this.#parts.clock.now());
    return { patience, pause, error };
  }
}
