import { monitorEventLoopDelay } from 'node:perf_hooks';

/** What one measured process has to say. */
export interface Measured {
  readonly polls: number;
  readonly microsecondsPerPoll: number;
  readonly skipped: number;
  readonly loopDelayP99: number;
  /** Milliseconds by which polls of meters that answer are later than they were due, 99th percentile. */
  readonly jitterP99: number;
  readonly heapMb: number;
  readonly rssMb: number;
}

/** Event-loop delays are sampled so often, in milliseconds. */
const RESOLUTION = 5;
const MB = 1_000_000;

/** Measures this process from now on. */
export class Meterings {
  readonly #cpu = process.cpuUsage();
  readonly #delays = monitorEventLoopDelay({ resolution: RESOLUTION });
  readonly #late: number[] = [];

  constructor() {
    this.#delays.enable();
  }

  /** A poll came so many milliseconds after it was due. */
  late(ms: number): void {
    this.#late.push(ms);
  }

  result(polls: number, skipped: number): Measured {
    const { user, system } = process.cpuUsage(this.#cpu);
    const { heapUsed, rss } = process.memoryUsage();
    return {
      polls,
      microsecondsPerPoll: (user + system) / polls,
      skipped,
      loopDelayP99: this.#delays.percentile(99) / MB - RESOLUTION,
      jitterP99: percentile99(this.#late),
      heapMb: heapUsed / MB,
      rssMb: rss / MB,
    };
  }
}

function percentile99(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? 0;
}
