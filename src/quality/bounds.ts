import { LINE_VOLTAGES, phaseOf, QUANTITIES, QUANTITY_NAMES, type Quantity } from '../domain/quantity.ts';
import type { Columns } from './columns.ts';
import { isSinglePhase, type Scale } from './scale.ts';

/** The range of each column within which a value can be true. A bound must never cut off what the grid can really do. */
export interface Bounds {
  readonly low: Columns;
  readonly high: Columns;
}

/** Load rejection and self-excitation raise line voltages to 1.5 of nominal; nothing holds them at twice for a reading. */
const HIGHEST_LINE_VOLTAGE = 2;

/**
 * Over nominal phase voltage: an earth fault on an isolated net gives √3, an arcing one about 1.9, a lost neutral √3 and
 * a little, ferroresonance of voltage transformers up to 3.
 */
const HIGHEST_PHASE_VOLTAGE = 3.5;

/**
 * Over what a supply point is rated for, current and power alike: a short circuit behind a transformer of 4 % is 25
 * times for a second, an inrush up to 20 times for less; an overload that a plant survives for minutes is 3 times at the
 * most. A short circuit before the transformer draws more: see isFaultCurrent.
 */
const HIGHEST_LOAD = 30;

/**
 * A, where no capacity is known: more than any plant draws. Down to the negative of it, here and where it is known, because
 * some meters give the current the sign of its power: minus while it is exported (Janitza).
 */
const ANY_CURRENT = 1e6;

/** Wh, varh: ten gigawatts for eleven years. */
const HIGHEST_ENERGY = 1e15;

const FREQUENCIES = [40, 70] as const;

/** THD of a current that is next to nothing is several hundred %. */
const HIGHEST_PERCENT = 1_000;

/** True power factors end at 1; rounding of P and S at little load goes a little beyond. */
const HIGHEST_POWER_FACTOR = 1.1;

/** A single dip sends Pst far beyond what flickermeters are made for. */
const HIGHEST_FLICKER = 1_000;

export function boundsOf(scale: Scale): Bounds {
  const ranges = QUANTITY_NAMES.map((quantity) => rangeOf(quantity, scale));
  return {
    low: Float64Array.from(ranges, ([low]) => low),
    high: Float64Array.from(ranges, ([, high]) => high),
  };
}

function rangeOf(quantity: Quantity, scale: Scale): readonly [low: number, high: number] {
  switch (QUANTITIES[quantity].unit) {
    case 'V':
      return [0, highestVolts(quantity, scale)];
    case 'A':
      return [-highestAmps(scale), highestAmps(scale)];
    case 'W':
    case 'var':
    case 'VA':
      return [-highestVa(quantity, scale), highestVa(quantity, scale)];
    case 'Wh':
    case 'varh':
      return [0, HIGHEST_ENERGY];
    case 'Hz':
      return FREQUENCIES;
    case '%':
      return [0, HIGHEST_PERCENT];
    case 's':
      return [-Number.MAX_VALUE, Number.MAX_VALUE];
    case '1':
      return quantity.startsWith('power_factor') ? [-HIGHEST_POWER_FACTOR, HIGHEST_POWER_FACTOR] : [0, HIGHEST_FLICKER];
  }
}

/** At single-phase points the nominal voltage is that of the phase, and what meters give as a line voltage repeats it. */
function highestVolts(quantity: Quantity, scale: Scale): number {
  const isLine = isOneOf(LINE_VOLTAGES, quantity) && !isSinglePhase(scale);
  return isLine ? HIGHEST_LINE_VOLTAGE * scale.lineVolts : HIGHEST_PHASE_VOLTAGE * scale.phaseVolts;
}

function isOneOf(quantities: readonly Quantity[], quantity: Quantity): boolean {
  return quantities.includes(quantity);
}

function highestAmps(scale: Scale): number {
  const rated = ratedAmps(scale);
  return rated === undefined ? ANY_CURRENT : HIGHEST_LOAD * rated;
}

function highestVa(quantity: Quantity, scale: Scale): number {
  const rated = ratedVaOf(phaseOf(quantity) === undefined ? 'total' : 'phase', scale);
  return rated === undefined
    ? Math.sqrt(3) * HIGHEST_LINE_VOLTAGE * scale.lineVolts * ANY_CURRENT
    : HIGHEST_LOAD * rated;
}

/** A that the known capacity makes at nominal voltage; undefined where none is known. */
export function ratedAmps(scale: Scale): number | undefined {
  const va = ratedVaOf('phase', scale);
  return va === undefined ? undefined : va / scale.phaseVolts;
}

/** VA of the known capacity, or a phase's share of it; undefined where none is known. */
export function ratedVaOf(part: 'phase' | 'total', scale: Scale): number | undefined {
  const { capacityVa } = scale;
  const isShare = part === 'phase' && !isSinglePhase(scale);
  return capacityVa === undefined || !isShare ? capacityVa : capacityVa / 3;
}
