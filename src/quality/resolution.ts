import type { Meter } from '../domain/customer.ts';
import { QUANTITY_NAMES, ratioOf } from '../domain/quantity.ts';
import type { Columns } from './columns.ts';

/** What the daemon multiplied each column with, so that a value can be seen as the meter showed it. */
export function ratiosOf({ ctRatio, ptRatio }: Pick<Meter, 'ctRatio' | 'ptRatio'>): Columns {
  return Float64Array.from(QUANTITY_NAMES, (quantity) => ratioOf(quantity, ctRatio, ptRatio));
}

/** Decimal steps that meters show values in, coarsest first. */
const STEPS = [1_000, 100, 10, 1, 0.1, 0.01, 0.001, 0.0001];

/** A float32 is off by 6e-8 of its value, the product with a ratio by a little more. */
const ROUNDING = 3e-7;

/**
 * Of how many steps a value consists at least: 230.1 of 2301, 16 of 16, 0 of 0. The more steps, the less likely it is
 * that a live value is measured twice.
 */
export function stepsIn(value: number, ratio: number): number {
  const shown = Math.abs(value / ratio);
  for (const step of STEPS) {
    const steps = Math.round(shown / step);
    if (Math.abs(shown - steps * step) <= ROUNDING * shown) return steps;
  }
  return Number.POSITIVE_INFINITY;
}
