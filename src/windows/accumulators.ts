import { QUANTITIES, QUANTITY_NAMES, type Quantity } from '../domain/quantity.ts';
import type { Values } from '../domain/reading.ts';
import type { Aggregate } from '../domain/window.ts';

/** What is kept of a quantity, in neighbouring places of one array: thousands of windows are open, of dozens of quantities. */
const COUNT = 0;
const UNTRUSTED = 1;
const SUM = 2;
const MIN = 3;
const MAX = 4;
const LATEST = 5;
const LAST = 6;
const PLACES = 7;

const PLACE_OF: ReadonlyMap<string, number> = new Map(QUANTITY_NAMES.map((name, index) => [name, index * PLACES]));
const IS_RMS = Uint8Array.from(QUANTITY_NAMES, (name) => (QUANTITIES[name].averaging === 'rms' ? 1 : 0));

/** All quantities of one open window. Values may come in any order of time. */
export class Accumulators {
  readonly #kept = new Float64Array(QUANTITY_NAMES.length * PLACES);

  add(values: Values, time: number): void {
    const kept = this.#kept;
    // Runs for every value of every reading: for...in makes no list of pairs first.
    for (const name in values) {
      const value = values[name as Quantity];
      const place = PLACE_OF.get(name);
      if (value === undefined || place === undefined) continue;
      const isFirst = kept[place + COUNT] === 0;
      kept[place + COUNT] = at(kept, place + COUNT) + 1;
      kept[place + SUM] = at(kept, place + SUM) + (IS_RMS[place / PLACES] === 1 ? value * value : value);
      if (isFirst || value < at(kept, place + MIN)) kept[place + MIN] = value;
      if (isFirst || value > at(kept, place + MAX)) kept[place + MAX] = value;
      if (!isFirst && time < at(kept, place + LATEST)) continue;
      kept[place + LATEST] = time;
      kept[place + LAST] = value;
    }
  }

  /** A reading had these quantities, and no value of them that can be trusted. */
  miss(untrusted: Readonly<Partial<Record<Quantity, unknown>>> | undefined): void {
    for (const name in untrusted) {
      const place = PLACE_OF.get(name);
      if (place !== undefined) this.#kept[place + UNTRUSTED] = at(this.#kept, place + UNTRUSTED) + 1;
    }
  }

  /** All that others have seen. */
  merge(others: Accumulators): void {
    const [kept, other] = [this.#kept, others.#kept];
    for (let place = 0; place < kept.length; place += PLACES) {
      kept[place + UNTRUSTED] = at(kept, place + UNTRUSTED) + at(other, place + UNTRUSTED);
      if (other[place + COUNT] === 0) continue;
      const isFirst = kept[place + COUNT] === 0;
      kept[place + COUNT] = at(kept, place + COUNT) + at(other, place + COUNT);
      kept[place + SUM] = at(kept, place + SUM) + at(other, place + SUM);
      if (isFirst || at(other, place + MIN) < at(kept, place + MIN)) kept[place + MIN] = at(other, place + MIN);
      if (isFirst || at(other, place + MAX) > at(kept, place + MAX)) kept[place + MAX] = at(other, place + MAX);
      if (!isFirst && at(other, place + LATEST) < at(kept, place + LATEST)) continue;
      kept[place + LATEST] = at(other, place + LATEST);
      kept[place + LAST] = at(other, place + LAST);
    }
  }

  /**
   * Of each quantity that has values. RMS quantities: √(mean of squares), IEC 61000-4-30 clause 4.5; counters: the latest
   * value; others: the mean.
   */
  results(): Readonly<Partial<Record<Quantity, Aggregate>>> {
    const aggregates: Partial<Record<Quantity, Aggregate>> = {};
    QUANTITY_NAMES.forEach((quantity, index) => {
      const place = index * PLACES;
      const [count, untrusted] = [at(this.#kept, place + COUNT), at(this.#kept, place + UNTRUSTED)];
      if (count === 0) return;
      const [min, max] = [at(this.#kept, place + MIN), at(this.#kept, place + MAX)];
      const aggregate = { value: this.#valueOf(quantity, place), min, max, count };
      aggregates[quantity] = untrusted === 0 ? aggregate : { ...aggregate, untrusted };
    });
    return aggregates;
  }

  #valueOf(quantity: Quantity, place: number): number {
    const mean = at(this.#kept, place + SUM) / at(this.#kept, place + COUNT);
    switch (QUANTITIES[quantity].averaging) {
      case 'rms':
        return Math.sqrt(mean);
      case 'mean':
        return mean;
      case 'last':
        return at(this.#kept, place + LAST);
    }
  }
}

function at(kept: Float64Array, place: number): number {
  return kept[place] ?? Number.NaN;
}
