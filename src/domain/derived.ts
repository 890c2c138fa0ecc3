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
/** What follows from the values at hand; undefined where it should follow and cannot be. Used again for each reading. */
const computed = new Map<Quantity, number | undefined>();

function derivedFrom(said: Values): Values {
  compute(said);
  list.begin();
  for (const name in said) {
    const quantity = name as Quantity;
    const value = computed.has(quantity) ? computed.get(quantity) : said[quantity];
    if (value !== undefined) list.put(quantity, value);
  }
  for (const [quantity, value] of computed) if (value !== undefined && !(quantity in said)) list.put(quantity, value);
  return list.take();
}

function compute(said: Values): void {
  computed.clear();
  const { voltage_l1_l2, voltage_l2_l3, voltage_l3_l1 } = said;
  if (voltage_l1_l2 !== undefined && voltage_l2_l3 !== undefined && voltage_l3_l1 !== undefined) {
    computed.set('voltage_unbalance', negativeSequenceUnbalance(voltage_l1_l2, voltage_l2_l3, voltage_l3_l1));
  }
  for (const [factor, active, apparent] of POWER_FACTORS) {
    const [p, s] = [said[active], said[apparent]];
    if (p !== undefined && s !== undefined && s > 0) computed.set(factor, powerFactor(p, s));
  }
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

const POWER_FACTORS = [
  ['power_factor_l1', 'active_power_l1', 'apparent_power_l1'],
  ['power_factor_l2', 'active_power_l2', 'apparent_power_l2'],
  ['power_factor_l3', 'active_power_l3', 'apparent_power_l3'],
  ['power_factor_total', 'active_power_total', 'apparent_power_total'],
] as const satisfies readonly (readonly [Quantity, Quantity, Quantity])[];

/** What a quantity is computed from where all of that is there. */
export function sourcesOf(quantity: Quantity): readonly Quantity[] {
  if (quantity === 'voltage_unbalance') return LINE_VOLTAGES;
  return POWER_FACTORS.find(([factor]) => factor === quantity)?.slice(1) ?? [];
}

/** Classes of meters, and registers that round: P may pass S by so much. Beyond it one of the two is wrong. */
const FACTOR_BY_ROUNDING = 1.02;

function powerFactor(p: number, s: number): number | undefined {
  const factor = p / s;
  return Math.abs(factor) > FACTOR_BY_ROUNDING ? undefined : Math.min(1, Math.max(-1, factor));
}
