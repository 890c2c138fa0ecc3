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
  /** For one request, where it is not told otherwise; never shorter than another that it is told. */
  readonly timeout: number;
  readonly connectTimeout: number;
  readonly pauseAfterConnect: number;
  /** How long after its request an answer in serial frames may come; on a wire two time-outs unless it is told. */
  readonly longestDelay?: number;
}

/** The link that stands, and a signal that aborts when it ends. */
interface Standing {
  readonly link: Link;
  readonly ended: AbortSignal;
}

interface Asking {
  readonly request: Request;
  readonly timeout: number;
  readonly pauseBetweenRequests: number;
}

const UNTELLABLE = 'an earlier answer may still be on its way and could not be told from this one';
/** Nothing lies on a wire: behind a second time-out a meter has given up, or has lost the request. */
const TIMEOUTS_ON_A_WIRE = 2;

/**
 * A line's connection, opened anew as often as needed: one request in flight, its own deadlines, and after any doubt a
 * new stream. Nothing that writes to a meter can be sent.
 */
export class ModbusConnection {
  readonly #options: ConnectionOptions;
  /** Modbus TCP numbers its answers: nothing need be remembered. */
  readonly #late: LateAnswers | undefined;
  #standing: Standing | undefined;
  #opening: AbortController | undefined;
  #lastId = 0;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    const { longestDelay, timeout, way } = options;
    const delay = longestDelay ?? (way.silence === undefined ? undefined : TIMEOUTS_ON_A_WIRE * timeout);
    this.#late = way.framing === 'rtu' ? new LateAnswers(delay) : undefined;
  }

  get isOpen(): boolean {
    return this.#standing?.link.isOpen === true;
  }

  /** The other side has called once more: the next connection stands as soon as it is opened. */
  get hasNext(): boolean {
    return this.#options.way.hasNext?.() === true;
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
      this.#standing = { link, ended: opening.signal };
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
    const standing = this.#standing;
    if (!standing?.link.isOpen) {
      this.close();
      return Promise.reject(new Unreachable(`${this.#options.way.name}: there is no connection`));
    }
    if (!this.#late?.isAwaited(request, performance.now())) return standing.link.ask(request, timeout);
    return this.#askInStep(standing, this.#late, { request, timeout, pauseBetweenRequests });
  }

  /** Ends the connection at once; a request in flight rejects with NoAnswer. */
  close(): void {
    this.#opening?.abort(new Error('closed while it was being opened'));
    const link = this.#standing?.link;
    if (!link) return;
    this.#standing = undefined;
    this.#lastId = link.id;
    link.end(new NoAnswer('the connection was closed while an answer was awaited', 'closed'));
  }

  /** The answer to another request, which nothing late can be taken for, shows that nothing late will come any more. */
  async #askInStep({ link, ended }: Standing, late: LateAnswers, asking: Asking): Promise<Buffer> {
    const { request, timeout, pauseBetweenRequests } = asking;
    const other = late.toldApart(request, performance.now());
    if (!other) throw new NoAnswer(UNTELLABLE, 'held back');
    try {
      await link.ask(other, timeout);
    } catch (error) {
      if (!(error instanceof ModbusException)) throw error;
    }
    try {
      if (pauseBetweenRequests > 0) await pause(pauseBetweenRequests, undefined, { signal: ended });
      if (!link.isOpen) throw new Error('the other side is gone');
    } catch (cause) {
      throw new NoAnswer('the connection was closed before the request could be sent', 'closed', { cause });
    }
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
