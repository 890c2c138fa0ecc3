import { entriesOf } from '../../domain/joined-reading.ts';
import type { Quantity } from '../../domain/quantity.ts';
import type { Reading, Suspect } from '../../domain/reading.ts';
import { CLOCK_SET_BACK } from './arrival-times.ts';

interface Held {
  readonly time: number;
  readonly value?: number;
  readonly suspect?: Suspect;
}

/**
 * What one meter said lately, for senders that repeat only what has changed: for `hold` milliseconds it is part of the
 * readings that follow. What was taken back is not, and a reading of the past stands for itself.
 */
export class HeldValues {
  readonly #hold: number;
  readonly #held = new Map<Quantity, Held>();
  #latest = Number.NEGATIVE_INFINITY;
  /** Of the latest reading that has no time of its own. */
  #arrivedAt = Number.NEGATIVE_INFINITY;

  constructor(hold: number) {
    this.#hold = hold;
  }

  /** The reading with what is held added to it, and named: what the meter says of this instant later on replaces it. */
  completed(reading: Reading): Reading {
    if (reading.timeSource === 'arrival') this.#followClock(reading.arrivedAt);
    if (reading.time < this.#latest) return reading;
    this.#latest = reading.time;
    this.#remember(reading);
    const values: Partial<Record<Quantity, number>> = {};
    const suspect: Partial<Record<Quantity, Suspect>> = {};
    const notSaid = new Set<Quantity>();
    for (const [quantity, held] of this.#held) {
      if (held.time < reading.time - this.#hold) {
        this.#held.delete(quantity);
        continue;
      }
      if (held.suspect) suspect[quantity] = held.suspect;
      else if (held.value !== undefined) values[quantity] = held.value;
      if (!isSaid(quantity, reading)) notSaid.add(quantity);
    }
    return {
      ...reading,
      values,
      ...(Object.keys(suspect).length > 0 && { suspect }),
      ...(notSaid.size > 0 && { held: notSaid }),
    };
  }

  /** The meter is dead as far as its sender knows. */
  forget(): void {
    this.#held.clear();
    this.#latest = Number.NEGATIVE_INFINITY;
  }

  /** What is held stays as old as it was when the clock is set back. */
  #followClock(arrivedAt: number): void {
    const back = this.#arrivedAt - arrivedAt;
    this.#arrivedAt = arrivedAt;
    if (back < CLOCK_SET_BACK) return;
    this.#latest = Number.NEGATIVE_INFINITY;
    for (const [quantity, held] of this.#held) this.#held.set(quantity, { ...held, time: held.time - back });
  }

  #remember({ time, values, suspect = {}, missing = {} }: Reading): void {
    for (const [quantity, value] of entriesOf(values)) this.#held.set(quantity, { time, value });
    for (const [quantity, each] of entriesOf(suspect)) this.#held.set(quantity, { time, suspect: each });
    for (const [quantity] of entriesOf(missing)) this.#held.delete(quantity);
  }
}

function isSaid(quantity: Quantity, { values, suspect }: Reading): boolean {
  return quantity in values || (suspect !== undefined && quantity in suspect);
}
