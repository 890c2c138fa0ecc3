import { QUANTITY_NAMES, type Quantity } from './quantity.ts';
import type { Values } from './reading.ts';

/** Names in an order, as a path from the root; an object with these names in this order is copied from its pattern. */
interface Layout {
  readonly name: Quantity | undefined;
  readonly before: Layout | undefined;
  readonly next: Map<Quantity, Layout>;
  pattern: Values | undefined;
}

/** Some hundred kinds of meters and messages; whoever makes up more begins anew. */
const MOST_LAYOUTS = 10_000;

let root = layoutBehind(undefined, undefined);
let layouts = 0;

/**
 * Values by quantity, put together one by one; no quantity comes twice. An object of many names that is filled one by one
 * becomes a hash table, four times as large, and thousands of readings wait for the disk at once: so it is the copy of a
 * pattern. To be used again and again.
 */
export class ValueList {
  readonly #names: Quantity[] = [...QUANTITY_NAMES];
  readonly #numbers = new Float64Array(QUANTITY_NAMES.length);
  #count = 0;
  #layout = root;

  /** Forgets what was put and not taken, by somebody who failed in between. */
  begin(): void {
    this.#count = 0;
    this.#layout = root;
  }

  put(quantity: Quantity, value: number): void {
    this.#layout = nextTo(this.#layout, quantity);
    this.#names[this.#count] = quantity;
    this.#numbers[this.#count] = value;
    this.#count += 1;
  }

  /** All that was put, and an empty list again. */
  take(): Values {
    this.#layout.pattern ??= patternOf(this.#layout);
    const values: Partial<Record<Quantity, number>> = { ...this.#layout.pattern };
    for (let index = 0; index < this.#count; index += 1) {
      const [name, value] = [this.#names[index], this.#numbers[index]];
      if (name !== undefined && value !== undefined) values[name] = value;
    }
    this.begin();
    return values;
  }
}

function nextTo(layout: Layout, name: Quantity): Layout {
  const known = layout.next.get(name);
  if (known) return known;
  const made = layoutBehind(layout, name);
  layouts += 1;
  if (layouts > MOST_LAYOUTS) {
    root = layoutBehind(undefined, undefined);
    layouts = 0;
  }
  layout.next.set(name, made);
  return made;
}

function layoutBehind(before: Layout | undefined, name: Quantity | undefined): Layout {
  return { name, before, next: new Map(), pattern: undefined };
}

/** What is parsed is laid out as an object, whatever its size; fractions, so that any number has its room. */
function patternOf(layout: Layout): Values {
  const names: Quantity[] = [];
  for (let at: Layout | undefined = layout; at; at = at.before) if (at.name !== undefined) names.unshift(at.name);
  return JSON.parse(JSON.stringify(Object.fromEntries(names.map((name) => [name, 0.5]))));
}
