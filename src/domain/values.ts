import type { Quantity } from './quantity.ts';
import type { Values } from './reading.ts';

/** Objects with the same names in the same order share a layout. */
interface Layout {
  readonly names: readonly Quantity[];
  readonly pattern: Values;
}

/** As many as a fleet has kinds of meters, and some. */
const MOST_LAYOUTS = 64;

/** The one that was used last stands first. */
const layouts: Layout[] = [];

/**
 * Values by quantity: `numbers[i]` is that of `names[i]`; no name comes twice. An object of many names that is filled one by
 * one becomes a hash table, four times as large; thousands of readings wait for the disk at once, so they are copies of a
 * pattern.
 */
export function valuesOf(names: readonly Quantity[], numbers: readonly number[]): Values {
  const values: Partial<Record<Quantity, number>> = { ...layoutOf(names).pattern };
  for (let index = 0; index < names.length; index += 1) {
    const [name, value] = [names[index], numbers[index]];
    if (name !== undefined && value !== undefined) values[name] = value;
  }
  return values;
}

function layoutOf(names: readonly Quantity[]): Layout {
  const index = layouts.findIndex((layout) => areSame(layout.names, names));
  const known = layouts[index];
  if (index === 0 && known) return known;
  if (known) layouts.splice(index, 1);
  else if (layouts.length === MOST_LAYOUTS) layouts.pop();
  const layout = known ?? { names: [...names], pattern: patternOf(names) };
  layouts.unshift(layout);
  return layout;
}

function areSame(names: readonly Quantity[], others: readonly Quantity[]): boolean {
  if (names.length !== others.length) return false;
  for (let index = 0; index < names.length; index += 1) if (names[index] !== others[index]) return false;
  return true;
}

/** What is parsed is laid out as an object, whatever its size; fractions, so that any number has its room. */
function patternOf(names: readonly Quantity[]): Values {
  return JSON.parse(JSON.stringify(Object.fromEntries(names.map((name) => [name, 0.5]))));
}
