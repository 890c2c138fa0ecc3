import { LINE_VOLTAGES, type Quantity } from './quantity.ts';
import type { Reading, Values } from './reading.ts';
import { ValueList } from './values.ts';

/**
 * Negative-sequence voltage unbalance U2/U1 in % from the magnitudes of the three line voltages (GB/T 15543-2008
 * appendix A, IEC 61000-4-30 clause 5.7). Exact for line voltages, whose phasors close to a triangle; wrong for phase
 * voltages. Undefined where the three magnitudes cannot form a triangle.
 */
export function negativeSequenceUnbalance(l1l2: number, l2l3: number, l3l1: number): number | undefined {
  const squares = l1l2 ** 2 + l2l3 ** 2 + l3l1 ** 2;
  if (squares === 0) return undefined;
  const beta = (l1l2 ** 4 + l2l3 ** 4 + l3l1 ** 4) / squares ** 2;
  const radicand = 3 - 6 * beta;
  if (radicand < -ROUNDING) return undefined;
  const root = Math.sqrt(Math.max(0, radicand));
  return 100 * Math.sqrt(Math.max(0, 1 - root) / (1 + root));
}

/** Balanced and flat triangles sit on the edge of the formula; binary fractions may push them over it. */
const ROUNDING = 1e-9;

/**
 * The reading with what follows from its values: voltage unbalance, and power factors as P / S, because meters disagree
 * on the sign and coding of theirs. A meter's own figure stays only where P or S is not there; where the two contradict
 * each other there is none.
 */
export function withDerived(reading: Reading): Reading {
  const whole = { ...reading, values: derivedFrom(reading.values) };
  return reading.suspect || reading.missing ? withoutDoubts(whole) : whole;
}

const list = new ValueList();

/** What is computed, and its figures of the reading at hand: used again for each, as thousands come every second. */
const COMPUTED: readonly Quantity[] = [
  'voltage_unbalance',
  'power_factor_l1',
  'power_factor_l2',
  'power_factor_l3',
  'power_factor_total',
];
const PLACE_OF: ReadonlyMap<string, number> = new Map(COMPUTED.map((quantity, place) => [quantity, place]));
const figures: (Figure | undefined)[] = [];

/** A figure that should follow from what was measured, and cannot, is no figure. */
type Figure = number | 'impossible';

function derivedFrom(said: Values): Values {
  compute(said);
  list.begin();
  for (const name in said) {
    const quantity = name as Quantity;
    const place = PLACE_OF.get(quantity);
    const figure = (place === undefined ? undefined : figures[place]) ?? said[quantity];
    if (typeof figure === 'number') list.put(quantity, figure);
  }
  for (let place = 0; place < COMPUTED.length; place += 1) {
    const [quantity, figure] = [COMPUTED[place], figures[place]];
    if (quantity !== undefined && typeof figure === 'number' && !(quantity in said)) list.put(quantity, figure);
  }
  return list.take();
}

function compute(said: Values): void {
  figures[0] = unbalanceOf(said.voltage_l1_l2, said.voltage_l2_l3, said.voltage_l3_l1);
  figures[1] = factorOf(said.active_power_l1, said.apparent_power_l1);
  figures[2] = factorOf(said.active_power_l2, said.apparent_power_l2);
  figures[3] = factorOf(said.active_power_l3, said.apparent_power_l3);
  figures[4] = factorOf(said.active_power_total, said.apparent_power_total);
}

type Measured = number | undefined;

function unbalanceOf(l1l2: Measured, l2l3: Measured, l3l1: Measured): Figure | undefined {
  if (l1l2 === undefined || l2l3 === undefined || l3l1 === undefined) return undefined;
  return negativeSequenceUnbalance(l1l2, l2l3, l3l1) ?? 'impossible';
}

function factorOf(p: Measured, s: Measured): Figure | undefined {
  if (p === undefined || s === undefined || s <= 0) return undefined;
  const factor = p / s;
  return Math.abs(factor) > FACTOR_BY_ROUNDING ? 'impossible' : Math.min(1, Math.max(-1, factor));
}

/** What was computed needs no figure of the meter's own: neither a doubtful one nor one that is missing. */
function withoutDoubts(reading: Reading): Reading {
  const { suspect, missing, ...sound } = reading;
  const left = suspect && without(suspect, sound.values);
  const absent = missing && without(missing, sound.values);
  return { ...sound, ...(left && { suspect: left }), ...(absent && { missing: absent }) };
}

function without<T>(all: Readonly<Partial<Record<Quantity, T>>>, values: Values) {
  const left = Object.entries(all).filter(([quantity]) => !(quantity in values));
  return left.length > 0 ? (Object.fromEntries(left) as Readonly<Partial<Record<Quantity, T>>>) : undefined;
}

/** What a quantity is computed from where all of that is there. */
export function sourcesOf(quantity: Quantity): readonly Quantity[] {
  switch (quantity) {
    case 'voltage_unbalance':
      return LINE_VOLTAGES;
    case 'power_factor_l1':
      return ['active_power_l1', 'apparent_power_l1'];
    case 'power_factor_l2':
      return ['active_power_l2', 'apparent_power_l2'];
    case 'power_factor_l3':
      return ['active_power_l3', 'apparent_power_l3'];
    case 'power_factor_total':
      return ['active_power_total', 'apparent_power_total'];
    default:
      return [];
  }
}

/** Classes of meters, and registers that round: P may pass S by so much. Beyond it one of the two is wrong. */
const FACTOR_BY_ROUNDING = 1.02;
