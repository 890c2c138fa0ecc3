import type { Quantity } from '../../domain/quantity.ts';
import type { MissingReason } from '../../domain/reading.ts';
import { type Finder, finderOf, isRecord } from './json-path.ts';
import type { Condition, QualityRule, ValueField } from './mapping.ts';
import { isSame, numberOf, type Scalar } from './payload-number.ts';
import { factorOf } from './units.ts';

/** A value that comes with its own mark and unit. */
export class MarkedValue {
  readonly value: number | string | undefined;
  readonly mark: Mark | undefined;
  readonly unit: string | undefined;

  constructor(value: number | string | undefined, mark?: Mark, unit?: string) {
    this.value = value;
    this.mark = mark;
    this.unit = unit;
  }
}

export type Mark = QualityRule['means'];

/** What a message says of quantities, before transformer ratios. */
export interface Said {
  readonly values: [Quantity, number | MissingReason][];
  readonly suspect: [Quantity, number][];
}

/** From here on transformer ratios could turn a number into an infinite one. */
const ENDLESS = 1e100;

function usable(value: number): number | MissingReason {
  return Math.abs(value) < ENDLESS ? value : 'not a number';
}

export type Test = (message: unknown) => boolean;

/** What tells whether a condition holds in a message. */
export function testOf(condition: Condition): Test {
  const find = finderOf(condition.paths);
  return (message) => isMet(condition, find(message));
}

/** Whether what was found is what the condition wants. */
export function isMet({ is, not, contains, isPresent }: Omit<Condition, 'paths'>, found: unknown): boolean {
  const isThere = found !== undefined;
  if (isPresent !== undefined && isPresent !== isThere) return false;
  if (is && !is.some((expected) => isSame(found, expected))) return false;
  if (not && (!isThere || not.some((expected) => isSame(found, expected)))) return false;
  return contains === undefined || (typeof found === 'string' && found.includes(contains));
}

interface CompiledField {
  readonly field: ValueField;
  readonly find: Finder;
  readonly rules: readonly { readonly test: Test; readonly means: Mark }[];
  readonly unit?: Finder;
  readonly sign?: { readonly find: Finder; readonly negative: readonly Scalar[] };
  /** The quantity stands in an earlier field too, which goes first. */
  readonly isSecond: boolean;
  /** Nothing else has a say in it: a number that is found is the value. */
  readonly isPlain: boolean;
}

/** Reads the values of one sample. Made once for a mapping; the paths have no placeholders left. */
export class ValueReader {
  readonly #fields: readonly CompiledField[];
  /** The fields by the one key that each of them is found at, where they are all so simple. */
  readonly #byKey: ReadonlyMap<string, CompiledField> | undefined;
  readonly #notAvailable: readonly Scalar[];

  constructor(fields: readonly ValueField[], notAvailable: readonly Scalar[]) {
    const quantities = fields.map(({ quantity }) => quantity);
    this.#fields = fields.map((field, index) => compiled(field, quantities.indexOf(field.quantity) < index));
    this.#byKey = byKey(this.#fields);
    this.#notAvailable = notAvailable;
  }

  /** `mark` holds for all values of the sample. */
  read(sample: unknown, mark: Mark | undefined): Said {
    const said: Said = { values: [], suspect: [] };
    if (this.#byKey && isRecord(sample)) {
      for (const key of Object.keys(sample)) {
        const simple = this.#byKey.get(key);
        if (simple) this.#readFound(sample[key], sample, simple, mark, said);
      }
      return said;
    }
    for (const compiledField of this.#fields) {
      if (compiledField.isSecond && isSaid(said, compiledField.field.quantity)) continue;
      this.#readFound(compiledField.find(sample), sample, compiledField, mark, said);
    }
    return said;
  }

  #readFound(wrapped: unknown, sample: unknown, compiledField: CompiledField, mark: Mark | undefined, said: Said) {
    const { field, rules, unit, sign, isPlain } = compiledField;
    const { quantity } = field;
    if (isPlain && typeof wrapped === 'number' && mark === undefined && this.#notAvailable.length === 0) {
      said.values.push([quantity, usable(wrapped * field.scale + field.offset)]);
      return;
    }
    const own = rules.find(({ test }) => test(sample))?.means;
    if (wrapped === undefined && own === undefined) return;
    const found = wrapped instanceof MarkedValue ? wrapped.value : wrapped;
    const worst = worstOf(worstOf(mark, own), wrapped instanceof MarkedValue ? wrapped.mark : undefined);
    if (worst === 'missing' || found === undefined || this.#isNotAvailable(found)) {
      said.values.push([quantity, 'not available']);
      return;
    }
    // Nothing said is no news; something unusable said is worth knowing.
    if (found === null) return;
    const number = field.isSum ? this.#sumOf(found) : numberOf(found);
    if (typeof number !== 'number') {
      said.values.push([quantity, number ?? 'not a number']);
      return;
    }
    const unitText = wrapped instanceof MarkedValue ? wrapped.unit : unit?.(sample);
    const byUnit = typeof unitText === 'string' ? (factorOf(unitText, quantity) ?? 1) : 1;
    if (byUnit === 'other') {
      said.values.push([quantity, 'not available']);
      return;
    }
    const isNegative = sign?.negative.some((each) => isSame(sign.find(sample), each)) ?? false;
    const value = number * byUnit * field.scale * (isNegative ? -1 : 1) + field.offset;
    const checked = usable(value);
    if (worst === 'suspect' && typeof checked === 'number') said.suspect.push([quantity, checked]);
    else said.values.push([quantity, checked]);
  }

  #isNotAvailable(found: unknown): boolean {
    return this.#notAvailable.some((filler) => isSame(found, filler));
  }

  /** A sum without one of its parts is none. */
  #sumOf(found: unknown): number | MissingReason | undefined {
    if (!Array.isArray(found)) return numberOf(found);
    if (found.length === 0 || found.some((part) => part === null || this.#isNotAvailable(part))) return 'not available';
    let sum = 0;
    for (const part of found) {
      const number = numberOf(part);
      if (number === undefined) return undefined;
      sum += number;
    }
    return sum;
  }
}

function compiled(field: ValueField, isSecond: boolean): CompiledField {
  const { paths, quality, unit, sign } = field;
  return {
    field,
    isSecond,
    isPlain: !quality.length && !unit && !sign && !field.isSum,
    find: finderOf(paths),
    rules: quality.map((rule) => ({ test: testOf(rule), means: rule.means })),
    ...(unit && { unit: finderOf(unit) }),
    ...(sign && { sign: { find: finderOf(sign.paths), negative: sign.negative } }),
  };
}

/** Undefined when a field must be looked for in another way, or says something even where nothing is. */
function byKey(fields: readonly CompiledField[]): ReadonlyMap<string, CompiledField> | undefined {
  const found = new Map<string, CompiledField>();
  for (const each of fields) {
    const [path, another] = each.field.paths;
    const step = path?.length === 1 ? path[0] : undefined;
    if (another || step?.kind !== 'key' || each.rules.length > 0 || each.isSecond || found.has(step.key))
      return undefined;
    found.set(step.key, each);
  }
  return found;
}

function worstOf(a: Mark | undefined, b: Mark | undefined): Mark | undefined {
  return a === 'missing' || b === 'missing' ? 'missing' : (a ?? b);
}

function isSaid({ values, suspect }: Said, quantity: Quantity): boolean {
  return values.some(([said]) => said === quantity) || suspect.some(([said]) => said === quantity);
}
