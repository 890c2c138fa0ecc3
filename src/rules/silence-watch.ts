import type { Fleet } from '../domain/fleet.ts';
import { LINE_VOLTAGES, PHASE_VOLTAGES, type Quantity } from '../domain/quantity.ts';
import type { Reading } from '../domain/reading.ts';
import type { Verdict } from '../domain/verdict.ts';
import { judgeSilence, type LineHeard, type SilenceLimits, threshold } from './meter-silent.ts';

/** What quality checks have left of a reading. */
type Judged = Pick<Reading, 'values' | 'suspect' | 'missing'>;

/** Readings in a row without a voltage to be trusted: a single one may be a disturbed message. */
const DOUBTED_IN_A_ROW = 3;

const VOLTAGES = [...PHASE_VOLTAGES, ...LINE_VOLTAGES];

interface MeterState {
  readonly meter: string;
  readonly pollInterval: number;
  readonly allowed: number;
  last: number | undefined;
  trusted: number | undefined;
  /** Readings in a row that had voltages, and none of them to be trusted. */
  doubtedVoltages: number;
}

export interface SilenceVerdict {
  readonly subject: string;
  readonly verdict: Verdict;
  readonly start: number;
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
        allowed: threshold(meter, limits),
        last: undefined,
        trusted: undefined,
        doubtedVoltages: 0,
      }));
      const allowed = Math.max(...meters.map((meter) => meter.allowed));
      const line = { meters, allowed, aliveSince: listeningSince, last: listeningSince };
      this.#lines.set(name, line);
      for (const state of meters) this.#meters.set(state.meter, { line, state });
    }
  }

  /**
   * Something of the meter arrived at this time: what its clock says, and how old the reading is, does not matter here,
   * what of it can be trusted does; undefined: it says nothing that is news and can be true.
   */
  heard(meter: string, arrivedAt: number, judged: Judged | undefined): void {
    const found = this.#meters.get(meter);
    if (!found) return;
    const { line, state } = found;
    // Not later than now, also when the clock was set back.
    if (arrivedAt - line.last > line.allowed || line.aliveSince > arrivedAt) line.aliveSince = arrivedAt;
    state.last = arrivedAt;
    if (judged && isTrusted(judged, state)) state.trusted = arrivedAt;
    line.last = arrivedAt;
  }

  /**
   * Verdicts by subject (meter or line) with the time since when it is so as start, for every line of which something is
   * not as it should be, or of which a subject `isOpen`: has an alert that a good verdict can end.
   */
  *judge(now: number, isOpen: (subject: string) => boolean): Generator<SilenceVerdict> {
    for (const [line, state] of this.#lines) {
      if (isFine(state, now) && !isOpen(line) && !state.meters.some(({ meter }) => isOpen(meter))) continue;
      const heard: LineHeard = { line, listeningSince: this.#listeningSince, ...state };
      for (const [subject, verdict] of judgeSilence(heard, now, this.#limits)) {
        const start = verdict.standing === 'bad' ? this.#since(subject, verdict, state) : now;
        yield { subject, verdict, start };
      }
    }
  }

  #since(subject: string, { evidence }: Verdict, line: LineState): number {
    const meter = this.#meters.get(subject)?.state;
    if (!meter && evidence?.kind === 'line') return line.last;
    if (!meter) return Math.max(this.#listeningSince, ...line.meters.map(({ trusted }) => trusted ?? 0));
    return (evidence?.kind === 'doubted' ? meter.trusted : meter.last) ?? this.#listeningSince;
  }
}

/**
 * A meter whose voltages are all doubted watches nothing, however well it counts energy; it may say the one and the other
 * in messages of their own.
 */
function isTrusted({ values, suspect, missing }: Judged, state: MeterState): boolean {
  if (hasVoltage(values)) state.doubtedVoltages = 0;
  else if (hasVoltage(suspect) || hasVoltage(missing)) state.doubtedVoltages += 1;
  if (state.doubtedVoltages >= DOUBTED_IN_A_ROW) return false;
  for (const _quantity in values) return true;
  return false;
}

function hasVoltage(of: Readonly<Partial<Record<Quantity, unknown>>> | undefined): boolean {
  return of !== undefined && VOLTAGES.some((quantity) => quantity in of);
}

function isFine({ meters }: LineState, now: number): boolean {
  return meters.every(
    ({ last, trusted, allowed }) =>
      last !== undefined && trusted !== undefined && now - Math.min(last, trusted) <= allowed,
  );
}
