import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { messageOf } from '../../lib/errors.ts';
import { hasEqualAnswer } from './answer-frame.ts';
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
  /** How many came over it. */
  answers: number;
}

/** The last answer in serial frames. */
interface Answer {
  readonly request: Request;
  readonly values: Buffer;
}

interface Asking {
  readonly request: Request;
  readonly timeout: number;
  readonly pauseBetweenRequests: number;
}

const UNTELLABLE = 'an earlier answer may still be on its way and could not be told from this one';
/** So often in a row, and every request gets a connection of its own. */
const HANGS_UP_ALWAYS = 2;
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
  #latest: Answer | undefined;
  /** How often in a row the other side hung up on a second request. */
  #hangUps = 0;
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
      this.#standing = { link, ended: opening.signal, answers: 0 };
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
    if (!this.#late) return standing.link.ask(request, timeout);
    return this.#askUnnumbered(this.#late, { request, timeout, pauseBetweenRequests });
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

  /** Answers without a number. One with the very values of the one before may be that one, sent twice. */
  async #askUnnumbered(late: LateAnswers, asking: Asking): Promise<Buffer> {
    const { request } = asking;
    let values = await this.#askInStep(late, asking);
    const latest = this.#latest;
    if (latest && isRepeated(latest, { request, values })) {
      late.add(request, performance.now());
      values = await this.#askInStep(late, asking);
    }
    this.#latest = { request, values };
    return values;
  }

  /** The answer to another request, which nothing late can be taken for, shows that nothing late will come any more. */
  async #askInStep(late: LateAnswers, { request, timeout, pauseBetweenRequests }: Asking): Promise<Buffer> {
    if (!late.isAwaited(request, performance.now())) return this.#askNext(request, timeout);
    const other = late.toldApart(request, performance.now());
    if (!other) throw new NoAnswer(UNTELLABLE, 'held back');
    try {
      await this.#askNext(other, timeout);
    } catch (error) {
      if (!(error instanceof ModbusException)) throw error;
    }
    if (pauseBetweenRequests > 0) await this.#pause(pauseBetweenRequests);
    return this.#askNext(request, timeout);
  }

  async #askNext(request: Request, timeout: number): Promise<Buffer> {
    if (this.#standing && this.#standing.answers > 0 && this.#hangUps >= HANGS_UP_ALWAYS) await this.open();
    const standing = this.#standing;
    if (!standing?.link.isOpen)
      throw new NoAnswer('the connection was closed before the request could be sent', 'closed');
    try {
      const values = await standing.link.ask(request, timeout);
      this.#answered(standing);
      return values;
    } catch (error) {
      if (error instanceof ModbusException) this.#answered(standing);
      const isHangUp = error instanceof NoAnswer && error.reason === 'hung up' && !this.#options.way.isCalling;
      if (isHangUp && standing.answers > 0) this.#hangUps += 1;
      throw error;
    }
  }

  /** A device that answers twice does not hang up behind each answer. */
  #answered(standing: Standing): void {
    if (standing.answers > 0) this.#hangUps = 0;
    standing.answers += 1;
  }

  async #pause(ms: number): Promise<void> {
    try {
      await pause(ms, undefined, { signal: this.#standing?.ended });
    } catch (cause) {
      throw new NoAnswer('the connection was closed before the request could be sent', 'closed', { cause });
    }
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

/** Values of another request that equal the latest to the last bit, where the frames are of one kind. */
function isRepeated(latest: Answer, { request, values }: Answer): boolean {
  if (!hasEqualAnswer(latest.request, request) || !latest.values.equals(values)) return false;
  return !isDeepStrictEqual(latest.request, request);
}
