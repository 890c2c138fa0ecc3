import { CURRENTS, LINE_VOLTAGES, PHASE_VOLTAGES, type Quantity } from '../../domain/quantity.ts';
import type { Values } from '../../domain/reading.ts';

/** How well values read by a model fit together. */
export interface Plausibility {
  /** 0 to 1. */
  readonly score: number;
  /** How much could be judged at all: 0 is nothing, 1 is enough. */
  readonly evidence: number;
  /** In words, what was looked at. */
  readonly why: readonly string[];
}

interface Check {
  readonly weight: number;
  /** Undefined where the values do not say. */
  look(values: Values): { readonly score: number; readonly why: string } | undefined;
}

/** Weights that together are enough to judge by. */
const ENOUGH = 6;

/** What is left when one thing is quite impossible. */
const SHARE_WHEN_IMPOSSIBLE = 0.5;

/** Of a network of 50 or 60 Hz. */
const NEAR_HZ = 1;

/** V: below it are the secondary sides of unusual transformers, above it no network. */
const LOWEST_VOLTS = 40;
const HIGHEST_VOLTS = 800_000;

/** Largest over smallest of three voltages in an ordinary network. */
const ALIKE = 1.1;

/** From √3, and from 1 of the powers. */
const NEAR_ROOT = 0.03;
const NEAR_POWER = 0.15;

/** A: less says nothing of powers. */
const SOME_CURRENT = 0.05;

const APPARENT = ['apparent_power_l1', 'apparent_power_l2', 'apparent_power_l3'] as const satisfies Quantity[];
const ACTIVE = ['active_power_l1', 'active_power_l2', 'active_power_l3'] as const satisfies Quantity[];
const REACTIVE = ['reactive_power_l1', 'reactive_power_l2', 'reactive_power_l3'] as const satisfies Quantity[];

const CHECKS: readonly Check[] = [
  { weight: 3, look: frequency },
  { weight: 2, look: levels },
  { weight: 3, look: rootOfThree },
  { weight: 3, look: powers },
];

export function plausibilityOf(values: Values): Plausibility {
  let score = 0;
  let weights = 0;
  let share = 1;
  const why: string[] = [];
  for (const { weight, look } of CHECKS) {
    const found = look(values);
    if (!found) continue;
    score += weight * found.score;
    weights += weight;
    if (found.score === 0) share *= SHARE_WHEN_IMPOSSIBLE;
    why.push(found.why);
  }
  return { score: weights === 0 ? 0 : (share * score) / weights, evidence: Math.min(1, weights / ENOUGH), why };
}

function frequency({ frequency: hertz }: Values) {
  if (hertz === undefined) return undefined;
  const isNear = Math.min(Math.abs(hertz - 50), Math.abs(hertz - 60)) <= NEAR_HZ;
  const score = isNear ? 1 : hertz >= 45 && hertz <= 65 ? 0.5 : 0;
  return { score, why: `${shown(hertz, 4)} Hz` };
}

/** Phases that a model has and the wiring has not read 0. */
function levels(values: Values) {
  const [phases, lines] = [measured(values, PHASE_VOLTAGES), measured(values, LINE_VOLTAGES)];
  const volts = phases.some((voltage) => voltage !== 0) ? phases : lines;
  if (volts.length === 0) return undefined;
  const present = volts.filter((voltage) => voltage !== 0);
  const isPossible = present.length > 0 && present.every((each) => each >= LOWEST_VOLTS && each <= HIGHEST_VOLTS);
  const areAlike = Math.max(...present) <= ALIKE * Math.min(...present);
  const share = areAlike ? 1 : 0.5;
  const score = isPossible ? (present.length === volts.length ? share : 0.5) : 0;
  return { score, why: `${volts === phases ? 'U L-N' : 'U L-L'} ${volts.map((each) => shown(each, 4)).join(', ')} V` };
}

/** By the largest of each, which a phase that is lost leaves alone. */
function rootOfThree(values: Values) {
  const [phases, lines] = [measured(values, PHASE_VOLTAGES), measured(values, LINE_VOLTAGES)];
  const [phase, line] = [Math.max(...phases), Math.max(...lines)];
  if (phases.length < 3 || lines.length < 3 || !(phase > 0)) return undefined;
  const ratio = line / phase;
  const score = Math.abs(ratio / Math.sqrt(3) - 1) <= NEAR_ROOT ? 1 : 0;
  return { score, why: `U L-L/U L-N = ${shown(ratio, 4)}` };
}

/** S of the phases, or √(P² + Q²), against U times I; where only P is known, it must not be more. */
function powers(values: Values) {
  const apparent = overVoltAmperes(values, apparentOf);
  if (apparent !== undefined) {
    return { score: Math.abs(apparent - 1) <= NEAR_POWER ? 1 : 0, why: `S/(U·I) = ${shown(apparent, 3)}` };
  }
  const active = overVoltAmperes(values, activeOf);
  if (active === undefined) return undefined;
  return { score: active <= 1 + NEAR_POWER ? 1 : 0, why: `P/(U·I) = ${shown(active, 3)}` };
}

/** The mean of the phases that carry current. */
function overVoltAmperes(values: Values, powerOf: (values: Values, phase: number) => number | undefined) {
  const ratios = PHASE_VOLTAGES.flatMap((voltage, phase) => {
    const [volts, amps] = [values[voltage], values[CURRENTS[phase] ?? 'current_l1']];
    const power = powerOf(values, phase);
    if (volts === undefined || amps === undefined || power === undefined) return [];
    return volts > 0 && Math.abs(amps) > SOME_CURRENT ? [power / (volts * Math.abs(amps))] : [];
  });
  return ratios.length === 0 ? undefined : meanOf(ratios);
}

function activeOf(values: Values, phase: number): number | undefined {
  const p = values[ACTIVE[phase] ?? 'active_power_l1'];
  return p === undefined ? undefined : Math.abs(p);
}

function apparentOf(values: Values, phase: number): number | undefined {
  const s = values[APPARENT[phase] ?? 'apparent_power_l1'];
  if (s !== undefined) return Math.abs(s);
  const p = values[ACTIVE[phase] ?? 'active_power_l1'];
  const q = values[REACTIVE[phase] ?? 'reactive_power_l1'];
  return p === undefined || q === undefined ? undefined : Math.hypot(p, q);
}

function measured(values: Values, quantities: readonly Quantity[]): readonly number[] {
  return quantities.flatMap((quantity) => values[quantity] ?? []);
}

function meanOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

function shown(value: number, digits: number): string {
  return String(Number(value.toPrecision(digits)));
}
