import { QUANTITY_NAMES } from '../domain/quantity.ts';
import type { Reading, SuspectReason } from '../domain/reading.ts';
import { at, COLUMNS, type Columns, columnOf, emptyColumns } from './columns.ts';

type Reasons = readonly (SuspectReason | undefined)[];

/**
 * What a sender repeats only when it changes is neither seen again nor better than when it was said. Watches that go by
 * repetition are not shown it; a doubt of then is a doubt of now.
 */
export class HeldValues {
  readonly #hidden = emptyColumns();
  /** By meter and column: why what was said last is not trusted. */
  readonly #doubts = new Map<string, Map<number, SuspectReason>>();

  /** Takes what is held over out of the values; `show` brings it back. */
  hide(values: Columns, { held }: Reading): void {
    for (const quantity of held ?? []) {
      const column = columnOf(quantity);
      this.#hidden[column] = at(values, column);
      values[column] = Number.NaN;
    }
  }

  show(values: Columns, { held }: Reading): void {
    for (const quantity of held ?? []) {
      const column = columnOf(quantity);
      values[column] = at(this.#hidden, column);
    }
  }

  /** Calls `flag` for each value that is held over from one that was doubted. */
  doubtAgain({ meter, held }: Reading, flag: (column: number, reason: SuspectReason) => void): void {
    const doubts = this.#doubts.get(meter);
    if (!doubts || !held) return;
    for (const [column, reason] of doubts) {
      const quantity = QUANTITY_NAMES[column];
      if (quantity !== undefined && held.has(quantity)) flag(column, reason);
    }
  }

  /** Remembers what the reading says and why it is doubted. Polled meters say everything anew. */
  remember({ meter, timeSource, values, held }: Reading, reasons: Reasons, hasDoubts: boolean): void {
    if (timeSource === 'register' || (!hasDoubts && !this.#doubts.has(meter))) return;
    const doubts = this.#doubts.get(meter) ?? new Map<number, SuspectReason>();
    for (let column = 0; column < COLUMNS; column += 1) {
      const quantity = QUANTITY_NAMES[column];
      if (quantity === undefined || values[quantity] === undefined || held?.has(quantity)) continue;
      const reason = reasons[column];
      if (reason === undefined) doubts.delete(column);
      else doubts.set(column, reason);
    }
    if (doubts.size > 0) this.#doubts.set(meter, doubts);
    else this.#doubts.delete(meter);
  }
}
