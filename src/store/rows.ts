import { isQuantity, QUANTITY_NAMES, type Quantity } from '../domain/quantity.ts';
import type { Reading } from '../domain/reading.ts';
import type { Aggregate, Span, Window } from '../domain/window.ts';
import type { StoredReading } from './series-store.ts';

/** What a store keeps; the names are InfluxDB's measurements and parts of table names. */
export type Series = 'reading' | `window_${Span}`;

export const SERIES = ['reading', 'window_1m', 'window_10m'] as const satisfies Series[];

/**
 * One meter at one instant as named numbers: the form that readings and windows share on their way to any disk. A
 * reading's fields are its quantities; a window's are `count`, `expected` and, per quantity, `<quantity>`,
 * `<quantity>_min`, `<quantity>_max`, `<quantity>_count`. Every field is finite.
 */
export interface Row {
  readonly meter: string;
  readonly time: number;
  readonly fields: Fields;
}

export type Fields = Readonly<Record<string, number>>;

/** Readings as rows. What is not finite is left out, and so is a reading that has no value at all. */
export function rowsOfReadings(readings: readonly Reading[]): Row[] {
  const rows: Row[] = [];
  for (const { meter, time, values } of readings) {
    const fields: Record<string, number> = {};
    for (const [quantity, value] of Object.entries(values)) {
      if (Number.isFinite(value)) fields[quantity] = value;
    }
    if (Object.keys(fields).length > 0) rows.push({ meter, time, fields });
  }
  return rows;
}

/** Windows as rows of the one series that has their span. An aggregate that is not finite is left out. */
export function rowsOfWindows(windows: readonly Window[], span: Span): Row[] {
  return windows.filter((window) => window.span === span).map(rowOfWindow);
}

function rowOfWindow(window: Window): Row {
  const fields: Record<string, number> = { count: window.count, expected: window.expected };
  for (const [quantity, { value, min, max, count }] of Object.entries(window.aggregates)) {
    if (![value, min, max, count].every(Number.isFinite)) continue;
    fields[quantity] = value;
    fields[`${quantity}_min`] = min;
    fields[`${quantity}_max`] = max;
    fields[`${quantity}_count`] = count;
  }
  return { meter: window.meter, time: window.start, fields };
}

export function readingOf({ meter, time, fields }: Row): StoredReading {
  const values: Partial<Record<Quantity, number>> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (isQuantity(name)) values[name] = value;
  }
  return { meter, time, values };
}

/** A row of a window series as a window with the quantities that are wanted (all, unless told). */
export function windowOf({ meter, time, fields }: Row, span: Span, quantities = QUANTITY_NAMES): Window {
  const aggregates: Partial<Record<Quantity, Aggregate>> = {};
  for (const quantity of quantities) {
    const value = fields[quantity];
    const min = fields[`${quantity}_min`];
    const max = fields[`${quantity}_max`];
    const count = fields[`${quantity}_count`];
    if (value === undefined || min === undefined || max === undefined || count === undefined) continue;
    aggregates[quantity] = { value, min, max, count };
  }
  return { meter, span, start: time, count: fields.count ?? 0, expected: fields.expected ?? 0, aggregates };
}

/** The fields of a window row that are needed for these quantities. */
export function windowFields(quantities: readonly Quantity[]): string[] {
  return ['count', 'expected', ...quantities.flatMap((name) => [name, `${name}_min`, `${name}_max`, `${name}_count`])];
}
