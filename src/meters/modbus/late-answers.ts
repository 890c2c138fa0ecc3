import { type Asked, answerLength, exceptionIn, hasEqualAnswer } from './answer-frame.ts';
import type { RegisterRequest, Request } from './request.ts';

/** A request that was sent and never answered. */
interface Sent extends Asked {
  /** By the process's own clock, in ms. */
  readonly at: number;
  /** While it was awaited, an exception came that was taken for an older one: it may have been its own. */
  readonly isInDoubt: boolean;
}

/** In milliseconds: what no gateway or modem keeps an answer for. */
const LONGEST_DELAY = 60_000;
/** Requests that stay unanswered within that time, and kinds of answers that came: more than any line has. */
const MOST = 512;

/**
 * The answers that a line with serial frames still owes. They carry no number, and a gateway gives a late one to whoever is
 * connected then: it is known by its unit, function code and length only. A meter answers in the order of its requests, so
 * what comes of it proves that nothing older of it will; of others it proves nothing, for there may be several ways behind
 * a gateway. `now` is the process's own clock, in ms.
 */
export class LateAnswers {
  readonly #longestDelay: number;
  /** In the order of sending, no two with equal answers. */
  readonly #sent: Sent[] = [];
  /** What was answered well: of each unit, function code and count the newest. */
  readonly #proven = new Map<number, RegisterRequest>();
  /** The last exception that was taken for a late one. */
  #exception: { readonly request: Request; readonly at: number } | undefined;

  constructor(longestDelay = LONGEST_DELAY) {
    this.#longestDelay = longestDelay;
  }

  add(request: Request, at: number): void {
    const { request: refused, at: refusedAt } = this.#exception ?? { at: Number.NEGATIVE_INFINITY };
    const isInDoubt = refusedAt >= at && refused !== undefined && hasEqualException(refused, request);
    this.#sent.push({ request, framing: 'rtu', id: 0, at, isInDoubt });
    if (this.#sent.length > MOST) this.#sent.shift();
  }

  /** It was answered, so that nothing older of its unit comes any more; `isProven` where that was no exception. */
  clear(answered: Request, isProven: boolean): void {
    this.#drop(({ request }) => request.unit === answered.unit);
    if (!isProven || !isOfRegisters(answered)) return;
    this.#proven.set((answered.unit << 16) | (answered.functionCode << 8) | answered.count, answered);
    if (this.#proven.size > MOST) this.#proven.clear();
  }

  /**
   * Whether a late answer could be taken for the answer to this request, or its exception for a late one where that may
   * have happened to the request before.
   */
  isAwaited(request: Request, now: number): boolean {
    if (this.#sent.length === 0) return false;
    this.#forget(now);
    return this.#sent.some(
      (sent) => hasEqualAnswer(sent.request, request) || (sent.isInDoubt && hasEqualException(sent.request, request)),
    );
  }

  /**
   * What to ask of the same unit instead, so that no late answer can be taken for its answer: the beginning of the request,
   * cut between two values, or what was answered before, or else the same registers by the other function code, to which
   * an exception is told apart too. A unit that may know exceptions only is asked by that code first. Undefined where all
   * of that went unanswered: nothing else differs in its answer and is known to be harmless.
   */
  toldApart(request: Request, now: number): RegisterRequest | undefined {
    const isOfUnit = (other: Request) => other.unit === request.unit;
    const proven = [...this.#proven.values()].filter(isOfUnit);
    const byLength = [...beginnings(request), ...proven];
    const byCode = byOtherFunction(request);
    const others = proven.length > 0 ? [...byLength, ...byCode] : [...byCode, ...byLength];
    const isInDoubt = this.#sent.some((sent) => sent.isInDoubt && isOfUnit(sent.request));
    return others.find((other) => !this.isAwaited(other, now) && !(isInDoubt && this.#hasException(other)));
  }

  /** Whether its exception could be taken for a late one. */
  #hasException(request: Request): boolean {
    return this.#sent.some((sent) => hasEqualException(sent.request, request));
  }

  /**
   * How many of these bytes are a late answer or a late exception, which is not awaited any more then; 0 for the beginning
   * of one. Undefined for anything else.
   */
  taken(bytes: Buffer, now: number): number | undefined {
    if (this.#sent.length === 0) return undefined;
    this.#forget(now);
    let isBeginning = false;
    for (const sent of this.#sent) {
      const length = answerLength(bytes, sent);
      if (typeof length === 'string') continue;
      if (length === 0) isBeginning = true;
      else {
        // With it goes what its unit was asked before, whose answer would have come before.
        const { request, at } = sent;
        this.#drop((other) => other.request.unit === request.unit && other.at <= at);
        if (exceptionIn(bytes, sent) !== undefined) this.#exception = { request: sent.request, at: now };
        return length;
      }
    }
    return isBeginning ? 0 : undefined;
  }

  #drop(isOver: (sent: Sent) => boolean): void {
    const left = this.#sent.filter((sent) => !isOver(sent));
    this.#sent.splice(0, this.#sent.length, ...left);
  }

  #forget(now: number): void {
    const kept = this.#sent.findIndex(({ at }) => now - at < this.#longestDelay);
    this.#sent.splice(0, kept < 0 ? this.#sent.length : kept);
  }
}

/** Without a transaction, of an exception nothing else is known. */
function hasEqualException(one: Request, other: Request): boolean {
  return one.unit === other.unit && one.functionCode === other.functionCode;
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
