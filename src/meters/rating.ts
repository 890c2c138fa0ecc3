import { type Quantity, ratioOf } from '../domain/quantity.ts';
import type { Missing, MissingReason, Values } from '../domain/reading.ts';
import { ValueList } from '../domain/values.ts';

/** The ratios of the transformers that stand before a meter whose own values are secondary; 1 where they are primary. */
export interface Rating {
  readonly ctRatio: number;
  readonly ptRatio: number;
}

export interface Measured {
  readonly values: Values;
  readonly missing: Missing;
}

const list = new ValueList();

/** The meter's own values, or why there is none, as primary values: times the ratios of the transformers they passed. */
export function primaryOf(
  raw: Iterable<readonly [Quantity, number | MissingReason]>,
  { ctRatio, ptRatio }: Rating,
): Measured {
  list.begin();
  const missing: Partial<Record<Quantity, MissingReason>> = {};
  const isPrimary = ctRatio === 1 && ptRatio === 1;
  for (const [quantity, value] of raw) {
    if (typeof value !== 'number') {
      missing[quantity] = value;
      continue;
    }
    list.put(quantity, isPrimary ? value : value * ratioOf(quantity, ctRatio, ptRatio));
  }
  return { values: list.take(), missing };
}
