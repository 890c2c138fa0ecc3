import type { Duplex } from 'node:stream';
import { type Asked, answerLength, exceptionIn, hasBegun, nextObjectIn, valuesIn } from './answer-frame.ts';
import { BadAnswer, brokenBy, type MeterError, ModbusException, NoAnswer } from './errors.ts';
import { behindHeartbeats, isBeginning } from './heartbeat.ts';
import type { LateAnswers } from './late-answers.ts';
import type { Request } from './request.ts';
import { requestFrame } from './request-frame.ts';
import { sendInSilence } from './silence.ts';
import type { Way } from './way.ts';

const NOTHING: Buffer = Buffer.alloc(0);

/** Milliseconds: a hang-up so soon after a request was on its way before; a gateway that took the request may answer late. */
const CROSSED = 50;

export interface LinkOptions {
  readonly way: Way;
  readonly stream: Duplex;
  /** The transaction before its first one. */
  readonly id?: number;
  /** What was asked over the line before and may still be answered; of serial frames only. */
  readonly late?: LateAnswers | undefined;
  /** Told once, why it ended. */
  readonly onEnd: (why: MeterError) => void;
}

/** A request that has no answer yet. */
interface Waiting extends Asked {
  id: number;
  /** Not before the line is silent. */
  isSent: boolean;
  sentAt: number;
  /** Of an identity: the object that was asked for last, and what came before. */
  object: number;
  values: Buffer;
  readonly timeout: number;
  readonly timer: NodeJS.Timeout;
  readonly resolve: (values: Buffer) => void;
  readonly reject: (why: Error) => void;
}

/**
 * Requests and answers over one open stream, one at a time. Whatever comes is judged as it comes: at the first byte that
 * cannot belong to the answer, and at one too many, the stream is ended, for nothing that follows could be trusted. Only
 * late answers to what was asked before are let pass: nothing may be asked whose answer looks like one of them.
 */
export class Link {
  readonly #way: Way;
  readonly #stream: Duplex;
  readonly #heartbeat: Buffer;
  readonly #late: LateAnswers | undefined;
  readonly #onEnd: (why: MeterError) => void;
  #id: number;
  #waiting: Waiting | undefined;
  /** The beginning of an answer or of a heartbeat: never more than one of either. */
  #rest = NOTHING;
  #hasEnded = false;
  /** When the last byte went or came, by the process's own clock. */
  #lastByte = 0;

  constructor({ way, stream, id = 0, late, onEnd }: LinkOptions) {
    this.#way = way;
    this.#stream = stream;
    this.#heartbeat = way.heartbeat ?? NOTHING;
    this.#id = id;
    this.#late = late;
    this.#onEnd = onEnd;
  }

  get isOpen(): boolean {
    return !this.#hasEnded && this.#stream.writable;
  }

  /** The last transaction. */
  get id(): number {
    return this.#id;
  }

  start(): void {
    this.#lastByte = performance.now();
    this.#stream.on('data', (chunk: Buffer) => this.#received(chunk));
    this.#stream.on('end', () => this.end(new NoAnswer('the other side closed the connection', 'hung up')));
    this.#stream.on('close', () => this.end(new NoAnswer('the connection was closed', 'closed')));
    this.#stream.on('error', (error) => this.end(brokenBy(error)));
    this.#stream.resume();
  }

  /** Settles within `timeout` ms. Rejects with NoAnswer or BadAnswer, which have ended the link, or ModbusException. */
  ask(request: Request, timeout: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      if (this.#waiting) throw new Error('a request is in flight already');
      const { framing } = this.#way;
      const id = (this.#id + 1) & 0xffff;
      const frame = requestFrame(request, framing, id);
      const timer = setTimeout(tooLate, timeout, this);
      this.#id = id;
      const nothing = { isSent: false, sentAt: 0, object: 0, values: NOTHING };
      this.#waiting = { request, framing, id, ...nothing, timeout, timer, resolve, reject };
      this.#send(this.#waiting, frame);
    });
  }

