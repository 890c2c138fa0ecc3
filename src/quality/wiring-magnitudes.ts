import type { Phase } from '../domain/meter-event.ts';
import { arePickedUp } from '../domain/three-wire.ts';
import type { WiringFault } from '../domain/wiring.ts';
import type { Circumstances } from './wiring-circumstances.ts';
import { mapTriple, median, type Triple, type WiringSample } from './wiring-sample.ts';

const PHASES = ['L1', 'L2', 'L3'] as const satisfies Phase[];

/** Largest over smallest of three voltages: a wrong ratio leaves them alike, which a fault of the supply does not. */
const ALIKE = 1.15;

/** How near a ratio must be to a known one, as a logarithm: voltages stay within 10 % of nominal, and √3 lies near 1. */
const NEAR = 0.12;
const NEAR_ROOT = 0.05;

/** Per unit of nominal: less than the secondary side of 110 kV shows. Three-wire meters may give 0 for phases. */
const PRESENT = 0.0005;

/** Per unit of nominal. */
const HEALTHY_LOW = 0.8;
const HEALTHY_HIGH = 1.2;
const LOST = 0.6;
/** A line voltage with one end lost: 0.58 with nothing left on it, 0.76 with half. */
const LINE_LOST = 0.92;

/** Of what the others carry. Motors keep up the voltage of a phase that the supply has lost, but not its current. */
const CURRENT_FLOWS = 0.2;
const NO_CURRENT = 0.01;

/** Power over voltage times current: distortion makes it smaller, by half at the most, and nothing makes it larger. */
const POWER_RATIO = 2;

/** Over rated current: no plant survives so much for a minute, and its protection does not wait for that. */
const CURRENT_RATIO = 5;

/** Voltages per unit of nominal. Phase voltages are undefined where a three-wire meter gives none. */
export interface PerUnit {
  readonly phases: Triple | undefined;
  readonly lines: Triple | undefined;
}

export function perUnitOf({ phaseVolts, lineVolts }: WiringSample, { scale }: Circumstances): PerUnit {
  const phases = mapTriple(phaseVolts, (volts) => volts / scale.phaseVolts);
  const lines = mapTriple(lineVolts, (volts) => volts / scale.lineVolts);
  const highest = Math.max(...phases);
  const isPresent = highest >= PRESENT && !arePickedUp(highest, Math.max(...lines));
  return {
    phases: isMeasured(phases) && isPresent ? phases : undefined,
    lines: isMeasured(lines) ? lines : undefined,
  };
}

/** By which factor all voltages are off, or 1. A supply that is gone has no current, and is no wrong ratio. */
export function voltageRatio({ phases, lines }: PerUnit, sample: WiringSample, around: Circumstances): number {
  const factors = [phases, lines].flatMap((voltages) => (voltages ? [commonFactor(voltages, around)] : []));
  const [factor = 1, other = factor] = factors;
  if (factor !== other) return 1;
  return factor > 1 || Math.max(...sample.amps) >= around.enoughAmps ? factor : 1;
}

function commonFactor(voltages: Triple, { ratios }: Circumstances): number {
  if (Math.max(...voltages) > ALIKE * Math.min(...voltages)) return 1;
  const found = median(voltages);
  return nearest(found, ratios) ?? [Math.sqrt(3), 1 / Math.sqrt(3)].find((root) => isNear(found, root, NEAR_ROOT)) ?? 1;
}

/** Phases whose voltage is gone at the meter alone: their current flows on, and the other voltages are healthy. */
export function missingVoltages({ phases, lines }: PerUnit, { amps }: WiringSample, around: Circumstances) {
  const lost = phases ? lostPhases(phases, lines) : lines ? lostByLines(lines) : [];
  return lost
    .filter((phase) => amps[phase] >= Math.max(around.enoughAmps, CURRENT_FLOWS * meanOfOthers(amps, phase)))
    .map((phase): WiringFault => ({ kind: 'voltage wire missing', phase: PHASES[phase] }));
}

function lostPhases(phases: Triple, lines: Triple | undefined): readonly Index[] {
  const lost = INDICES.filter((phase) => phases[phase] < LOST);
  const others = INDICES.filter((phase) => phases[phase] >= LOST);
  if (others.length === 0 || !others.every((phase) => isHealthy(phases[phase]))) return [];
  // In an earth fault, too, a phase voltage is gone, and its line voltages are healthy.
  return lost.filter((phase) => !lines || linesOf(phase).every((line) => lines[line] < LINE_LOST));
}

