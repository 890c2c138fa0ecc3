import { type Energy, NO_ENERGY } from './energy.ts';
import { eachPhase, type Phases, sum } from './phases.ts';
import { lineVoltages, neutralCurrent } from './phasors.ts';

/** What a meter knows at one instant: V, A, W, var, VA, Hz, %, Wh. Import positive. NaN: this meter cannot see it. */
export interface Measurement {
  readonly phaseVolts: Phases;
  readonly lineVolts: Phases;
  readonly amps: Phases;
  readonly neutralAmps: number;
  readonly watts: Phases;
  readonly vars: Phases;
  readonly voltAmps: Phases;
  readonly powerFactors: Phases;
  readonly totalWatts: number;
  readonly totalVars: number;
  readonly totalVoltAmps: number;
  readonly totalPowerFactor: number;
  readonly frequency: number;
  readonly voltageThd: Phases;
  readonly currentThd: Phases;
  readonly energy: Energy;
}

/** What determines all the rest. */
export interface OperatingPoint {
  readonly phaseVolts: Phases;
  readonly amps: Phases;
  /** Angle by which the currents lag their voltages, radians; negative = leading. */
  readonly lag?: number;
  readonly frequency?: number;
  /** Three-wire networks have no neutral to measure. */
  readonly hasNeutral?: boolean;
  readonly voltageThd?: Phases;
  readonly currentThd?: Phases;
  readonly energy?: Energy;
}

/** Every quantity that follows from an operating point: S = U·I, P = S·cos φ, Q = S·sin φ, totals = sums. */
export function measurementOf(point: OperatingPoint): Measurement {
  const { phaseVolts, amps, lag = 0, hasNeutral = true } = point;
  const voltAmps = eachPhase((phase) => phaseVolts[phase] * amps[phase]);
  const watts = eachPhase((phase) => voltAmps[phase] * Math.cos(lag));
  const vars = eachPhase((phase) => voltAmps[phase] * Math.sin(lag));
  return {
    phaseVolts,
    lineVolts: lineVoltages(phaseVolts),
    amps,
    neutralAmps: hasNeutral ? neutralCurrent(amps) : Number.NaN,
    watts,
    vars,
    voltAmps,
    powerFactors: eachPhase((phase) => powerFactor(watts[phase], voltAmps[phase])),
    totalWatts: sum(watts),
    totalVars: sum(vars),
    totalVoltAmps: sum(voltAmps),
    totalPowerFactor: powerFactor(sum(watts), sum(voltAmps)),
    frequency: point.frequency ?? 50,
    voltageThd: point.voltageThd ?? [0, 0, 0],
    currentThd: point.currentThd ?? [0, 0, 0],
    energy: point.energy ?? NO_ENERGY,
  };
}

function powerFactor(watts: number, voltAmps: number): number {
  return voltAmps > 0 ? watts / voltAmps : 0;
}
