import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '../../lib/errors.ts';
import { ModbusException, NoAnswer, Unreachable } from './errors.ts';
import { LateAnswers } from './late-answers.ts';
import { Link } from './link.ts';
import type { Request } from './request.ts';
import type { Way } from './way.ts';

/** Times in milliseconds. */
export interface ConnectionOptions {
  readonly way: Way;
  /** For one request, where it is not told otherwise. */
  readonly timeout: number;
  readonly connectTimeout: number;
  readonly pauseAfterConnect: number;
  /** How long after its request an answer in serial frames may come. */
  readonly longestDelay?: number;
}

interface Asking {
  readonly request: Request;
  readonly timeout: number;
  readonly pauseBetweenRequests: number;
}

/**
 * A line's connection, opened anew as often as needed: one request in flight, its own deadlines, and after any doubt a
 * new stream. Nothing that writes to a meter can be sent.
 */
export class ModbusConnection {
  readonly #options: ConnectionOptions;
  /** Modbus TCP numbers its answers: nothing need be remembered. */
  readonly #late: LateAnswers | undefined;
  #link: Link | undefined;
  #opening: AbortController | undefined;
  #lastId = 0;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#late = options.way.framing === 'rtu' ? new LateAnswers(options.longestDelay) : undefined;
  }

  get isOpen(): boolean {
    return this.#link?.isOpen === true;
  }

  /** Opens a new connection in place of the old one, and pauses. Rejects with Unreachable. */
  async open(): Promise<void> {
    this.close();
    const { way, pauseAfterConnect } = this.#options;
    const opening = new AbortController();
    this.#opening = opening;
    let link: Link | undefined;
    try {
      const stream = await this.#streamOf(opening);
      link = new Link({ way, stream, id: this.#lastId, late: this.#late, onEnd: (why) => opening.abort(why) });
      link.start();
      if (pauseAfterConnect > 0) await pause(pauseAfterConnect, undefined, { signal: opening.signal });
      opening.signal.throwIfAborted();
      this.#link = link;
    } catch (error) {
      const why = messageOf(opening.signal.aborted ? opening.signal.reason : error);
      const unreachable = new Unreachable(`${way.name}: ${why}`, { cause: error });
      link?.end(unreachable);
      throw unreachable;
    } finally {
      if (this.#opening === opening) this.#opening = undefined;
    }
  }

  /**
   * The bytes of the values that are asked for, exactly as many. Settles within the time-out, in ms; where the line must be
   * brought into step first, within two and the pause between requests. Rejects with Unreachable, NoAnswer, BadAnswer
   * (all of which end the connection, but for a NoAnswer that nothing was sent for) or ModbusException (which does not).
   */
  ask(request: Request, timeout = this.#options.timeout, pauseBetweenRequests = 0): Promise<Buffer> {
    const link = this.#link;
    if (!link?.isOpen) {
      this.close();
      return Promise.reject(new Unreachable(`${this.#options.way.name}: there is no connection`));
    }
    if (!this.#late?.isAwaited(request, performance.now())) return link.ask(request, timeout);
    return this.#askInStep(link, this.#late, { request, timeout, pauseBetweenRequests });
  }

  /** Ends the connection at once; a request in flight rejects with NoAnswer. */
  close(): void {
    this.#opening?.abort(new Error('closed while it was being opened'));
    const link = this.#link;
    if (!link) return;
    this.#link = undefined;
    this.#lastId = link.id;
    link.end(new NoAnswer('the connection was closed while an answer was awaited'));
  }

  /** The answer to another request, which nothing late can be taken for, shows that nothing late will come any more. */
  async #askInStep(link: Link, late: LateAnswers, { request, timeout, pauseBetweenRequests }: Asking): Promise<Buffer> {
    const other = late.toldApart(request, performance.now());
    if (!other) throw new NoAnswer('an earlier answer may still be on its way and could not be told from this one');
    try {
      await link.ask(other, timeout);
    } catch (error) {
      if (!(error instanceof ModbusException)) throw error;
    }
    if (pauseBetweenRequests > 0) await pause(pauseBetweenRequests);
    if (!link.isOpen) throw new NoAnswer('the connection was closed before the request could be sent');
    return link.ask(request, timeout);
  }

  async #streamOf(opening: AbortController) {
    const { way, connectTimeout } = this.#options;
    const tooLate = () => opening.abort(new Error(`no connection within ${connectTimeout} ms`));
    const timer = setTimeout(tooLate, connectTimeout);
    try {
      const stream = await way.open(opening.signal);
      if (opening.signal.aborted) stream.destroy();
      opening.signal.throwIfAborted();
      return stream;
    } finally {
      clearTimeout(timer);
    }
  }
}
