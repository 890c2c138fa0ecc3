import type { AlertBook } from './alerts/alert-book.ts';
import type { AlertChange, RuleName } from './domain/alert.ts';
import { withDerived } from './domain/derived.ts';
import type { Fleet, MeterPlace } from './domain/fleet.ts';
import type { Reading } from './domain/reading.ts';
import { SPANS, type Window } from './domain/window.ts';
import type { Log } from './lib/log.ts';
import type { Announcer } from './notify/announcer.ts';
import { judgeReading, judgeWindow, type SampleVerdict } from './rules/judge.ts';
import type { RulePack } from './rules/pack.ts';
import type { SilenceWatch } from './rules/silence-watch.ts';
import type { GroupCommit } from './store/group-commit.ts';
import type { SeriesStore } from './store/series-store.ts';
import type { OutgoingMessage, StateStore } from './store/state-store.ts';
import type { Windows } from './windows/windows.ts';

export interface PipelineParts {
  readonly fleet: Fleet;
  readonly pack: RulePack;
  readonly windows: Windows;
  readonly silence: SilenceWatch;
  readonly book: AlertBook;
  readonly announcer: Announcer;
  readonly commit: GroupCommit;
  readonly store: Pick<SeriesStore, 'writeWindows'>;
  readonly state: Pick<StateStore, 'save'>;
  readonly log: Log;
  /** Called after messages went into the outbox. */
  readonly onMessages: () => void;
}

/** A hold time runs on over a gap of three samples, and over a restart that takes less than this. */
const LONGEST_RESTART = 2 * 60_000;
const SAMPLES_IN_A_GAP = 3;

/**
 * The round, readings in, messages out. It has two doors: `accept` for a reading and `tick` for the passing of time,
 * because silence is a finding too. It never asks what time it is.
 */
export class Pipeline {
  readonly #parts: PipelineParts;
  readonly #latest = new Map<string, Reading>();
  #unsavedMessages: OutgoingMessage[] = [];

  constructor(parts: PipelineParts) {
    this.#parts = parts;
  }

  /** Takes a reading; resolves when it is durable. Readings that come late are stored and not judged again. */
  accept(raw: Reading): Promise<void> {
    const { fleet, pack, windows, silence, commit, log } = this.#parts;
    const place = fleet.meters.get(raw.meter);
    if (!place) {
      log.warn({ meter: raw.meter }, 'A reading of a meter that is not configured was dropped');
      return Promise.resolve();
    }
    const reading = withDerived(raw);
    const durable = commit.add(reading);
    // A broker sends only so many messages before it waits for their acknowledgement: the next tick may be too late.
    if (reading.timeSource !== 'read') commit.flushSoon();

    silence.heard(reading.meter, reading.time);
    windows.add(reading);
    const latest = this.#latest.get(reading.meter);
    if (latest && reading.time <= latest.time) return durable;
    this.#latest.set(reading.meter, reading);
    this.#follow(place, judgeReading(pack, place, reading, this.#fired));
    return durable;
  }

  /** Time has come to `now`: windows close, silence is judged, what waits goes to disk. */
  async tick(now: number): Promise<void> {
    const { fleet, pack, windows, commit } = this.#parts;
    const closed = windows.close(now);
    for (const window of closed) {
      const place = fleet.meters.get(window.meter);
      if (place) this.#follow(place, judgeWindow(pack, place, window, this.#fired));
    }
    this.#judgeSilence(now);
    this.#save([]);
    await Promise.all([commit.flush(), this.#writeWindows(closed)]);
  }

  /** Ends alerts whose rule, meter or line is no longer configured. */
  dropUnwatched(now: number): void {
    const { fleet, pack, book } = this.#parts;
    for (const alert of book.open()) {
      const isWatched = fleet.meters.has(alert.subject) || fleet.lines.has(alert.subject);
      if (isWatched && pack.rules[alert.rule].enabled) continue;
      this.#save(listOf(book.end(alert.rule, alert.subject, 'no longer watched', now)));
    }
  }

  /** The latest reading of each meter since the start, with derived quantities. */
  latest(): ReadonlyMap<string, Reading> {
    return this.#latest;
  }

  readonly #fired = (rule: RuleName, meter: string, from: number, to: number): boolean =>
    this.#parts.book.firedWithin(rule, meter, from, to);

  #follow(place: MeterPlace, verdicts: Iterable<SampleVerdict>): void {
    const { book, log } = this.#parts;
    try {
      for (const { rule, verdict, sample, settings, supersedes } of verdicts) {
        const step = settings.judged_on === 'reading' ? place.meter.pollInterval : SPANS[settings.judged_on];
        const change = book.judge(
          { rule, subject: place.meter.id, severity: settings.severity, verdict, start: sample.start, end: sample.end },
          {
            openAfter: settings.open_after,
            clearAfter: settings.clear_after,
            maxGap: Math.max(SAMPLES_IN_A_GAP * step, LONGEST_RESTART),
          },
        );
        if (!change) continue;
        const ended =
          change.kind === 'fired'
            ? supersedes.map((other) => book.end(other, place.meter.id, 'taken over by a graver alert', change.time))
            : [];
        this.#save([change, ...ended.flatMap(listOf)]);
      }
    } catch (error) {
      log.error({ err: error, meter: place.meter.id }, 'A rule failed on this meter; the others go on');
    }
  }

  #judgeSilence(now: number): void {
    const { book, pack, silence } = this.#parts;
    const { enabled, severity, open_after: openAfter, clear_after: clearAfter } = pack.rules.meter_silent;
    if (!enabled) return;
    const changes = silence.judge(now).flatMap(({ subject, verdict, start }) => {
      const judgement = { rule: 'meter_silent', subject, severity, verdict, start, end: now } as const;
      return listOf(book.judge(judgement, { openAfter, clearAfter, maxGap: Number.POSITIVE_INFINITY }));
    });
    this.#save(changes);
  }

  /**
   * Alert changes and the messages they cause reach the disk together, before anyone is told. What a refusing disk leaves
   * behind is tried again with the next change or tick.
   */
  #save(changes: readonly AlertChange[]): void {
    const { book, announcer, state, onMessages, log } = this.#parts;
    for (const change of changes) this.#unsavedMessages.push(...announcer.messagesFor(change));
    const unsaved = book.unsaved();
    const messages = this.#unsavedMessages;
    if (unsaved.alerts.length + unsaved.forget.length + messages.length === 0) return;
    try {
      state.save({ ...unsaved, messages });
      book.saved(unsaved);
      this.#unsavedMessages = [];
      if (messages.length > 0) onMessages();
    } catch (error) {
      log.error(
        { err: error, alerts: unsaved.alerts.length },
        'Alerts could not be saved: nobody is told until they are',
      );
    }
    for (const change of changes) this.#logChange(change);
  }

  #logChange({ kind, reason, alert, time }: AlertChange): void {
    const place = this.#parts.fleet.meters.get(alert.subject);
    const fields = {
      rule: alert.rule,
      customer: place?.customer.name,
      subject: alert.subject,
      since: new Date(alert.since).toISOString(),
      at: new Date(time).toISOString(),
      reason,
    };
    if (kind === 'fired') this.#parts.log.warn(fields, 'Alert fired');
    else this.#parts.log.info(fields, 'Alert resolved');
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
