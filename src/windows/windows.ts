import { SPAN_NAMES, SPANS, type Span, type Window } from '../domain/window.ts';
import { OpenWindow, type Part } from './open-window.ts';

/** A window closes this long after its end, in milliseconds, so that the last answers of its readings can come in. */
export const ALLOWED_LATENESS = 5_000;

interface Timed extends Part {
  readonly meter: string;
  readonly time: number;
}

/** The open windows of one meter and span, by their start. */
type OpenWindows = Map<number, OpenWindow>;

/**
 * Clock-aligned windows of 1 and 10 minutes per meter. A reading belongs to a window by its own time; the time that is
 * passed in closes a window. A reading goes into the shortest of its windows that is open; a window that closes goes into
 * the next longer one.
 */
export class Windows {
  readonly #pollInterval: (meter: string) => number;
  readonly #open = new Map<string, Readonly<Record<Span, OpenWindows>>>();
  #closedUntil: number;

  /** Windows that end at or before `closedUntil` count as closed. `pollInterval` is in milliseconds. */
  constructor(pollInterval: (meter: string) => number, closedUntil = Number.NEGATIVE_INFINITY) {
    this.#pollInterval = pollInterval;
    this.#closedUntil = closedUntil;
  }

  /** Every window that ends at or before this time is closed. */
  closedUntil(): number {
    return this.#closedUntil;
  }

  /** 'late' when the reading's minute is closed already, 'known' when it has a reading of this instant. */
  add(part: Timed): 'new' | 'late' | 'known' {
    const { meter, time } = part;
    for (const span of SPAN_NAMES) {
      const start = startOf(span, time);
      if (start + SPANS[span] <= this.#closedUntil) continue;
      const window = this.#window(meter, span, start);
      const isLate = span !== SPAN_NAMES[0];
      if (window.has(time)) return isLate ? 'late' : 'known';
      window.add(time, part);
      return isLate ? 'late' : 'new';
    }
    return 'late';
  }

  /** More values of an instant that was added before: a message that came in two parts. It is not counted again. */
  amend(part: Timed): void {
    const { meter, time } = part;
    for (const span of SPAN_NAMES) {
      const window = this.#open.get(meter)?.[span].get(startOf(span, time));
      if (!window?.has(time)) continue;
      window.amend(time, part);
      return;
    }
  }

  /** Whether what is provisional of an instant still waits for its end. */
  isProvisional(meter: string, time: number): boolean {
    return SPAN_NAMES.some(
      (span) => this.#open.get(meter)?.[span].get(startOf(span, time))?.isProvisional(time) === true,
    );
  }

  /** The windows whose end lies ALLOWED_LATENESS or more before `now`, in order of end, then span. */
  close(now: number): readonly Window[] {
    this.#closedUntil = Math.max(this.#closedUntil, now - ALLOWED_LATENESS);
    const closed: OpenWindow[] = [];
    for (const open of this.#open.values()) {
      for (const [index, span] of SPAN_NAMES.entries()) closed.push(...this.#due(open[span], SPAN_NAMES[index + 1]));
    }
    return closed.sort(byEnd).map((window) => window.result(this.#expected(window)));
  }

  /** Takes those that are due out of `windows`, and puts them into their windows of the next longer span. */
  #due(windows: OpenWindows, longer: Span | undefined): OpenWindow[] {
    const due: OpenWindow[] = [];
    for (const window of windows.values()) {
      if (window.end > this.#closedUntil) continue;
      windows.delete(window.start);
      due.push(window);
      if (longer) this.#window(window.meter, longer, startOf(longer, window.start)).merge(window);
    }
    return due;
  }

  #window(meter: string, span: Span, start: number): OpenWindow {
    let open = this.#open.get(meter);
    if (!open) {
      open = { '1m': new Map(), '10m': new Map() };
      this.#open.set(meter, open);
    }
    const known = open[span].get(start);
    if (known) return known;
    const made = new OpenWindow(meter, span, start);
    open[span].set(start, made);
    return made;
  }

  #expected({ meter, span }: OpenWindow): number {
    return Math.max(1, Math.round(SPANS[span] / this.#pollInterval(meter)));
  }
}

function startOf(span: Span, time: number): number {
  return Math.floor(time / SPANS[span]) * SPANS[span];
}

function byEnd(a: OpenWindow, b: OpenWindow): number {
  return a.end - b.end || SPANS[a.span] - SPANS[b.span];
}
