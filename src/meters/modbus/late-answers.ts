import { type Asked, answerLength, hasEqualAnswer } from './answer-frame.ts';
import type { RegisterRequest, Request } from './request.ts';

/** A request that was sent and never answered. */
interface Sent extends Asked {
  /** By the process's own clock, in ms. */
  readonly at: number;
}

/** In milliseconds: what no gateway or modem keeps an answer for. */
const LONGEST_DELAY = 60_000;
/** Requests that stay unanswered within that time, and kinds of answers that came: more than any line has. */
const MOST = 512;

/**
 * The answers that a line with serial frames still owes. They carry no number, and a gateway gives a late one to whoever is
 * connected then: it is known by its unit, function code and length only. Lines answer in the order of the requests, so
 * what comes proves that nothing older will. `now` is the process's own clock, in ms.
 */
export class LateAnswers {
  readonly #longestDelay: number;
  /** In the order of sending, no two with equal answers. */
  readonly #sent: Sent[] = [];
  /** What was answered well: of each unit, function code and count the newest. */
  readonly #proven = new Map<number, RegisterRequest>();

  constructor(longestDelay = LONGEST_DELAY) {
    this.#longestDelay = longestDelay;
  }

  add(request: Request, at: number): void {
    this.#sent.push({ request, framing: 'rtu', id: 0, at });
    if (this.#sent.length > MOST) this.#sent.shift();
  }

  /** Something later was answered: nothing comes late any more. `proven` where it was no exception. */
  clear(proven: Request | undefined): void {
    this.#sent.length = 0;
    if (!proven || !isOfRegisters(proven)) return;
    this.#proven.set((proven.unit << 16) | (proven.functionCode << 8) | proven.count, proven);
    if (this.#proven.size > MOST) this.#proven.clear();
  }

  /** Whether a late answer could be taken for the answer to this request. */
  isAwaited(request: Request, now: number): boolean {
    if (this.#sent.length === 0) return false;
    this.#forget(now);
    return this.#sent.some((sent) => hasEqualAnswer(sent.request, request));
  }

  /**
   * What to ask of the same unit instead, so that no late answer can be taken for its answer: the beginning of the request,
   * cut between two values, or what was answered before, or else the same registers by the other function code, to which
   * an exception is told apart too. Undefined where all of that went unanswered: nothing else differs in its answer and is
   * known to be harmless.
   */
  toldApart(request: Request, now: number): RegisterRequest | undefined {
    for (const other of [...beginnings(request), ...this.#proven.values(), ...byOtherFunction(request)]) {
      if (other.unit === request.unit && !this.isAwaited(other, now)) return other;
    }
    return undefined;
  }

  /**
   * How many of these bytes are a late answer or a late exception, which is not awaited any more then; 0 for the beginning
   * of one. Undefined for anything else.
   */
  taken(bytes: Buffer, now: number): number | undefined {
    if (this.#sent.length === 0) return undefined;
    this.#forget(now);
    let isBeginning = false;
    for (const [index, sent] of this.#sent.entries()) {
      const length = answerLength(bytes, sent);
      if (typeof length === 'string') continue;
      if (length === 0) isBeginning = true;
      else {
        // With it goes what was asked before it, whose answer would have come before.
        this.#sent.splice(0, index + 1);
        return length;
      }
    }
    return isBeginning ? 0 : undefined;
  }

  #forget(now: number): void {
    const kept = this.#sent.findIndex(({ at }) => now - at < this.#longestDelay);
    this.#sent.splice(0, kept < 0 ? this.#sent.length : kept);
  }
}

function isOfRegisters(request: Request): request is RegisterRequest {
  return request.functionCode === 3 || request.functionCode === 4;
}

function beginnings(request: Request): readonly RegisterRequest[] {
  if (!isOfRegisters(request)) return [];
  const { unit, functionCode, start, cuts = [] } = request;
  return cuts.map((count) => ({ unit, functionCode, start, count }));
}

/** A meter that does not have this function says so, with the function code in its exception. */
function byOtherFunction(request: Request): readonly RegisterRequest[] {
  if (!isOfRegisters(request)) return [];
  const other = { ...request, functionCode: request.functionCode === 3 ? 4 : 3 } as const;
  return [other, ...beginnings(other)];
}
