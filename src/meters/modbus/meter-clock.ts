import type { MissingReason } from '../../domain/reading.ts';
import type { Clock } from '../../lib/clock.ts';
import type { TimePlace } from '../model.ts';
import { Attempt, type AttemptParts } from './attempt.ts';
import type { KnownMeter } from './known-meter.ts';
import type { LineAccess } from './line-access.ts';
import { registersOfTime, timeOf } from './time-place.ts';

/** In milliseconds: whole seconds and the way of an answer make so much of a clock that is right. */
export const RIGHT_CLOCK = 2_000;

/** A time that a meter wrote by its own clock, by ours; both epoch milliseconds. A clock that is right is believed. */
export function byOurClock(written: number, { clockAhead }: Pick<KnownMeter, 'clockAhead'>): number {
  return Math.abs(clockAhead) <= RIGHT_CLOCK ? written : Math.round(written - clockAhead);
}

/** Reads how far a meter's clock is ahead of ours. */
export class MeterClock {
  readonly #place: TimePlace;
  readonly #unit: number;
  readonly #clock: Clock;
  readonly #attempt: Attempt;

  constructor(place: TimePlace, unit: number, parts: Omit<AttemptParts, 'what'>) {
    this.#place = place;
    this.#unit = unit;
    this.#clock = parts.clock;
    this.#attempt = new Attempt({ ...parts, what: 'clock' });
  }

  /** Milliseconds, positive when the meter is ahead. Its time counts for the middle of the request. */
  async ahead(access: LineAccess): Promise<number | MissingReason> {
    const answer = await this.#attempt.of(async () => {
      const bytes = await this.#read(access);
      return { bytes, at: (access.sentAt + this.#clock.now()) / 2 };
    });
    if (!answer) return 'not readable';
    const time = timeOf(answer.bytes, 0, this.#place);
    return typeof time === 'number' ? time - answer.at : time;
  }

  async #read({ ask }: LineAccess): Promise<Buffer> {
    const { functionCode, address: start } = this.#place;
    return await ask({ unit: this.#unit, functionCode, start, count: registersOfTime(this.#place) });
  }
}
