import type { MeterEvent } from '../../domain/meter-event.ts';
import type { EventFacts } from './event-fields.ts';
import type { KnownMeter } from './known-meter.ts';

/** Beyond two intervals: what a look at the log, its retries and the neighbours on the line may take. */
const GRACE = 10_000;

export interface Noticed {
  readonly meter: string;
  readonly key: string;
  readonly interval: number;
  readonly arrivedAt: number;
  readonly known: KnownMeter;
}

/** An event as the daemon hands it on. What the meter's clock is ahead of ours does not make it late or early. */
export function noticedEvent(facts: EventFacts, { meter, key, interval, arrivedAt, known }: Noticed): MeterEvent {
  const start = facts.start ?? arrivedAt;
  const end = start + (facts.duration ?? 0) - known.clockAhead;
  return {
    ...facts,
    meter,
    key,
    start,
    arrivedAt,
    isLate: facts.start !== undefined && isLate(end, arrivedAt, interval),
  };
}

/** Nobody could act on what had ended, or could have been noticed, so long before it arrived. Milliseconds. */
export function isLate(end: number, arrivedAt: number, interval: number): boolean {
  return arrivedAt - end > 2 * interval + GRACE;
}
