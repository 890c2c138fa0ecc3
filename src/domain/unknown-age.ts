import { isQuantity, type Quantity } from './quantity.ts';
import type { Reading, Suspect } from './reading.ts';

/** The reading as it is kept when nobody knows of when it is: what was said, with that as the reason not to trust it. */
export function ofUnknownAge({ timeFault: _, held, ...reading }: Reading): Reading {
  const suspect: Partial<Record<Quantity, Suspect>> = {};
  for (const [name, value] of Object.entries(reading.values)) {
    if (isQuantity(name) && value !== undefined && !held?.has(name)) suspect[name] = { value, reason: 'age unknown' };
  }
  return { ...reading, values: {}, suspect: { ...suspect, ...reading.suspect } };
}
