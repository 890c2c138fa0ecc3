import type { Fleet } from '../domain/fleet.ts';
import type { Verdict } from '../domain/verdict.ts';
import { judgeSilence, type LineHeard, type SilenceLimits, threshold } from './meter-silent.ts';

interface MeterState {
  readonly meter: string;
  readonly pollInterval: number;
  last: number | undefined;
}

interface LineState {
  readonly meters: readonly MeterState[];
  /** The longest silence that is allowed to any of its meters. */
  readonly allowed: number;
  aliveSince: number;
  last: number;
}

/** Remembers when each meter was heard last, and judges the silence of each line at a given time. */
export class SilenceWatch {
  readonly #limits: SilenceLimits;
  readonly #listeningSince: number;
  readonly #lines = new Map<string, LineState>();
  readonly #meters = new Map<string, { readonly line: LineState; readonly state: MeterState }>();

  constructor(fleet: Fleet, limits: SilenceLimits, listeningSince: number) {
    this.#limits = limits;
    this.#listeningSince = listeningSince;
    for (const [name, places] of fleet.lines) {
      const meters = places.map(({ meter }) => ({
        meter: meter.id,
        pollInterval: meter.pollInterval,
        last: undefined,
      }));
      const allowed = Math.max(...meters.map((meter) => threshold(meter, limits)));
      const line = { meters, allowed, aliveSince: listeningSince, last: listeningSince };
      this.#lines.set(name, line);
      for (const state of meters) this.#meters.set(state.meter, { line, state });
    }
  }

  /** Something of the meter arrived at this time: what its clock says, and how old the reading is, does not matter here. */
  heard(meter: string, arrivedAt: number): void {
    const found = this.#meters.get(meter);
    if (!found) return;
    const { line, state } = found;
    // Not later than now, also when the clock was set back.
    if (arrivedAt - line.last > line.allowed || line.aliveSince > arrivedAt) line.aliveSince = arrivedAt;
    state.last = arrivedAt;
    line.last = arrivedAt;
  }

  /** When the meter was heard last; undefined when it was not heard since listening began. */
  lastHeard(meter: string): number | undefined {
    return this.#meters.get(meter)?.state.last;
  }

  /** Verdicts by subject (meter or line) with the time of the last reading as start, for every line. */
  judge(now: number): readonly { subject: string; verdict: Verdict; start: number }[] {
    return [...this.#lines].flatMap(([line, state]) => {
      const heard: LineHeard = { line, listeningSince: this.#listeningSince, ...state };
      return [...judgeSilence(heard, now, this.#limits)].map(([subject, verdict]) => {
        const last = subject === line ? state.last : this.lastHeard(subject);
        const start = verdict.standing === 'bad' ? (last ?? this.#listeningSince) : now;
        return { subject, verdict, start };
      });
    });
  }
}
