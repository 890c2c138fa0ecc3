import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { ModbusConnection } from './connection.ts';
import { ModbusException, Unreachable } from './errors.ts';
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
/** A line that comes and goes is told no more often than this; what it does in between is for those who look closely. */
const TOLD_EVERY = 600_000;

/** A connection that is opened when it is needed, ever more rarely while the other side takes none. */
export class DialledConnection {
  readonly #parts: DialledConnectionParts;
  #dial: Dial | undefined;
  #number = 0;
  #usedAt = Number.NEGATIVE_INFINITY;
  /** The connection that is open now has brought an answer. */
  #hasServed = false;
  #toldAt = Number.NEGATIVE_INFINITY;
  /** That the line is down is told, and when it is back that will be told too. */
  #isTold = false;
  /** How often it went down since that was told last. */
  #untold = 0;
  #isStopped = false;

  constructor(parts: DialledConnectionParts) {
    this.#parts = parts;
  }

  get isOpen(): boolean {
    return this.#parts.connection.isOpen;
  }

  /** An answer came over the connection that is open now. */
  get hasServed(): boolean {
    return this.#hasServed;
  }

  /** As ModbusConnection.hasNext. */
  get hasNext(): boolean {
    return this.#parts.connection.hasNext;
  }

  /** The last attempt to connect failed. */
  get isDown(): boolean {
    return this.#dial !== undefined;
  }

  /** When a request was over last: answered or not. */
  get usedAt(): number {
    return this.#usedAt;
  }

  /** The number of the connection that is open now; rejects with Unreachable. */
  async connected(): Promise<number> {
    const { clock, connection } = this.#parts;
    if (connection.isOpen) return this.#number;
    if (this.#dial?.patience.isResting(clock.now())) throw this.#dial.error;
    try {
      await connection.open();
    } catch (error) {
      if (!(error instanceof Unreachable) || this.#isStopped) throw error;
      this.#tellDown(error);
      this.#dial = this.#nextDial(error);
      throw error;
    }
    if (this.#dial) this.#tellUp();
    this.#dial = undefined;
    this.#hasServed = false;
    this.#number += 1;
    return this.#number;
  }

  /** As ModbusConnection.ask. */
  async ask(request: Request, timeout: number, pauseBetweenRequests: number): Promise<Buffer> {
    try {
      const bytes = await this.#parts.connection.ask(request, timeout, pauseBetweenRequests);
      this.#hasServed = true;
      return bytes;
    } catch (error) {
      if (error instanceof ModbusException) this.#hasServed = true;
      throw error;
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

  #tellDown({ message: reason }: Unreachable): void {
    const { clock, line, log } = this.#parts;
    const since = clock.now() - this.#toldAt;
    if (this.#isTold) return;
    const isDue = since >= TOLD_EVERY || since < 0;
    const times = this.#untold + (this.#dial ? 0 : 1);
    const fields = { line, reason, ...(times > 1 && { times }) };
    if (isDue) log.warn(fields, 'Line takes no connection');
    else if (!this.#dial) log.debug(fields, 'Line takes no connection');
    this.#untold = isDue ? 0 : times;
    if (!isDue) return;
    this.#isTold = true;
    this.#toldAt = clock.now();
  }

  #tellUp(): void {
    const { line, log } = this.#parts;
    if (this.#isTold) log.info({ line }, 'Line takes connections again');
    else log.debug({ line, times: this.#untold }, 'Line takes connections again');
    this.#isTold = false;
  }

  #nextDial(error: Unreachable): Dial {
    const pause = Math.min(this.#dial ? 2 * this.#dial.pause : FIRST_RETRY, this.#parts.longestPause);
    // Lines that went down together are not dialled together.
    const patience = new Patience(1, pause * (0.8 + 0.2 * Math.random()));
    patience.failed(this.#parts.clock.now());
    return { patience, pause, error };
  }
}
