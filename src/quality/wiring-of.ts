import type { Meter } from '../domain/customer.ts';
import type { Quantity } from '../domain/quantity.ts';
import type { Values } from '../domain/reading.ts';
import type { WiringFault, WiringVerdict } from '../domain/wiring.ts';
import type { ScaledPoint } from './scale.ts';
import { angleFaults, type Export, exportOf } from './wiring-angles.ts';
import { type Circumstances, circumstancesOf } from './wiring-circumstances.ts';
import { reversedByLoad } from './wiring-load.ts';
import {
  currentRatio,
  missingCurrents,
  missingVoltages,
  perUnitOf,
  powerRatio,
  voltageRatio,
} from './wiring-magnitudes.ts';
import { mapTriple, measuredIn, type SampledReading, type WiringSample, wiringSampleOf } from './wiring-sample.ts';

/** What one reading says. */
export interface Observation {
  readonly time: number;
  readonly state: WiringVerdict['state'];
  readonly faults: readonly WiringFault[];
  /** A phase that exports, for one of two reasons that only several observations can tell apart. */
  readonly exports?: Export;
}

/** Of the observations that say something: so many must say the same. */
const AGREED = 0.8;

/** What an inrush or a short circuit looks like for some seconds, and the milliseconds that neither lasts. */
const PASSING: ReadonlySet<WiringFault['kind']> = new Set(['current ratio']);
const LASTING = 60_000;

const COUNTERS = [
  'energy_active_import',
  'energy_active_export',
  'energy_reactive_import',
  'energy_reactive_export',
] as const satisfies Quantity[];

/**
 * The verdict of a handful of readings, judged or not, as `probe` takes them; one is enough to say something. Undefined
 * without readings. Currents are compared with the capacity of the supply point, or with the largest of the readings.
 */
export function wiringOf(
  readings: readonly SampledReading[],
  point: ScaledPoint,
  meter: Pick<Meter, 'ctRatio' | 'ptRatio'> = { ctRatio: 1, ptRatio: 1 },
): WiringVerdict | undefined {
  const samples = readings.map(wiringSampleOf);
  const largest = Math.max(0, ...samples.map(largestAmps));
  const energies: Values = Object.assign({}, ...readings.map(energiesIn));
  const around = circumstancesOf(point, meter, largest, energies);
  return verdictOf(
    readings.flatMap(({ time }, index) => {
      const sample = samples[index];
      return sample ? [observe(time, sample, around)] : [];
    }),
  );
}

/** What a sample says by itself. Faults of magnitude come first: with a wire missing, angles say nothing. */
export function observe(time: number, sample: WiringSample, around: Circumstances): Observation {
  const measured = perUnitOf(sample, around);
  const ratio = voltageRatio(measured, sample, around);
  const scaled = {
    phases: measured.phases && mapTriple(measured.phases, (voltage) => voltage / ratio),
    lines: measured.lines && mapTriple(measured.lines, (voltage) => voltage / ratio),
  };
  const power = ratio === 1 ? powerRatio(sample, around) : undefined;
  const current = currentRatio(sample, around);
  const wires = [...missingVoltages(scaled, sample, around), ...missingCurrents(scaled, sample, around)];
  const angles = wires.length > 0 ? [] : angleFaults(sample, around);
  const faults: readonly WiringFault[] = [
    ...(ratio === 1 ? [] : [{ kind: 'voltage ratio', factor: ratio } as const]),
    ...(current === undefined ? [] : [{ kind: 'current ratio', factor: current } as const]),
    ...(power === undefined ? [] : [{ kind: 'power ratio', factor: power } as const]),
    ...wires,
    ...(angles ?? []),
  ];
  const exports = angles ? undefined : exportOf(sample, around);
  const state = faults.length > 0 ? 'faulty' : angles ? 'right' : 'cannot say';
  return { time, state, faults, ...(exports && { exports }) };
}

/** What most of the observations agree on; undefined without any. At least `needed` of them must say something. */
export function verdictOf(made: readonly Observation[], needed = 1): WiringVerdict | undefined {
  const observations = withReversed(made);
  const saying = observations.filter(({ state }) => state !== 'cannot say');
  const isEnough = saying.length >= needed;
  const span = spanOf(isEnough ? saying : observations);
  if (!span) return undefined;
  const limit = AGREED * saying.length;
  const isRight = saying.filter(({ state }) => state === 'right').length >= limit;
  const agreed = isEnough ? agreedFaults(saying, limit) : [];
  const isLasting = span.to - span.from >= LASTING;
  const faults = agreed.filter(({ kind }) => isLasting || !PASSING.has(kind));
  if (faults.length > 0) return { state: 'faulty', faults, ...span };
  return { state: isEnough && isRight ? 'right' : 'cannot say', faults: [], ...span };
}

/** The observations with the fault that the change of load between them shows. */
function withReversed(observations: readonly Observation[]): readonly Observation[] {
  const fault = reversedByLoad(observations.flatMap(({ exports }) => exports ?? []));
  if (!fault) return observations;
  return observations.map((each) =>
    each.exports ? { ...each, state: 'faulty', faults: [...each.faults, fault] } : each,
  );
}

export function largestAmps({ amps }: WiringSample): number {
  return Math.max(0, ...amps.filter((current) => !Number.isNaN(current)));
}

export function energiesIn(reading: SampledReading): Values {
  const energies: Partial<Record<Quantity, number>> = {};
  for (const counter of COUNTERS) {
    const energy = measuredIn(reading, counter);
    if (energy !== undefined) energies[counter] = energy;
  }
  return energies;
}

/** Faults that stand in enough observations, as the middle one of them has them: measured factors vary a little. */
function agreedFaults(saying: readonly Observation[], limit: number): readonly WiringFault[] {
  const byName = new Map<string, WiringFault[]>();
  for (const fault of saying.flatMap(({ faults }) => faults)) {
    const name = nameOf(fault);
    byName.set(name, [...(byName.get(name) ?? []), fault]);
  }
  return [...byName.values()]
    .filter((same) => same.length >= limit)
    .flatMap((same) => same.sort(byFactor).at(Math.floor(same.length / 2)) ?? []);
}

function nameOf(fault: WiringFault): string {
  return 'factor' in fault ? fault.kind : JSON.stringify(fault);
}

function byFactor(a: WiringFault, b: WiringFault): number {
  return ('factor' in a ? a.factor : 0) - ('factor' in b ? b.factor : 0);
}

function spanOf(observations: readonly Observation[]): Pick<WiringVerdict, 'from' | 'to'> | undefined {
  const times = observations.map(({ time }) => time);
  return times.length === 0 ? undefined : { from: Math.min(...times), to: Math.max(...times) };
}
