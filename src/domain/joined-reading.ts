import { isQuantity, type Quantity } from './quantity.ts';
import type { Reading } from './reading.ts';

type ByQuantity<T> = Readonly<Partial<Record<Quantity, T>>>;

/** Which of two parts counts for a quantity that both of them say, or neither does better than the other. */
export type Precedence = 'first counts' | 'second counts';

const SAID = 3;
const MISSING = 2;
const HELD = 1;
const NOT_THERE = 0;

/**
 * Two parts of what a meter said as one reading at the time of the second, which keeps the time fault of either. What is
 * said, good or suspect, counts before what is said to be missing, and that before what is held over; `precedence` tells
 * between equals. The first part itself when the second changes nothing in it.
 */
export function joined(first: Reading, second: Reading, precedence: Precedence): Reading {
  const least = precedence === 'first counts' ? 1 : 0;
  const taken = new Set(
    quantitiesOf(second).filter((quantity) => weightOf(second, quantity) - weightOf(first, quantity) >= least),
  );
  if (taken.size === 0) return first;
  const { meter, time, arrivedAt } = second;
  const { timeSource, timeFault } = first.timeFault && !second.timeFault ? first : second;
  const suspect = merged(first.suspect ?? {}, second.suspect ?? {}, taken);
  const missing = merged(first.missing ?? {}, second.missing ?? {}, taken);
  const held = new Set([
    ...[...(first.held ?? [])].filter((quantity) => !taken.has(quantity)),
    ...[...(second.held ?? [])].filter((quantity) => taken.has(quantity)),
  ]);
  return {
    meter,
    time,
    timeSource,
    arrivedAt,
    values: merged(first.values, second.values, taken),
    ...(Object.keys(suspect).length > 0 && { suspect }),
    ...(Object.keys(missing).length > 0 && { missing }),
    ...(held.size > 0 && { held }),
    ...(timeFault && { timeFault }),
  };
}

/** A part of what a meter said, at the time of another part and with what is known of that time. */
export function atTimeOf(part: Reading, { time, timeSource, timeFault }: Reading): Reading {
  const { timeFault: _, ...said } = part;
  return { ...said, time, timeSource, ...(timeFault && { timeFault }) };
}

/** Every quantity of which anything is known: good, suspect, or that it is missing. */
export function quantitiesOf({
  values,
  suspect,
  missing,
}: Pick<Reading, 'values' | 'suspect' | 'missing'>): readonly Quantity[] {
  const names = Object.keys(values);
  if (suspect) names.push(...Object.keys(suspect));
  if (missing) names.push(...Object.keys(missing));
  return names.filter(isQuantity);
}

/** What is there by quantity, as pairs. */
export function* entriesOf<T>(record: ByQuantity<T>): Generator<[Quantity, T]> {
  for (const [name, each] of Object.entries(record)) if (isQuantity(name) && each !== undefined) yield [name, each];
}

function weightOf({ values, suspect, missing, held }: Reading, quantity: Quantity): number {
  if (quantity in values || (suspect && quantity in suspect)) return held?.has(quantity) ? HELD : SAID;
  return missing && quantity in missing ? MISSING : NOT_THERE;
}

function merged<T>(first: ByQuantity<T>, second: ByQuantity<T>, taken: ReadonlySet<Quantity>): ByQuantity<T> {
  const whole: Partial<Record<Quantity, T>> = { ...first };
  for (const quantity of taken) {
    const each = second[quantity];
    if (each !== undefined) whole[quantity] = each;
    else if (quantity in whole) delete whole[quantity];
  }
  return whole;
}
