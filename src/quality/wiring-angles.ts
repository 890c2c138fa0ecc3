import type { Phase } from '../domain/meter-event.ts';
import type { WiringFault } from '../domain/wiring.ts';
import type { Circumstances } from './wiring-circumstances.ts';
import { mapTriple, type Triple, type WiringSample } from './wiring-sample.ts';

/**
 * What the angles between each voltage and its current say. With φ the angle by which loads lag, a meter that is wired
 * right finds φ = atan2(Q, P) on each phase. Its own channel k sees V·conj(I), so that
 * - a reversed CT adds 180° on its phase;
 * - exchanged CTs a and b make it φ + (θa − θb) on a and φ − (θa − θb) on b, with θ = 0°, −120°, −240°;
 * - exchanged voltages make it the same with the signs turned round;
 * - currents that stand one phase on add +120° or −120° on all.
 */
interface Pattern {
  readonly offsets: Triple;
  /** Which φ a load may have for the pattern to mean this, degrees, [from, to). */
  readonly from: number;
  readonly to: number;
  /** The lag that every phase must have besides, degrees. */
  readonly least?: number;
  readonly tolerance: number;
  readonly faults: readonly WiringFault[];
}

/** Degrees between a phase and the mean of all, at most. Patterns of exchanged wires lie 60° and more apart. */
const TOLERANCE = 25;

/**
 * A phase that exports may be one that generates, and that is no fault. A generator stands at 180°, give or take 5°, and
 * with the load beside it before that, because the load's Q stays: P alone changes sign. A reversed CT changes P and Q,
 * so with loads that lag by φ its phase stands exactly at 180° + φ. Where φ is small both explanations fit, and one
 * reading says nothing.
 */
const REVERSED_TOLERANCE = 10;
const CLEAR_OF_GENERATION = 10;

/** Degrees: loads that take in power. The mirror of it may be a customer that generates, and is no fault. */
const LEADING = -60;
const LAGGING = 75;

/** Exchanged CTs of any pair look alike but for φ, turned by 120°: that one holds whose φ a load usually has. */
const USUAL_LEADING = -55;
const USUAL_LAGGING = USUAL_LEADING + 120;

/** Largest over smallest power of the phases, for a reversed CT and for the rest. A generator knows nothing of the load. */
const SIMILAR = 1.5;
const COMPARABLE = 3;

const reversed = (phase: Phase, offsets: Triple): Pattern => ({
  offsets,
  from: CLEAR_OF_GENERATION,
  to: LAGGING,
  least: CLEAR_OF_GENERATION,
  tolerance: REVERSED_TOLERANCE,
  faults: [{ kind: 'ct reversed', phase }],
});

const swapped = (a: Phase, b: Phase, offsets: Triple): Pattern => ({
  offsets,
  from: USUAL_LEADING,
  to: USUAL_LAGGING,
  tolerance: TOLERANCE,
  faults: [{ kind: 'cts swapped', phases: [a, b] }],
});

/** Between load and generation: φ − 120° of inductive loads, φ + 120° of capacitive ones. */
const rotated = (from: number, to: number): Pattern => ({
  offsets: [0, 0, 0],
  from,
  to,
  tolerance: TOLERANCE,
  faults: [{ kind: 'cts rotated' }],
});

const PHASES = ['L1', 'L2', 'L3'] as const satisfies Phase[];

const REVERSED = [reversed('L1', [180, 0, 0]), reversed('L2', [0, 180, 0]), reversed('L3', [0, 0, 180])];

const MAYBE_REVERSED = REVERSED.map((pattern): Pattern => ({ ...pattern, from: LEADING, least: LEADING }));

const EXCHANGED = [
  swapped('L1', 'L2', [120, -120, 0]),
  swapped('L2', 'L3', [0, 120, -120]),
  swapped('L1', 'L3', [-120, 0, 120]),
  { offsets: [0, -120, 120], from: -180, to: 180.1, tolerance: TOLERANCE, faults: [{ kind: 'phase order' }] },
] as const satisfies Pattern[];

const ROTATED = [rotated(-115, -65), rotated(65, 115)];

const NO_FAULTS: readonly WiringFault[] = [];

/** The faults that the angles show; none when all phases take in power at like angles; undefined: they do not say. */
export function angleFaults(sample: WiringSample, circumstances: Circumstances): readonly WiringFault[] | undefined {
  const powers = mapTriple(sample.watts, (watts, phase) => Math.hypot(watts, sample.vars[phase]));
  const smallest = Math.min(...powers);
  const leastAmps = Math.min(...sample.amps);
  if (!(smallest > 0) || !(leastAmps >= circumstances.enoughAmps)) return undefined;
  const angles = mapTriple(sample.watts, (watts, phase) => degrees(Math.atan2(sample.vars[phase], watts)));
  if (angles.every((angle) => angle >= LEADING && angle <= LAGGING)) return NO_FAULTS;
  const spread = Math.max(...powers) / smallest;
  const patterns = [
    ...(spread <= SIMILAR ? REVERSED : []),
    ...(spread <= COMPARABLE ? EXCHANGED : []),
    // A large compensation, or generation that just covers the load, stands there too, for hours: only counters can tell.
    ...(circumstances.isMostlyReactive && leastAmps >= circumstances.heavyAmps ? ROTATED : []),
  ];
  return patterns.find((pattern) => fits(pattern, angles))?.faults;
}

/** A phase that exports as one whose CT is reversed does, and as one that generates may. VA. */
export interface Export {
  readonly phase: Phase;
  /** Its power over that of the other two. */
  readonly share: number;
  /** What the other two take in. */
  readonly load: number;
}

/** The phase that exports, where its angle says no more than that; only change of load can tell why. */
export function exportOf(sample: WiringSample, { enoughAmps }: Circumstances): Export | undefined {
  if (!(Math.min(...sample.amps) >= enoughAmps)) return undefined;
  const powers = mapTriple(sample.watts, (watts, phase) => Math.hypot(watts, sample.vars[phase]));
  if (!(Math.max(...powers) <= SIMILAR * Math.min(...powers))) return undefined;
  const angles = mapTriple(sample.watts, (watts, phase) => degrees(Math.atan2(sample.vars[phase], watts)));
  const index = MAYBE_REVERSED.findIndex((pattern) => fits(pattern, angles));
  const [phase, power] = [PHASES[index], powers[index]];
  if (phase === undefined || power === undefined) return undefined;
  const load = powers.reduce((sum, each) => sum + each, -power);
  return { phase, share: power / load, load };
}

function fits({ offsets, from, to, tolerance, least = Number.NEGATIVE_INFINITY }: Pattern, angles: Triple): boolean {
  const phis = mapTriple(angles, (angle, phase) => angle - offsets[phase]);
  const phi = meanAngle(phis);
  if (!(phi >= from && phi < to)) return false;
  return phis.every((each) => Math.abs(wrapped(each - phi)) <= tolerance && wrapped(each) >= least);
}

/** Of directions, not of numbers: the mean of 170° and −170° is 180°. */
function meanAngle(angles: Triple): number {
  const x = angles.reduce((sum, angle) => sum + Math.cos(radians(angle)), 0);
  const y = angles.reduce((sum, angle) => sum + Math.sin(radians(angle)), 0);
  return degrees(Math.atan2(y, x));
}

/** Into −180° to 180°. */
function wrapped(angle: number): number {
  return angle - 360 * Math.round(angle / 360);
}

function degrees(angle: number): number {
  return (angle * 180) / Math.PI;
}

function radians(angle: number): number {
  return (angle * Math.PI) / 180;
}
