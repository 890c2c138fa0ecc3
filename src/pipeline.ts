import { AlertDesk, type AlertDeskParts } from './alert-desk.ts';
import type { AlertChange, RuleName } from './domain/alert.ts';
import type { MeterPlace } from './domain/fleet.ts';
import type { LogCursor, MeterEvent } from './domain/meter-event.ts';
import type { Reading } from './domain/reading.ts';
import { ofUnknownAge } from './domain/unknown-age.ts';
import { SPANS, type Window } from './domain/window.ts';
import type { QualityWatch } from './quality/quality-watch.ts';
import { type Bench, judgeReading, judgeWindow, type SampleVerdict } from './rules/judge.ts';
import type { RulePack } from './rules/pack.ts';
import type { SilenceWatch } from './rules/silence-watch.ts';
import type { GroupCommit } from './store/group-commit.ts';
import type { SeriesStore } from './store/series-store.ts';
import type { StateStore } from './store/state-store.ts';
import type { Intake } from './windows/intake.ts';
import type { Windows } from './windows/windows.ts';

export interface PipelineParts extends AlertDeskParts {
  readonly pack: RulePack;
  readonly quality: QualityWatch;
  readonly windows: Windows;
  readonly intake: Intake;
  readonly silence: SilenceWatch;
  readonly commit: GroupCommit;
  readonly store: Pick<SeriesStore, 'writeWindows'>;
  readonly state: Pick<StateStore, 'save' | 'saveEvents' | 'saveQuality'>;
}

/** A hold time runs on over a gap of three samples, and over a restart that takes less than this. */
const LONGEST_RESTART = 2 * 60_000;
const SAMPLES_IN_A_GAP = 3;

/**
 * The round, readings in, messages out. It has three doors: `accept` for a reading, `acceptEvents` for what meters noticed
 * on their own, and `tick` for the passing of time, because silence is a finding too. It never asks what time it is.
 */
export class Pipeline {
  readonly #parts: PipelineParts;
  readonly #desk: AlertDesk;
  readonly #bench: Bench;

