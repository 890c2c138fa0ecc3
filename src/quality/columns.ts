import { QUANTITY_NAMES, type Quantity } from '../domain/quantity.ts';
import type { Values } from '../domain/reading.ts';

/** This room keeps what it remembers of a meter in arrays with one place for each quantity. NaN stands for "not there". */
export const COLUMNS = QUANTITY_NAMES.length;

export type Columns = Float64Array;

/** Columns of one quantity in L1, L2, L3 (or L1-L2, L2-L3, L3-L1). */
export type ColumnsOfPhases = readonly [number, number, number];

export function emptyColumns(): Columns {
  return new Float64Array(COLUMNS).fill(Number.NaN);
}

export function columnsFrom(values: Values): Columns {
  const columns = emptyColumns();
  fill(columns, values);
  return columns;
}

/** Overwrites all columns with the values that there are. One that is not a number becomes ∞, which is in no range. */
export function fill(columns: Columns, values: Values): void {
  for (let column = 0; column < COLUMNS; column += 1) {
    const quantity = QUANTITY_NAMES[column];
    const value = quantity === undefined ? undefined : values[quantity];
    columns[column] = value === undefined ? Number.NaN : Number.isNaN(value) ? Number.POSITIVE_INFINITY : value;
  }
}

export function columnOf(quantity: Quantity): number {
  return QUANTITY_NAMES.indexOf(quantity);
}

export function columnsOf([l1, l2, l3]: readonly [Quantity, Quantity, Quantity]): ColumnsOfPhases {
  return [columnOf(l1), columnOf(l2), columnOf(l3)];
}

/** The value in a column, NaN where there is none. */
export function at(columns: Columns, column: number): number {
  return columns[column] ?? Number.NaN;
}
