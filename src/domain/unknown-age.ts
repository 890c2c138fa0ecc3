import { isQuantity, type Quantity } from './quantity.ts';
import type { Reading, Suspect } from './reading.ts';

/** Whether a reading was kept like that: it says nothing of its instant. */
export function isOfUnknownAge({ values, suspect = {} }: Pick<Reading, 'values' | 'suspect'>): boolean {
  const doubts = Object.values(suspect);
  return (
    Object.keys(values).length === 0 && doubts.length > 0 && doubts.every(({ reason }) => reason === 'age unknown')
  );
}

/** The reading as it is kept when nobody knows of when it is: what was said, with that as the reason not to trust it. */
export function ofUnknownAge({ timeFault: _, held, ...reading }: Reading): Reading {
  const suspect: Partial<Record<Quantity, Suspect>> = {};
  for (const [name, value] of Object.entries(reading.values)) {
    if (isQuantity(name) && value !== undefined && !held?.has(name)) suspect[name] = { value, reason: 'age unknown' };
  }
  return { ...reading, values: {}, suspect: { ...suspect, ...reading.suspect } };
}
