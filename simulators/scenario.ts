import type { Fault, Faults } from './electricity/faults.ts';

/** One fault with its time, in milliseconds after the start of the scenario, and what people are told about it. */
export interface ScenarioStep {
  readonly from: number;
  readonly until: number;
  readonly fault: Fault;
  readonly begins: string;
  readonly ends: string;
}

/** Injects and clears faults as time passes. Whoever holds the clock calls `advance`. */
export class Scenario {
  readonly #pending: { readonly at: number; readonly line: string; readonly act: () => void }[];
  readonly #announce: (line: string) => void;

  constructor(steps: readonly ScenarioStep[], faults: Faults, announce: (line: string) => void) {
    this.#announce = announce;
    this.#pending = steps
      .flatMap((step) => [
        { at: step.from, line: step.begins, act: () => faults.inject(step.fault) },
        { at: step.until, line: step.ends, act: () => faults.clear(step.fault) },
      ])
      .sort((a, b) => a.at - b.at);
  }

  /** Does everything that is due `elapsedMs` after the start, in order, each once. */
  advance(elapsedMs: number): void {
    for (let next = this.#pending[0]; next && next.at <= elapsedMs; next = this.#pending[0]) {
      this.#pending.shift();
      next.act();
      this.#announce(`t+${Math.round(next.at / 1000)} s: ${next.line}`);
    }
  }

  get isOver(): boolean {
    return this.#pending.length === 0;
  }
}