  constructor(parts: PipelineParts) {
    this.#parts = parts;
    this.#desk = new AlertDesk(parts);
    const { book } = parts;
    this.#bench = {
      fired: (...which) => book.firedWithin(...which),
      follow: (verdict, place) => this.#follow(verdict, place),
    };
  }

  /**
   * Takes a reading; resolves when it is durable. What cannot be trusted in it is stored with its reason and counts
   * nowhere. Readings that come late are stored and not judged again; one whose time cannot be true is only counted.
   */
  accept(raw: Reading): Promise<void> {
    const { fleet, quality, intake, silence, commit, log } = this.#parts;
    const place = fleet.meters.get(raw.meter);
    if (!place) {
      log.warn({ meter: raw.meter }, 'A reading of a meter that is not configured was dropped');
      return Promise.resolve();
    }
    if (raw.timeFault === 'age unknown') return this.#keepAside(raw, place);
    const judged = quality.judge(raw, place);
    if (!judged) {
      silence.heard(raw.meter, raw.arrivedAt, undefined);
      return Promise.resolve();
    }
    const { reading, outcome, isNews } = intake.take(judged);
    // A gateway that goes on repeating what its meter said once watches nothing.
    silence.heard(raw.meter, raw.arrivedAt, outcome === 'known' ? undefined : judged);
    quality.took(judged, outcome, place);
    const durable = commit.add(reading);
    // A broker sends only so many messages before it waits for their acknowledgement: the next tick may be too late.
    if (reading.timeSource !== 'register') commit.flushSoon();
    if (isNews) this.#judgeReading(place, reading);
    return durable;
  }

  /** Nobody knows of when it is: it says nothing of now, but that somebody still speaks. */
  #keepAside(raw: Reading, place: MeterPlace): Promise<void> {
    const { quality, silence, commit } = this.#parts;
    silence.heard(raw.meter, raw.arrivedAt, raw);
    const reading = ofUnknownAge(raw);
    quality.took(reading, 'late', place);
    const durable = commit.add(reading);
    commit.flushSoon();
    return durable;
  }

  /** Takes what meters noticed on their own, with how far their log is read; both are durable when it returns. */
  acceptEvents(events: readonly MeterEvent[], cursor?: LogCursor): void {
    const { fleet, state } = this.#parts;
    const known = events.filter(({ meter }) => fleet.meters.has(meter));
    for (const event of state.saveEvents(known, cursor)) this.#logEvent(event);
  }

  /** Time has come to `now`: windows close, silence is judged, what waits goes to disk. */
  async tick(now: number): Promise<void> {
    const { fleet, quality, windows, commit } = this.#parts;
    quality.tick(now);
    const closed = windows.close(now);
    for (const window of closed) {
      const place = fleet.meters.get(window.meter);
      if (place) this.#judgeWindow(place, window);
    }
    this.#judgeSilence(now);
    this.#desk.save([]);
    if (quality.isSaveDue()) this.saveCounts();
    await Promise.all([commit.flush(), this.#writeWindows(closed)]);
  }

  /** Ends alerts whose rule, meter or line is no longer configured. */
  dropUnwatched(now: number): void {
    const { fleet, pack, book } = this.#parts;
    for (const alert of book.open()) {
      // A line with a single meter has no alert of its own: its meter has.
      const isWatched = fleet.meters.has(alert.subject) || (fleet.lines.get(alert.subject)?.length ?? 0) > 1;
      if (isWatched && pack.rules[alert.rule].enabled) continue;
      this.#desk.save(listOf(book.end(alert.rule, alert.subject, 'no longer watched', now)));
    }
  }

  /** Brings the counts of data quality to disk. They hold nothing up: what a refusing disk leaves behind is saved later. */
  saveCounts(): void {
    const { quality, state, log } = this.#parts;
    const days = quality.unsaved();
    try {
      if (days.length > 0) state.saveQuality(days);
      quality.saved(days);
    } catch (error) {
      // Not with every tick.
      quality.saved([]);
      log.warn({ err: error }, 'The counts of data quality could not be saved; they are saved later');
    }
  }

  #judgeReading(place: MeterPlace, reading: Reading): void {
    try {
      judgeReading(this.#parts.pack, place, reading, this.#bench);
    } catch (error) {
      this.#ruleFailed(place, error);
    }
  }

  #judgeWindow(place: MeterPlace, window: Window): void {
    try {
      judgeWindow(this.#parts.pack, place, window, this.#bench);
    } catch (error) {
      this.#ruleFailed(place, error);
    }
  }

  #ruleFailed({ meter }: MeterPlace, error: unknown): void {
    this.#parts.log.error(
      { err: error, meter: meter.id },
      'A rule failed on this meter: it and those after it did not judge this sample',
    );
  }

  #follow({ rule, verdict, sample, settings, supersedes }: SampleVerdict, { meter }: MeterPlace): void {
    const { book } = this.#parts;
    // So it is with nearly every reading.
    if (verdict.standing !== 'bad' && !book.isOpen(rule, meter.id)) return;
    const span = settings.judged_on === 'reading' ? 0 : SPANS[settings.judged_on];
    const change = book.judge(
      { rule, subject: meter.id, severity: settings.severity, verdict, start: sample.start, end: sample.end },
      {
        openAfter: settings.open_after,
        clearAfter: settings.clear_after,
        maxGap: Math.max(SAMPLES_IN_A_GAP * Math.max(meter.pollInterval, span), LONGEST_RESTART),
      },
    );
    if (!change) return;
    const ended = change.kind === 'fired' ? this.#endThose(supersedes, meter.id, change.time) : [];
    const [takenOver] = ended;
    this.#desk.save([takenOver ? { ...change, follows: takenOver.alert.id } : change, ...ended]);
  }

  #endThose(rules: readonly RuleName[], meter: string, time: number): readonly AlertChange[] {
    const { book } = this.#parts;
    return rules.flatMap((rule) => listOf(book.end(rule, meter, 'taken over by a graver alert', time)));
  }

  #judgeSilence(now: number): void {
    const { book, pack, silence } = this.#parts;
    const { enabled, severity, open_after: openAfter, clear_after: clearAfter } = pack.rules.meter_silent;
    if (!enabled) return;
    const changes: AlertChange[] = [];
    for (const { subject, verdict, start } of silence.judge(now, (each) => book.isOpen('meter_silent', each))) {
      const judgement = { rule: 'meter_silent', subject, severity, verdict, start, end: now } as const;
      changes.push(...listOf(book.judge(judgement, { openAfter, clearAfter, maxGap: Number.POSITIVE_INFINITY })));
    }
    this.#desk.save(changes);
  }

  #logEvent({ meter, kind, start, duration, phases, extreme, isLate }: MeterEvent): void {
    const customer = this.#parts.fleet.meters.get(meter)?.customer.name;
    const at = new Date(start).toISOString();
    const fields = { meter, customer, kind, at, durationMs: duration, phases, extreme, isLate };
    // A contact that chatters is an alarm a second.
    if (kind === 'alarm') this.#parts.log.debug(fields, 'A meter raised an alarm');
    else this.#parts.log.info(fields, 'A meter noticed an event');
  }

  async #writeWindows(closed: readonly Window[]): Promise<void> {
    if (closed.length === 0) return;
    try {
      await this.#parts.store.writeWindows(closed);
    } catch (error) {
      this.#parts.log.error({ err: error, windows: closed.length }, 'Windows could not be stored; their readings are');
    }
  }
}

function listOf<T>(value: T | undefined): readonly T[] {
  return value === undefined ? [] : [value];
}
