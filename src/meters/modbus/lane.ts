import type { Clock } from '../../lib/clock.ts';
import type { BusLoad } from './bus-load.ts';

type Work = () => Promise<void>;

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

/** Spare work that polls kept waiting for so long comes first once: a line that is always busy must not lose it for good. */
const LONGEST_WAIT = 10_000;

/**
 * Whose turn it is on a line: one thing at a time, polls in the order they came, and what is not urgent only while no poll
 * waits. It does not bound how much waits; its user lets nobody wait twice.
 */
export class Lane {
  readonly #parts: LaneParts;
  #polls: Work[] = [];
  #spare: SpareTurn[] = [];
  #working: Promise<void> | undefined;
  #stopped: Error | undefined;

  constructor(parts: LaneParts) {
    this.#parts = parts;
  }

  get isIdle(): boolean {
    return this.#working === undefined;
  }

  poll(work: Work): void {
    if (this.#stopped) return;
    this.#polls.push(work);
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
    const poll = isOverdue ? undefined : this.#polls.shift();
    return poll ?? this.#spare.shift()?.work;
  }
}
