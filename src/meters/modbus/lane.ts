import type { Clock } from '../../lib/clock.ts';
import type { BusLoad } from './bus-load.ts';

type Work = () => Promise<void>;

interface Poll {
  readonly work: Work;
  readonly served: number;
}

interface SpareTurn {
  readonly since: number;
  readonly work: Work;
  giveUp(reason: Error): void;
}

export interface LaneParts {
  readonly load: BusLoad;
  readonly clock: Clock;
  /** Nothing waits any more. */
  onIdle(): void;
  /** Work of a poll must not throw; when it does, the lane goes on. */
  onFault(error: unknown): void;
}

/**
 * Spare work that polls kept waiting for so long comes first: a line that is always busy must not lose it for good. Behind
 * each such turn comes a poll, however much of it is overdue.
 */
const LONGEST_WAIT = 10_000;

/**
 * Whose turn it is on a line: one thing at a time, polls before what is not urgent, and of the polls the one whose meter
 * was served longest ago. It does not bound how much waits; its user lets nobody wait twice.
 */
export class Lane {
  readonly #parts: LaneParts;
  #polls: Poll[] = [];
  #spare: SpareTurn[] = [];
  /** The latest turn was taken from polls that waited. */
  #wasOverdue = false;
  #working: Promise<void> | undefined;
  #stopped: Error | undefined;

  constructor(parts: LaneParts) {
    this.#parts = parts;
  }

  get isIdle(): boolean {
    return this.#working === undefined;
  }

  /** `served` grows with every poll that was made: the lowest is next, and of equals the one that came first. */
  poll(work: Work, served = 0): void {
    if (this.#stopped) return;
    this.#polls.push({ work, served });
    this.#wake();
  }

  /** Does the work when the lane has nothing more urgent, and settles as it does; rejects when the lane stops first. */
  spare<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#stopped) {
        reject(this.#stopped);
        return;
      }
      const settle = () => work().then(resolve, reject);
      this.#spare.push({ since: this.#parts.clock.now(), work: settle, giveUp: reject });
      this.#wake();
    });
  }

  /** Gives up what waits, and resolves when the work in hand has ended. */
  async stop(): Promise<void> {
    this.#stopped = new Error('the line was stopped');
    this.#polls = [];
    for (const { giveUp } of this.#spare.splice(0)) giveUp(this.#stopped);
    await this.#working;
  }

  /** Not at once: of what is put in at one tick, the polls come first. */
  #wake(): void {
    this.#working ??= Promise.resolve().then(() => this.#run());
  }

  async #run(): Promise<void> {
    const { clock, load, onFault, onIdle } = this.#parts;
    for (let work = this.#next(); work; work = this.#next()) {
      const start = clock.now();
      try {
        await work();
      } catch (error) {
        onFault(error);
      }
      load.add(start, clock.now());
    }
    this.#working = undefined;
    onIdle();
  }

  #next(): Work | undefined {
    const [spare] = this.#spare;
    const isOverdue = spare !== undefined && this.#parts.clock.now() - spare.since > LONGEST_WAIT;
    this.#wasOverdue = isOverdue && !this.#wasOverdue;
    const poll = this.#wasOverdue ? undefined : this.#nextPoll();
    return poll ?? this.#spare.shift()?.work;
  }

  /**
   * In the order of their coming, a line that is a little too slow would always skip the same meters: those that still
   * wait or run when they are due again.
   */
  #nextPoll(): Work | undefined {
    let next = 0;
    for (const [index, { served }] of this.#polls.entries()) {
      if (served < (this.#polls[next]?.served ?? served)) next = index;
    }
    return this.#polls.splice(next, 1)[0]?.work;
  }
}