  /** Ends the stream at once, and the request in flight with the reason. */
  end(why: MeterError): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#stream.destroy();
    const waiting = this.#settled();
    if (waiting) this.#missed(waiting, why);
    waiting?.reject(why);
    this.#onEnd(why);
  }

  expire(): void {
    const { isSent, timeout } = this.#waiting ?? {};
    const came = this.#rest.length > 0 ? `, only ${this.#rest.length} bytes of it` : '';
    if (isSent) this.end(new NoAnswer(`no answer within ${timeout} ms${came}`));
    else this.end(new NoAnswer(`the line was never silent within ${timeout} ms`));
  }

  /**
   * Of an answer that has begun to come, nothing can come later that has a head and a right checksum. Who hangs up as the
   * request comes has not taken it; a modem that calls may, and gives to its next call what it got in between.
   */
  #missed({ isSent, sentAt, request }: Waiting, why: MeterError): void {
    const isCrossed = performance.now() - sentAt < CROSSED;
    const isDropped = isCrossed && why instanceof NoAnswer && why.reason === 'hung up' && !this.#way.isCalling;
    if (isSent && !isDropped && !hasBegun(this.#rest, request)) this.#late?.add(request, sentAt);
  }

  #send(waiting: Waiting, frame: Buffer): void {
    const { silence } = this.#way;
    const send = () => this.#write(waiting, frame);
    if (silence === undefined) send();
    else sendInSilence({ silence, send, lastByte: () => this.#lastByte, isWanted: () => this.#waiting === waiting });
  }

  #write(waiting: Waiting, frame: Buffer): void {
    // Behind the silence of a serial line a frame is over, whole or not.
    if (this.#way.silence !== undefined) this.#rest = NOTHING;
    this.#lastByte = performance.now();
    waiting.isSent = true;
    waiting.sentAt = this.#lastByte;
    this.#stream.write(frame);
  }

  #received(chunk: Buffer): void {
    if (this.#hasEnded) return;
    this.#lastByte = performance.now();
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    if (this.#waiting?.isSent) this.#judge(bytes, this.#waiting);
    else this.#unasked(bytes);
  }

  /** Lets heartbeats and late answers pass. Over anything else it ends the link, but on a serial line it is noise. */
  #unasked(bytes: Buffer): void {
    const rest = behindHeartbeats(bytes, this.#heartbeat);
    this.#rest = rest;
    if (isBeginning(rest, this.#heartbeat)) return;
    const late = this.#late?.taken(rest, this.#lastByte);
    if (late === 0) return;
    if (late !== undefined) this.#unasked(rest.subarray(late));
    else if (this.#way.silence !== undefined) this.#rest = NOTHING;
    else this.end(new BadAnswer('bytes came that nobody asked for'));
  }

  /** Keeps the beginning of a heartbeat, and ends the link over anything else. */
  #isEndedBy(tooMany: Buffer): boolean {
    const rest = behindHeartbeats(tooMany, this.#heartbeat);
    const isSound = isBeginning(rest, this.#heartbeat);
    this.#rest = isSound ? rest : NOTHING;
    if (!isSound) this.end(new BadAnswer(`${tooMany.length} bytes came behind the answer`));
    return !isSound;
  }

  #judge(bytes: Buffer, waiting: Waiting): void {
    const late = this.#late?.taken(bytes, this.#lastByte);
    if (late === undefined) this.#judgeFresh(bytes, waiting);
    else {
      this.#rest = bytes.subarray(late);
      if (late > 0 && this.#rest.length > 0) this.#judge(this.#rest, waiting);
    }
  }

  #judgeFresh(bytes: Buffer, waiting: Waiting): void {
    const length = answerLength(bytes, waiting);
    if (typeof length === 'string') {
      this.#doubted(bytes, length, waiting);
      return;
    }
    this.#rest = length === 0 ? bytes : NOTHING;
    if (length === 0) return;
    if (bytes.length > length && this.#isEndedBy(bytes.subarray(length))) return;
    this.#answered(bytes, length, waiting);
  }

  /** What is no answer may still have a heartbeat in front of one. */
  #doubted(bytes: Buffer, doubt: string, waiting: Waiting): void {
    this.#rest = behindHeartbeats(bytes, this.#heartbeat);
    if (isBeginning(this.#rest, this.#heartbeat)) return;
    if (this.#rest.length < bytes.length) this.#judge(this.#rest, waiting);
    else this.end(new BadAnswer(doubt));
  }

  #answered(bytes: Buffer, length: number, waiting: Waiting): void {
    const code = exceptionIn(bytes, waiting);
    this.#late?.clear(waiting.request, code === undefined);
    if (code !== undefined) {
      this.#settled()?.reject(new ModbusException(code));
      return;
    }
    const values = valuesIn(bytes, length, waiting);
    if (waiting.request.functionCode === 43) this.#identified(bytes, values, waiting);
    else this.#settled()?.resolve(values);
  }

  /** Asks on for the objects that did not fit. */
  #identified(bytes: Buffer, values: Buffer, waiting: Waiting): void {
    const next = nextObjectIn(bytes, waiting);
    const all = Buffer.concat([waiting.values, values]);
    if (next === undefined) {
      this.#settled()?.resolve(all);
      return;
    }
    if (next <= waiting.object) {
      this.end(new BadAnswer(`the identity goes on with object ${next} behind object ${waiting.object}`));
      return;
    }
    waiting.values = all;
    waiting.object = next;
    waiting.isSent = false;
    waiting.id = (waiting.id + 1) & 0xffff;
    this.#id = waiting.id;
    this.#send(waiting, requestFrame(waiting.request, waiting.framing, waiting.id, next));
  }

  #settled(): Waiting | undefined {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    clearTimeout(waiting?.timer);
    return waiting;
  }
}

function tooLate(link: Link): void {
  link.expire();
}
