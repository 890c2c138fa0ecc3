import { QUANTITIES, QUANTITY_NAMES } from '../domain/quantity.ts';
import { at, type Columns } from './columns.ts';
import type { Scale } from './scale.ts';
import { isDipping } from './supply.ts';

/**
 * A: the last step of the rated short-circuit currents of switchgear (GB/T 1984: 6.3, 8, 10 ... 63, 80, 100 kA). A net of
 * 10 kV has 16 to 20 kA, whatever small capacity a customer has a contract for.
 */
const HIGHEST_FAULT_CURRENT = 100_000;

const IS_CURRENT = QUANTITY_NAMES.map((quantity) => QUANTITIES[quantity].unit === 'A');

/**
 * Whether a current beyond what a plant can draw is that of a short circuit before its transformer. Such a fault takes the
 * voltage with it: 10 times 115 A of 20 kA are 6 % of it already, and a bolted one leaves nothing. So a current without a
 * dip in the same reading is none, and one with it belongs in the mail about the dip. A minute of it is not believed.
 */
export function isFaultCurrent(column: number, values: Columns, scale: Scale): boolean {
  if (IS_CURRENT[column] !== true) return false;
  return Math.abs(at(values, column)) <= HIGHEST_FAULT_CURRENT && isDipping(values, scale);
}
