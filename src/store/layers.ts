import type { Fields } from './rows.ts';

/** What an instant has, once something more of it was written. Fields that are NaN are not there any more. */
export type Layering = (older: Fields, newer: Fields) => Fields;

/** What is said anew replaces what there was, field by field; the rest stays. */
export const addsTo: Layering = (older, newer) => ({ ...older, ...newer });

/** The new row is all that there is. */
export const replaces: Layering = (_, newer) => newer;

/** Fields that take those of their names away from what they are laid over. */
export function takingAway(names: readonly string[]): Fields {
  return Object.fromEntries(names.map((name) => [name, Number.NaN]));
}

export function withoutTaken(fields: Fields): Fields {
  const entries = Object.entries(fields);
  const left = entries.filter(([, value]) => !Number.isNaN(value));
  return left.length < entries.length ? Object.fromEntries(left) : fields;
}