/** A three-wire meter without the middle voltage divides the remaining one between two line voltages. */
function lostByLines(lines: Triple): readonly Index[] {
  return INDICES.filter((phase) => {
    const [line, other] = linesOf(phase);
    const isOppositeHealthy = isHealthy(lines[oppositeLine(phase)]);
    return (
      isOppositeHealthy && Math.max(lines[line], lines[other]) < LINE_LOST && Math.min(lines[line], lines[other]) < LOST
    );
  });
}

/**
 * Phases without any current under a healthy voltage while the two others carry load. Above 1 kV many cubicles have no
 * CT in L2, so there it does not count; nor does it where a three-wire meter gives no phase voltages.
 */
export function missingCurrents({ phases, lines }: PerUnit, { amps }: WiringSample, around: Circumstances) {
  const areLinesHealthy = lines?.every(isHealthy) ?? false;
  return INDICES.filter((phase) => {
    if (phase === 1 && (around.isHighVoltage || !phases)) return false;
    const others = INDICES.filter((other) => other !== phase);
    return (
      others.every((other) => amps[other] > 0 && amps[other] >= around.heavyAmps) &&
      amps[phase] <= NO_CURRENT * meanOfOthers(amps, phase) &&
      (phases ? phases.every((voltage) => voltage >= HEALTHY_LOW) : areLinesHealthy)
    );
  }).map((phase): WiringFault => ({ kind: 'current wire missing', phase: PHASES[phase] }));
}

/** Power over U·I, the median of the phases that carry load; undefined when it is what it should be or is not measured. */
export function powerRatio(sample: WiringSample, around: Circumstances): number | undefined {
  const { scale } = around;
  const ratios = INDICES.flatMap((phase) => {
    const volts = sample.phaseVolts[phase];
    const power = Math.hypot(sample.watts[phase], sample.vars[phase]) || sample.voltAmps[phase];
    const isLive = volts >= 0.5 * scale.phaseVolts && sample.amps[phase] >= around.enoughAmps;
    return isLive && power > 0 && sample.amps[phase] > 0 ? [power / (volts * sample.amps[phase])] : [];
  }).sort((a, b) => a - b);
  const ratio = ratios.length < 2 ? undefined : ratios[Math.floor(ratios.length / 2)];
  if (ratio === undefined || (ratio < POWER_RATIO && ratio > 1 / POWER_RATIO)) return undefined;
  return nearest(ratio, around.ratios) ?? Number(ratio.toPrecision(2));
}

/**
 * Median current over the rated one; undefined when it is what a plant can draw, or no capacity is known. A single
 * reading may stand in a short circuit or an inrush: only what lasts a minute is a ratio.
 */
export function currentRatio({ amps }: WiringSample, { ratedAmps }: Circumstances): number | undefined {
  if (ratedAmps === undefined) return undefined;
  const ratio = median(amps) / ratedAmps;
  return ratio > CURRENT_RATIO ? Number(ratio.toPrecision(2)) : undefined;
}

/** The known ratio, or its inverse, that a factor is near to. */
function nearest(factor: number, ratios: readonly number[]): number | undefined {
  return ratios.flatMap((ratio) => [ratio, 1 / ratio]).find((ratio) => isNear(factor, ratio, NEAR));
}

function isNear(factor: number, ratio: number, tolerance: number): boolean {
  return Math.abs(Math.log(factor / ratio)) <= tolerance;
}

function isMeasured(triple: Triple): boolean {
  return !triple.some(Number.isNaN);
}

function isHealthy(perUnit: number): boolean {
  return perUnit >= HEALTHY_LOW && perUnit <= HEALTHY_HIGH;
}

type Index = 0 | 1 | 2;

const INDICES = [0, 1, 2] as const satisfies Index[];

/** The two of L1-L2, L2-L3, L3-L1 that a phase is an end of. */
const LINES = [
  [0, 2],
  [0, 1],
  [1, 2],
] as const satisfies (readonly [Index, Index])[];

const OPPOSITE = [1, 2, 0] as const satisfies Index[];

function linesOf(phase: Index): readonly [Index, Index] {
  return LINES[phase];
}

function oppositeLine(phase: Index): Index {
  return OPPOSITE[phase];
}

function meanOfOthers(triple: Triple, phase: Index): number {
  return (triple[0] + triple[1] + triple[2] - triple[phase]) / 2;
}
