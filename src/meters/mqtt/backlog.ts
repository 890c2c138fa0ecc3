import type { MeterPlace } from '../../domain/fleet.ts';
import type { Reading } from '../../domain/reading.ts';
import type { Log } from '../../lib/log.ts';
import { ArrivalTimes } from './arrival-times.ts';

export interface BacklogParts {
  readonly broker: string;
  readonly places: readonly { readonly place: MeterPlace }[];
  /** The ids of the meters that a topic may speak for. */
  readonly metersOf: (topic: string) => readonly string[];
  readonly log: Log;
}

/** Milliseconds with nothing to do, upon which the broker has no more of it: longer than an answer takes to come back. */
const QUIET = 500;
/** A replay is faster than its meters were; messages that come so near to their usual pace are of now. */
const SHARE_OF_GAP = 0.75;
/** Milliseconds. Whatever comes then is taken for news: a fleet that sends faster than its intervals say is not blinded. */
const LONGEST_REPLAY = 10 * 60_000;

/** How fast the messages of a topic follow each other. */
interface Pace {
  /** Messages per millisecond that its meters' intervals promise. */
  readonly usual: number;
  heardAt: number;
  isUsual: boolean;
}

/** What a broker sends after a connection, until it is known to be of now. Times are of a clock that is never set. */
interface Replay {
  readonly since: number;
  readonly paces: Map<string, Pace>;
  /** Messages per millisecond that are usual on the topics that were heard, and on those of them that have that pace. */
  heard: number;
  atPace: number;
}

/**
 * Tells what waited at the broker from what is said now, for messages that have no time of their own. A broker that kept
 * the session begins with what it kept, in order and as fast as it is taken, and does not say where that ends. It has
 * ended when there is a quiet moment, or when topics that carry most of the traffic have their usual pace again. What is
 * marked as sent before has waited, too.
 */
export class Backlog {
  readonly #parts: BacklogParts;
  readonly #intervals: ReadonlyMap<string, number>;
  readonly #times = new ArrivalTimes();
  #replay: Replay | undefined;
  #idleSince: number | undefined;
  #isTold = false;

  constructor(parts: BacklogParts) {
    this.#parts = parts;
    this.#intervals = new Map(parts.places.map(({ place }) => [place.meter.id, place.meter.pollInterval]));
  }

  /** `isSessionKept`: the broker may have collected messages. */
  connected(isSessionKept: boolean, now: number): void {
    this.#replay = isSessionKept ? { since: now, paces: new Map(), heard: 0, atPace: 0 } : undefined;
    this.#idleSince = now;
    this.#isTold = false;
  }

  /** All that was taken is acknowledged: what comes next may have waited for that. */
  idle(now: number): void {
    this.#idleSince = now;
  }

  /** Whether the message that arrives has waited. Call it once for each. */
  hasWaited(topic: string, isRepeated: boolean, now: number): boolean {
    const isQuiet = this.#idleSince !== undefined && now - this.#idleSince >= QUIET;
    this.#idleSince = undefined;
    if (!this.#replay) return isRepeated;
    if (isQuiet || now - this.#replay.since >= LONGEST_REPLAY || this.#isUsual(this.#replay, topic, now)) {
      this.#replay = undefined;
    }
    return isRepeated || this.#replay !== undefined;
  }

  /** The reading at an instant that no other of its meter has. Of what has waited nobody knows the age. */
  stamped(reading: Reading, hasWaited: boolean): Reading {
    const stamp = this.#times.unused(reading.meter, reading.arrivedAt, hasWaited);
    if (!stamp.hasWaited) return { ...reading, time: stamp.time };
    this.#tell(reading.meter);
    return { ...reading, time: stamp.time, timeFault: 'age unknown' };
  }

  #isUsual(replay: Replay, topic: string, now: number): boolean {
    const pace = replay.paces.get(topic);
    if (!pace) {
      const usual = this.#usualOn(topic);
      replay.paces.set(topic, { usual, heardAt: now, isUsual: false });
      replay.heard += usual;
      return false;
    }
    if (!pace.isUsual && (now - pace.heardAt) * pace.usual >= SHARE_OF_GAP) {
      pace.isUsual = true;
      replay.atPace += pace.usual;
    }
    pace.heardAt = now;
    return replay.atPace > replay.heard / 2;
  }

  #usualOn(topic: string): number {
    const intervals = this.#parts.metersOf(topic).flatMap((meter) => this.#intervals.get(meter) ?? []);
    return intervals.reduce((rate, interval) => rate + 1 / interval, 0);
  }

  #tell(meter: string): void {
    if (this.#isTold) return;
    this.#isTold = true;
    this.#parts.log.info(
      { broker: this.#parts.broker, meter },
      'Messages without a time that can be true had waited, of this meter and perhaps others: they are kept, not judged',
    );
  }
}
