import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../../lib/clock.ts';
import type { MeterHealth } from '../meter-health.ts';
import type { DialledConnection } from './dialled-connection.ts';
import { BadAnswer, type MeterError, ModbusException, NoAnswer } from './errors.ts';
import type { LineAccess } from './line-access.ts';
import type { Request } from './request.ts';
import type { MeterTiming } from './timing.ts';

export interface UnitAccessParts {
  readonly connection: DialledConnection;
  readonly timing: MeterTiming;
  readonly health: MeterHealth;
  readonly stopping: AbortSignal;
  readonly clock: Clock;
}

/** Milliseconds until a meter that is busy is asked again. */
const BUSY_PAUSE = 100;
/** How fast a slow answer of the past is forgotten. */
const FADING = 0.95;

/** How one meter asks over its line: connecting, pauses and retries. Used by one turn of the lane at a time. */
export class UnitAccess implements LineAccess {
  readonly #parts: UnitAccessParts;
  #sentAt = Number.NEGATIVE_INFINITY;
  #slowestAnswer: number | undefined;
  #hangUps = 0;
  /** Milliseconds for the first answer where they are not those of every answer: the meter may be dead. */
  firstTimeout: number | undefined;

  constructor(parts: UnitAccessParts) {
    this.#parts = parts;
  }

  get sentAt(): number {
    return this.#sentAt;
  }

  /** The longest that an answer took of late, in milliseconds; undefined while none came. */
  get slowestAnswer(): number | undefined {
    return this.#slowestAnswer;
  }

  /** How often the other side ended a connection behind an answer, with the next request on its way. */
  get hangUps(): number {
    return this.#hangUps;
  }

  connected(): Promise<number> {
    return this.#parts.connection.connected();
  }

  readonly ask = async (request: Request): Promise<Buffer> => {
    const { clock, health, timing } = this.#parts;
    let before: MeterError | undefined;
    for (let tries = 0; ; tries += 1) {
      try {
        return await this.#askAcrossClosing(request);
      } catch (error) {
        // What counts is that it was asked before and did not answer.
        if (error instanceof NoAnswer && error.isHeldBack) throw before ?? error;
        if (error instanceof ModbusException) health.refused(error, clock.now());
        if (this.firstTimeout !== undefined) throw error;
        if (error instanceof ModbusException && error.isBusy && tries < Math.max(1, timing.retries))
          await this.#wait(BUSY_PAUSE);
        else if (!((error instanceof NoAnswer || error instanceof BadAnswer) && tries < timing.retries)) throw error;
        before = error;
      }
    }
  };

  /** The same with each request in a turn of its own. */
  inTurns(turn: <T>(work: () => Promise<T>) => Promise<T>): LineAccess {
    const whole = this;
    return {
      ask: (request) => turn(() => whole.ask(request)),
      connected: () => turn(() => whole.connected()),
      get sentAt() {
        return whole.sentAt;
      },
    };
  }

  /** Where a request met nothing but the end of a connection, the meter did not fail: it is sent again once. */
  async #askAcrossClosing(request: Request): Promise<Buffer> {
    try {
      return await this.#askOnce(request);
    } catch (error) {
      if (!(error instanceof NoAnswer && this.#isOfConnection(error))) throw error;
      if (error.reason === 'hung up') this.#hangUps += 1;
      return await this.#askOnce(request);
    }
  }

  /**
   * Devices that serve one request for each connection close it behind their answer, or upon the next request. Where a modem
   * has called again meanwhile, the call that did not answer was dead.
   */
  #isOfConnection(error: NoAnswer): boolean {
    const { connection } = this.#parts;
    if (error.isClosed) return connection.hasServed;
    return error.reason === 'timed out' && connection.hasNext && this.firstTimeout === undefined;
  }

  async #askOnce(request: Request): Promise<Buffer> {
    const { clock, connection, stopping, timing } = this.#parts;
    const pause = timing.pauseBetweenRequests - Math.max(0, clock.now() - connection.usedAt);
    if (timing.pauseBetweenRequests > 0 && pause > 0) await this.#wait(pause);
    stopping.throwIfAborted();
    // Before each request: the other side may have gone, or sent what nobody asked for, since the last.
    if (!connection.isOpen) await connection.connected();
    const sentAt = clock.now();
    const bytes = await connection.ask(request, this.firstTimeout ?? timing.timeout, timing.pauseBetweenRequests);
    this.#sentAt = sentAt;
    this.firstTimeout = undefined;
    this.#slowestAnswer = Math.max(clock.now() - sentAt, FADING * (this.#slowestAnswer ?? 0));
    return bytes;
  }

  async #wait(ms: number): Promise<void> {
    await wait(ms, undefined, { signal: this.#parts.stopping });
  }
}
