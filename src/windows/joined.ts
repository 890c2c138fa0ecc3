import { isQuantity, type Quantity } from '../domain/quantity.ts';
import type { Reading } from '../domain/reading.ts';

/**
 * Two parts of what a meter said at one instant. What came first stays, good or suspect; what the second part adds is
 * added. The first part itself when there is nothing to add.
 */
export function joined(first: Reading, second: Reading): Reading {
  const isOpen = (quantity: Quantity) => !(quantity in first.values) && !(first.suspect && quantity in first.suspect);
  const values = only(second.values, isOpen);
  const suspect = only(second.suspect ?? {}, isOpen);
  const missing = only(second.missing ?? {}, (quantity) => isOpen(quantity) && !(quantity in (first.missing ?? {})));
  if ([values, suspect, missing].every(isEmpty)) return first;
  const isStillMissing = (quantity: Quantity) => !(quantity in values) && !(quantity in suspect);
  const allSuspect = { ...first.suspect, ...suspect };
  const allMissing = only({ ...first.missing, ...missing }, isStillMissing);
  const { meter, time, timeSource, arrivedAt } = second;
  return {
    meter,
    time,
    timeSource,
    arrivedAt,
    values: { ...first.values, ...values },
    ...(isEmpty(allSuspect) ? {} : { suspect: allSuspect }),
    ...(isEmpty(allMissing) ? {} : { missing: allMissing }),
  };
}

type ByQuantity<T> = Readonly<Partial<Record<Quantity, T>>>;

function only<T>(part: ByQuantity<T>, keep: (quantity: Quantity) => boolean): ByQuantity<T> {
  return Object.fromEntries(Object.entries(part).filter(([quantity]) => isQuantity(quantity) && keep(quantity)));
}

function isEmpty(part: object): boolean {
  return Object.keys(part).length === 0;
}
