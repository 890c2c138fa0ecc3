import { entriesOf } from '../domain/joined-reading.ts';
import { isQuantity, QUANTITY_NAMES, type Quantity } from '../domain/quantity.ts';
import { type Held, type Reading, SUSPECT_REASONS, type Suspect } from '../domain/reading.ts';
import type { Aggregate, Span, Window } from '../domain/window.ts';
import type { StoredReading } from './series-store.ts';

/** What a store keeps; the names are InfluxDB's measurements and parts of table names. */
export type Series = 'reading' | 'suspect' | `window_${Span}`;

export const SERIES = ['reading', 'suspect', 'window_1m', 'window_10m'] as const satisfies Series[];

/**
 * One meter at one instant as named numbers: the form that all series share on their way to any disk. A reading's fields
 * are its quantities; those of its suspect values `<quantity>` and `<quantity>_reason`, the position in SUSPECT_REASONS;
 * a window's are `count`, `expected` and, per quantity, `<quantity>`, `<quantity>_min`, `<quantity>_max`,
 * `<quantity>_count`. Every field is finite.
 */
export interface Row {
  readonly meter: string;
  readonly time: number;
  readonly fields: Fields;
}

export type Fields = Readonly<Record<string, number>>;

export function hasFields({ fields }: Row): boolean {
  return Object.keys(fields).length > 0;
}

/** A reading's good values as a row. What is not finite is left out, so it may have no fields. */
export function rowOfReading({ meter, time, values }: Reading): Row {
  const fields: Record<string, number> = {};
  for (const [quantity, value] of Object.entries(values)) {
    if (Number.isFinite(value)) fields[quantity] = value;
  }
  return { meter, time, fields };
}

/**
 * A reading's suspect values as a row. What is not finite is left out, so it may have no fields; so is what is held over:
 * it may still be said, and a field cannot be taken back.
 */
export function rowOfSuspects({ meter, time, suspect = {}, held }: Reading): Row {
  const fields: Record<string, number> = {};
  for (const [quantity, { value, reason }] of entriesOf(suspect)) {
    if (!Number.isFinite(value) || held?.has(quantity)) continue;
    fields[quantity] = value;
    fields[reasonField(quantity)] = SUSPECT_REASONS.indexOf(reason);
  }
  return { meter, time, fields };
}

/** What a reading says is suspect or missing: the fields that leave the row of the good values of its instant. */
export function takenFromGood({ suspect, missing, held }: Reading): readonly string[] {
  if (!suspect && !missing) return [];
  return [...Object.keys(suspect ?? {}), ...Object.keys(missing ?? {})].filter((name) => !isHeld(name, held));
}

/** What a reading says is good: the fields that leave the row of the suspect values of its instant. */
export function takenFromSuspects({ values, held }: Reading): readonly string[] {
  return Object.entries(values)
    .filter(([name, value]) => Number.isFinite(value) && !isHeld(name, held))
    .flatMap(([name]) => [name, reasonField(name)]);
}

function isHeld(name: string, held: Held | undefined): boolean {
  return held !== undefined && isQuantity(name) && held.has(name);
}

function reasonField(quantity: string): string {
  return `${quantity}_reason`;
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

/**
 * One meter's readings in order of time from the rows of both series, joined by instant. A quantity that stands in both
 * is suspect: a database that cannot take a field back may still have the value that was good at the first writing.
 */
export function readingsOf(good: readonly Row[], suspect: readonly Row[]): StoredReading[] {
  const rows = new Map<number, { readonly meter: string; good: Fields; suspect: Fields }>();
  for (const { meter, time, fields } of good) rows.set(time, { meter, good: fields, suspect: {} });
  for (const { meter, time, fields } of suspect) {
    const row = rows.get(time);
    if (row) row.suspect = fields;
    else rows.set(time, { meter, good: {}, suspect: fields });
  }
  const inOrder = suspect.length > 0 ? [...rows].sort(([a], [b]) => a - b) : [...rows];
  return inOrder.map(([time, row]) => readingOf(row.meter, time, row.good, row.suspect));
}

function readingOf(meter: string, time: number, good: Fields, doubtful: Fields): StoredReading {
  const suspect = suspectsIn(doubtful);
  const values: Partial<Record<Quantity, number>> = {};
  for (const [name, value] of Object.entries(good)) {
    if (isQuantity(name) && suspect[name] === undefined) values[name] = value;
  }
  return Object.keys(suspect).length > 0 ? { meter, time, values, suspect } : { meter, time, values };
}

function suspectsIn(fields: Fields): Partial<Record<Quantity, Suspect>> {
  const suspects: Partial<Record<Quantity, Suspect>> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (!isQuantity(name)) continue;
    const reason = SUSPECT_REASONS[fields[reasonField(name)] ?? -1];
    if (reason !== undefined) suspects[name] = { value, reason };
  }
  return suspects;
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
