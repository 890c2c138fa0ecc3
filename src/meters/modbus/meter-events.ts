import type { MeterEvent } from '../../domain/meter-event.ts';
import { FURTHEST_AHEAD, isLateEvent } from '../../domain/time-limits.ts';
import type { EventFacts } from './event-fields.ts';
import type { KnownMeter } from './known-meter.ts';
import { byOurClock } from './meter-clock.ts';

/** Clocks that nobody set begin in 1970 or in 2000. */
const EARLIEST = Date.UTC(2001, 0, 1);
/** The last time that can be written as a date. */
const LAST_DATE = 8.64e15;

export interface Noticed {
  readonly meter: string;
  readonly key: string;
  readonly interval: number;
  readonly arrivedAt: number;
  /** The look before, since when an event without a time may have happened. */
  readonly lookedAt: number;
  readonly known: KnownMeter;
}

/**
 * An event as the daemon hands it on, its start by our clock. Its key is the caller's, made of what the meter wrote: how far
 * its clock is off is measured anew each time. A start that cannot be true is noted, and the event has the time when it was
 * noticed.
 */
export function noticedEvent(facts: EventFacts, noticed: Noticed): MeterEvent {
  const { meter, key, interval, arrivedAt, lookedAt, known } = noticed;
  const doubt = facts.start === undefined ? undefined : doubtOf(facts.start, noticed);
  const start = facts.start === undefined || doubt !== undefined ? undefined : byOurClock(facts.start, known);
  const note = [facts.note, doubt].filter((each) => each !== undefined).join('; ');
  const seen = start === undefined ? lookedAt : start + (facts.duration ?? 0);
  return {
    ...facts,
    ...(note !== '' && { note }),
    meter,
    key,
    start: start ?? arrivedAt,
    arrivedAt,
    isLate: isLateEvent(seen, arrivedAt, interval),
  };
}

function doubtOf(start: number, { arrivedAt, known }: Noticed): string | undefined {
  const isEarly = start < EARLIEST;
  if (!isEarly && byOurClock(start, known) <= arrivedAt + FURTHEST_AHEAD) return undefined;
  const date = Math.abs(start) <= LAST_DATE ? new Date(start).toISOString() : `${start}`;
  const why = isEarly ? 'its clock was not set' : 'in the future';
  return `dated ${date} by the meter, ${why}: the time is when this was noticed`;
}
