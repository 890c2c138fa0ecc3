import { withDerived } from '../domain/derived.ts';
import { entriesOf, quantitiesOf } from '../domain/joined-reading.ts';
import type { Quantity } from '../domain/quantity.ts';
import type { Held, Reading } from '../domain/reading.ts';
import type { Content, Part } from './open-window.ts';

/** A reading with derived quantities, and what of it goes to the windows. */
export interface Settled {
  /** Its `held` names derived quantities too. */
  readonly reading: Reading;
  /** Provisional in it is what is held over, what follows from that, and what is missing. */
  readonly part: Part & Pick<Reading, 'meter' | 'time'>;
}

const NONE: ReadonlySet<Quantity> = new Set();

/** `raw` is without derived quantities; those of `given` are in the windows already and are left out. */
export function settledOf(raw: Reading, given: ReadonlySet<Quantity> = NONE): Settled {
  const whole = withDerived(raw);
  if (!whole.held && !whole.missing && given.size === 0) return { reading: whole, part: whole };
  const { held = NONE, missing, ...sound } = whole;
  const said = held.size > 0 ? withDerived({ ...raw, values: only(raw.values, (each) => !held.has(each)) }) : whole;
  const isSettled = (quantity: Quantity) => {
    if (!(quantity in whole.values)) return quantity in (whole.suspect ?? {}) && !held.has(quantity);
    return quantity in said.values && Object.is(said.values[quantity], whole.values[quantity]);
  };
  const settled = contentOf(whole, (quantity) => isSettled(quantity) && !given.has(quantity));
  const provisional = contentOf(whole, (quantity) => !isSettled(quantity) && !given.has(quantity));
  const isProvisional = quantitiesOf(provisional).length > 0;
  const open: Held = new Set(quantitiesOf(sound).filter((quantity) => !isSettled(quantity)));
  return {
    reading: { ...sound, ...(missing && { missing }), ...(open.size > 0 && { held: open }) },
    part: { meter: raw.meter, time: raw.time, ...settled, ...(isProvisional && { provisional }) },
  };
}

function contentOf({ values, suspect, missing }: Reading, isWanted: (quantity: Quantity) => boolean): Content {
  return {
    values: only(values, isWanted),
    ...(suspect && { suspect: only(suspect, isWanted) }),
    ...(missing && { missing: only(missing, isWanted) }),
  };
}

function only<T>(all: Readonly<Partial<Record<Quantity, T>>>, isWanted: (quantity: Quantity) => boolean) {
  const wanted: Partial<Record<Quantity, T>> = {};
  for (const [quantity, each] of entriesOf(all)) if (isWanted(quantity)) wanted[quantity] = each;
  return wanted;
}
