import type { Fleet } from '../domain/fleet.ts';
import type { Verdict } from '../domain/verdict.ts';
import { judgeSilence, type LineHeard, type SilenceLimits, threshold } from './meter-silent.ts';

interface LineState {
  readonly meters: { meter: string; pollInterval: number; last: number | undefined }[];
  aliveSince: number;
  last: number;
}

/** Remembers when each meter was heard last, and judges the silence of each line at a given time. */
export class SilenceWatch {
  readonly #limits: SilenceLimits;
  readonly #listeningSince: number;
  readonly #lines: ReadonlyMap<string, LineState>;
  readonly #lineOfMeter: ReadonlyMap<string, string>;

  constructor(fleet: Fleet, limits: SilenceLimits, listeningSince: number) {
    this.#limits = limits;
    this.#listeningSince = listeningSince;
    this.#lines = new Map(
      [...fleet.lines].map(([line, places]) => [
        line,
        {
          meters: places.map(({ meter }) => ({ meter: meter.id, pollInterval: meter.pollInterval, last: undefined })),
          aliveSince: listeningSince,
          last: listeningSince,
        },
      ]),
    );
    this.#lineOfMeter = new Map([...fleet.meters.values()].map(({ meter, line }) => [meter.id, line]));
  }

  heard(meter: string, time: number): void {
    const line = this.#lines.get(this.#lineOfMeter.get(meter) ?? '');
    const entry = line?.meters.find((candidate) => candidate.meter === meter);
    if (!line || !entry || time <= (entry.last ?? Number.NEGATIVE_INFINITY)) return;
    entry.last = time;
    const allowed = Math.max(...line.meters.map((candidate) => threshold(candidate, this.#limits)));
    if (time - line.last > allowed) line.aliveSince = time;
    line.last = Math.max(line.last, time);
  }

  /** When the meter was heard last; undefined when it was not heard since listening began. */
  lastHeard(meter: string): number | undefined {
    const line = this.#lines.get(this.#lineOfMeter.get(meter) ?? '');
    return line?.meters.find((candidate) => candidate.meter === meter)?.last;
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
