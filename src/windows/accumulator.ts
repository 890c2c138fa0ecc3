import type { Averaging } from '../domain/quantity.ts';
import type { Aggregate } from '../domain/window.ts';

/** One quantity of one open window. Values may come in any order of time. */
export class Accumulator {
  readonly #averaging: Averaging;
  #count = 0;
  #untrusted = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  #latest = Number.NEGATIVE_INFINITY;
  #last = 0;

  constructor(averaging: Averaging) {
    this.#averaging = averaging;
  }

  add(value: number, time: number): void {
    this.#count += 1;
    this.#sum += this.#averaging === 'rms' ? value * value : value;
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
    if (time >= this.#latest) {
      this.#latest = time;
      this.#last = value;
    }
  }

  /** A reading had the quantity, and no value of it that can be trusted. */
  miss(): void {
    this.#untrusted += 1;
  }

  /** All that another accumulator of the same quantity has seen. */
  merge(other: Accumulator): void {
    this.#count += other.#count;
    this.#untrusted += other.#untrusted;
    this.#sum += other.#sum;
    if (other.#min < this.#min) this.#min = other.#min;
    if (other.#max > this.#max) this.#max = other.#max;
    if (other.#latest >= this.#latest) {
      this.#latest = other.#latest;
      this.#last = other.#last;
    }
  }

  /**
   * RMS quantities: √(mean of squares), IEC 61000-4-30 clause 4.5; counters: the latest value; others: the mean.
   * Undefined without any value.
   */
  result(): Aggregate | undefined {
    if (this.#count === 0) return undefined;
    const aggregate = { value: this.#value(), min: this.#min, max: this.#max, count: this.#count };
    return this.#untrusted === 0 ? aggregate : { ...aggregate, untrusted: this.#untrusted };
  }

  #value(): number {
    switch (this.#averaging) {
      case 'rms':
        return Math.sqrt(this.#sum / this.#count);
      case 'mean':
        return this.#sum / this.#count;
      case 'last':
        return this.#last;
    }
  }
}
