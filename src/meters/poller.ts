import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';

/** A meter to be polled every `interval` milliseconds. `poll` must return at once. */
export interface PollTask {
  readonly meter: string;
  readonly line: string;
  readonly interval: number;
  poll(): void;
  /** So many ticks went by without a poll because the process was stalled. */
  missed(ticks: number): void;
}

interface Slot {
  readonly interval: number;
  readonly offset: number;
  readonly tasks: PollTask[];
  due: number;
}

const FINEST_SLOT = 100;
/** Slots are no finer than this share of the interval: each one wakes the process up. */
const SLOT_SHARE = 0.01;
const LONGEST_SLEEP = 60_000;
const SPREAD = 0.8;

/**
 * Polls meters on ticks that are aligned to the wall clock. The lines are spread over the first 80 % of the interval in
 * slots of 100 ms or, if that is more, 1 % of it: polled any later, a line would answer now before, now after the end of a window, whose count of readings
 * would swing. The meters of a line are due together, and one timer waits for the slot that is due next: a wake-up for each
 * meter would cost four times the CPU. Ticks that a stall made impossible are not made up for.
 */
export class Poller {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #slots: readonly Slot[];
  #timer: NodeJS.Timeout | undefined;

  constructor({ tasks, clock, log }: { tasks: readonly PollTask[]; clock: Clock; log: Log }) {
    this.#clock = clock;
    this.#log = log;
    this.#slots = slotsOf(tasks);
  }

  start(): void {
    const now = this.#clock.now();
    for (const slot of this.#slots) slot.due = nextDue(slot, now);
    this.#sleep();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #sleep(): void {
    if (this.#slots.length === 0) return;
    let next = Number.POSITIVE_INFINITY;
    for (const { due } of this.#slots) next = Math.min(next, due);
    const pause = Math.min(Math.max(0, next - this.#clock.now()), LONGEST_SLEEP);
    this.#timer = setTimeout(() => this.#tick(), pause);
  }

  #tick(): void {
    const now = this.#clock.now();
    for (const slot of this.#slots) {
      // Set forward or back, the clock is followed, but a tick never comes twice.
      const isClockSetBack = slot.due - now > slot.interval;
      const late = now - slot.due;
      if (late < 0 && !isClockSetBack) continue;
      slot.due = nextDue(slot, now);
      if (isClockSetBack) continue;
      for (const task of slot.tasks) this.#run(task, Math.floor(late / slot.interval));
    }
    this.#sleep();
  }

  #run(task: PollTask, ticksMissed: number): void {
    try {
      if (ticksMissed > 0) task.missed(ticksMissed);
      task.poll();
    } catch (err) {
      this.#log.error({ meter: task.meter, err }, 'Polling a meter failed unexpectedly');
    }
  }
}

function slotsOf(tasks: readonly PollTask[]): readonly Slot[] {
  const groups = new Map<number, PollTask[]>();
  for (const task of tasks) {
    const group = groups.get(task.interval);
    if (group) group.push(task);
    else groups.set(task.interval, [task]);
  }
  return [...groups].flatMap(([interval, group]) => slotsOfInterval(interval, group));
}

function slotsOfInterval(interval: number, tasks: readonly PollTask[]): readonly Slot[] {
  const width = Math.max(FINEST_SLOT, Math.floor((SLOT_SHARE * interval) / FINEST_SLOT) * FINEST_SLOT);
  const lines = new Map<string, number>();
  for (const { line } of tasks) if (!lines.has(line)) lines.set(line, lines.size);
  const slots = new Map<number, Slot>();
  for (const task of tasks) {
    const share = ((lines.get(task.line) ?? 0) / lines.size) * SPREAD * interval;
    const offset = Math.floor(share / width) * width;
    const slot = slots.get(offset);
    if (slot) slot.tasks.push(task);
    else slots.set(offset, { interval, offset, tasks: [task], due: 0 });
  }
  return [...slots.values()];
}

/** The first instant after `now` that is `offset` beyond a multiple of the interval. */
function nextDue({ interval, offset }: Pick<Slot, 'interval' | 'offset'>, now: number): number {
  return Math.floor((now - offset) / interval) * interval + interval + offset;
}
