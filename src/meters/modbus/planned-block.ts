import type { MissingReason } from '../../domain/reading.ts';
import { Patience } from './patience.ts';
import { type Block, splitBlock } from './read-plan.ts';

const REFUSALS_UNTIL_GONE = 3;
/** Milliseconds: no meter starts up for longer. */
const REFUSED_UNTIL_GONE = 60_000;
const FIRST_TRY_WHOLE = 300_000;
const RAREST_TRY_WHOLE = 86_400_000;

/** What is asked for in one request, and what is known of it. Times are epoch milliseconds. */
export class Piece {
  readonly block: Block;
  readonly patience: Patience;
  isTold = false;
  /** Why its values are not there when they are not: what became of it when it was asked for last. */
  missing: MissingReason = 'not answered';
  #isProven = false;
  #refusals = 0;
  #refusedSince = Number.POSITIVE_INFINITY;

  constructor(block: Block, probeInterval: number) {
    this.block = block;
    this.patience = new Patience(3, probeInterval);
  }

  given(): void {
    this.patience.succeeded();
    this.isTold = false;
    this.missing = 'not answered';
    this.#isProven = true;
    this.#refusals = 0;
    this.#refusedSince = Number.POSITIVE_INFINITY;
  }

  refused(now: number): void {
    this.#refusals += 1;
    // A clock that was set back must not make a long refusal of a short one.
    this.#refusedSince = Math.min(this.#refusedSince, now);
  }

  /**
   * Not all of its registers are there. Where the meter has given it before, a refusal may be a state that passes, such as
   * starting up; refused again and again for longer, the meter is another one by now.
   */
  isGone(now: number): boolean {
    if (!this.#isProven) return true;
    return this.#refusals >= REFUSALS_UNTIL_GONE && now - this.#refusedSince > REFUSED_UNTIL_GONE;
  }
}

/** A block of the plan: asked for whole, or in pieces where the meter refused it, and now and then whole again. */
export class PlannedBlock {
  readonly whole: Piece;
  readonly isSlow: boolean;
  readonly #probeInterval: number;
  #pieces: readonly Piece[];
  #isWholeDueAt = 0;
  #pause = FIRST_TRY_WHOLE;

  constructor(block: Block, isSlow: boolean, probeInterval: number) {
    this.whole = new Piece(block, probeInterval);
    this.isSlow = isSlow;
    this.#probeInterval = probeInterval;
    this.#pieces = [this.whole];
  }

  get isSplit(): boolean {
    return this.#pieces[0] !== this.whole;
  }

  /** What is to be asked for now. A whole block that is tried again comes before its pieces, which it makes needless. */
  *toAsk(now: number): Generator<Piece> {
    if (this.isSplit && this.#isWholeDue(now)) {
      yield this.whole;
      if (!this.isSplit) return;
    }
    yield* this.#pieces;
  }

  /** True where the whole block was given that had been split: it is whole again. */
  given(piece: Piece): boolean {
    piece.given();
    if (piece !== this.whole || !this.isSplit) return false;
    this.#pieces = [this.whole];
    this.#pause = FIRST_TRY_WHOLE;
    return true;
  }

  /** The whole block was tried and not given: the next try is twice as far away. */
  wholeMissed(now: number): void {
    this.#pause = Math.min(2 * this.#pause, RAREST_TRY_WHOLE);
    this.#isWholeDueAt = now + this.#pause;
  }

  /** Asks for two parts of a piece from now on; false where it is a single register. */
  split(piece: Piece, now: number): boolean {
    const halves = splitBlock(piece.block);
    if (!halves) return false;
    if (!this.isSplit) {
      this.whole.patience.succeeded();
      this.#isWholeDueAt = now + this.#pause;
    }
    const parts = halves.map((half) => new Piece(half, this.#probeInterval));
    this.#pieces = this.#pieces.flatMap((each) => (each === piece ? parts : [each]));
    return true;
  }

  #isWholeDue(now: number): boolean {
    // A clock that was set back must not put the try off by more than the pause.
    return now >= this.#isWholeDueAt || this.#isWholeDueAt - now > this.#pause;
  }
}
