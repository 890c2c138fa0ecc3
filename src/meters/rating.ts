import { QUANTITIES, type Quantity } from '../domain/quantity.ts';
import type { MissingReason, Values } from '../domain/reading.ts';

/** What a meter's values are turned and judged by: its transformers and the nominal voltage of its supply point. */
export interface Rating {
  readonly ctRatio: number;
  readonly ptRatio: number;
  readonly nominalKv: number;
}

export interface Measured {
  readonly values: Values;
  readonly missing: Readonly<Partial<Record<Quantity, MissingReason>>>;
}

/** Meter values, or why there is none, as primary values that are within any rating. */
export function measuredOf(raw: Iterable<readonly [Quantity, number | MissingReason]>, rating: Rating): Measured {
  const values: Partial<Record<Quantity, number>> = {};
  const missing: Partial<Record<Quantity, MissingReason>> = {};
  for (const [quantity, value] of raw) {
    const primary = typeof value === 'number' ? value * ratioOf(quantity, rating) : value;
    if (typeof primary !== 'number') missing[quantity] = primary;
    else if (isPossible(quantity, primary, rating)) values[quantity] = primary;
    else missing[quantity] = 'beyond any rating';
  }
  return { values, missing };
}

function ratioOf(quantity: Quantity, { ctRatio, ptRatio }: Rating): number {
  switch (QUANTITIES[quantity].unit) {
    case 'V':
      return ptRatio;
    case 'A':
      return ctRatio;
    case 'W':
    case 'var':
    case 'VA':
    case 'Wh':
    case 'varh':
      return ctRatio * ptRatio;
    default:
      return 1;
  }
}

/** False for what no plant on earth has: a broken frame or a wrong map shows itself as 9.5e18 V, not as an overvoltage. */
function isPossible(quantity: Quantity, value: number, { nominalKv }: Rating): boolean {
  switch (QUANTITIES[quantity].unit) {
    case 'V':
      return Math.abs(value) <= 10 * nominalKv * 1_000;
    case 'A':
      return Math.abs(value) <= 1e6;
    case 'W':
    case 'var':
    case 'VA':
      return Math.abs(value) <= 1e11;
    case 'Wh':
    case 'varh':
      return Math.abs(value) <= 1e16;
    case 'Hz':
      return value >= 10 && value <= 100;
    case '%':
      return value >= 0 && value <= 1_000;
    case '1':
      return Math.abs(value) <= 1.1;
  }
}
