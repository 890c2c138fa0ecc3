import type { Unit } from './unit.ts';

/** Probes of one line are at least so much of a probe interval apart, however many of its units are silent. */
const SHARE_BETWEEN = 0.1;
/** Of so many probes in a row, one waits as long as a poll would, for a unit that has become slow. */
const PATIENT_EVERY = 10;
/** An answer may take so many times the longest that was seen. */
const ALLOWANCE = 3;
const SHORTEST = 50;
/** Milliseconds for a new connection after a probe that nobody answered. */
const RECONNECT = 20;

/** When the silent units of a line are probed, and for how long. Times are epoch milliseconds. */
export class ProbeTime {
  readonly #between: number;
  #last = Number.NEGATIVE_INFINITY;
  #isRunning = false;

  constructor(probeInterval: number) {
    this.#between = SHARE_BETWEEN * probeInterval;
  }

  isDue(now: number): boolean {
    // A clock that was set back counts as a pause that is over.
    return !this.#isRunning && (now - this.#last >= this.#between || now < this.#last);
  }

  began(now: number): void {
    this.#isRunning = true;
    this.#last = now;
  }

  ended(unit: Unit): void {
    this.#isRunning = false;
    // What brought one back may have brought them all back.
    if (!unit.isSilent) this.#last = Number.NEGATIVE_INFINITY;
  }

  /** Milliseconds to wait for the first answer: until the next poll is due, and as long as units of this line need. */
  of(unit: Unit, units: Iterable<Unit>, now: number): number {
    const { timeout } = unit.meter.timing;
    unit.probes += 1;
    if (unit.probes % PATIENT_EVERY === 0) return timeout;
    let gap = Number.POSITIVE_INFINITY;
    let slowest = unit.access.slowestAnswer;
    for (const other of units) {
      if (other === unit || other.isSilent) continue;
      gap = Math.min(gap, other.dueAt + other.meter.pollInterval - now - RECONNECT);
      slowest ??= other.access.slowestAnswer;
    }
    const needed = slowest === undefined ? timeout : Math.max(SHORTEST, ALLOWANCE * slowest);
    return Math.min(timeout, Math.max(needed, gap));
  }
}
