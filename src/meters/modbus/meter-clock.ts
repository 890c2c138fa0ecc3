import type { MissingReason } from '../../domain/reading.ts';
import type { Clock } from '../../lib/clock.ts';
import type { TimePlace } from '../model.ts';
import { Attempt, type AttemptParts } from './attempt.ts';
import type { LineAccess } from './line-access.ts';
import { registersOfTime, timeOf } from './time-place.ts';

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
