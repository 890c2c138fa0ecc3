import { LINE_VOLTAGES, PHASE_VOLTAGES, type Quantity } from '../../domain/quantity.ts';
import type { Values } from '../../domain/reading.ts';

/** What speaks against one way to read a meter: shares, 0 where all fits; undefined where nothing can be said. */
export interface Doubt {
  /** |ΣP of the phases − P total| of the larger of P total and Σ|P|. */
  readonly sum?: number;
  /** |S² − P² − Q²| of the larger of S² and P² + Q². */
  readonly triangle?: number;
  /** Mean U L-L over mean U L-N, which should be √3. */
  readonly ratio?: number;
  /** Of the registers that were looked at: how many are not there or hold no number, 0 to 1. */
  readonly missing: number;
}

/** What tells good powers from bad ones. */
export const TELLING_POWERS = [
  'active_power_l1',
  'active_power_l2',
  'active_power_l3',
  'active_power_total',
  'reactive_power_l1',
  'reactive_power_l2',
  'reactive_power_l3',
  'reactive_power_total',
  'apparent_power_l1',
  'apparent_power_l2',
  'apparent_power_l3',
  'apparent_power_total',
] as const satisfies Quantity[];

const TRIANGLES = [
  ['active_power_l1', 'reactive_power_l1', 'apparent_power_l1'],
  ['active_power_l2', 'reactive_power_l2', 'apparent_power_l2'],
  ['active_power_l3', 'reactive_power_l3', 'apparent_power_l3'],
  ['active_power_total', 'reactive_power_total', 'apparent_power_total'],
] as const satisfies (readonly [Quantity, Quantity, Quantity])[];

/** `missing` and `asked`: of the powers, how many have no value and how many were asked for. */
export function doubtOf(values: Values, missing: number, asked: number): Doubt {
  const [sum, triangle, ratio] = [sumDoubt(values), triangleDoubt(values), voltageRatio(values)];
  return {
    ...(sum !== undefined && { sum }),
    ...(triangle !== undefined && { triangle }),
    ...(ratio !== undefined && { ratio }),
    missing: asked === 0 ? 0 : missing / asked,
  };
}

/** Negative where `a` is the likelier one: by the powers and what is missing, and where they are alike by √3. */
export function byDoubt(a: Doubt, b: Doubt): number {
  return powersOf(a) - powersOf(b) || offRootOfThree(a) - offRootOfThree(b);
}

function powersOf({ missing, sum = 0, triangle = 0 }: Doubt): number {
  return sum + triangle + missing;
}

function offRootOfThree({ ratio }: Doubt): number {
  return ratio === undefined ? 0 : Math.abs(ratio - Math.sqrt(3));
}

function sumDoubt(values: Values): number | undefined {
  const { active_power_l1: p1, active_power_l2: p2, active_power_l3: p3, active_power_total: total } = values;
  if (p1 === undefined || p2 === undefined || p3 === undefined || total === undefined) return undefined;
  const size = Math.max(Math.abs(total), Math.abs(p1) + Math.abs(p2) + Math.abs(p3));
  return size > 0 ? Math.abs(p1 + p2 + p3 - total) / size : undefined;
}

/** The worst of the phases and the total. */
function triangleDoubt(values: Values): number | undefined {
  const doubts = TRIANGLES.flatMap(([active, reactive, apparent]) => {
    const [p, q, s] = [values[active], values[reactive], values[apparent]];
    if (p === undefined || q === undefined || s === undefined) return [];
    const size = Math.max(s ** 2, p ** 2 + q ** 2);
    return size > 0 ? [Math.abs(s ** 2 - p ** 2 - q ** 2) / size] : [];
  });
  return doubts.length > 0 ? Math.max(...doubts) : undefined;
}

function voltageRatio(values: Values): number | undefined {
  const [phases, lines] = [PHASE_VOLTAGES, LINE_VOLTAGES].map((all) => all.flatMap((each) => values[each] ?? []));
  if (!phases || !lines || phases.length < 3 || lines.length < 3) return undefined;
  const sum = (volts: readonly number[]) => volts.reduce((before, each) => before + each, 0);
  return sum(phases) > 0 ? sum(lines) / sum(phases) : undefined;
}
