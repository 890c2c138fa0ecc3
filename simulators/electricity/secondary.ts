import type { Measurement } from './measurement.ts';
import { eachPhase, type Phases } from './phases.ts';

/** How much larger the primary side is, for example 300 A / 5 A = 60 and 10 kV / 100 V = 100. */
export interface TransformerRatios {
  readonly ct: number;
  readonly pt: number;
}

/** What a meter sees that was left at ratio 1:1 behind current and voltage transformers. */
export function secondarySide(primary: Measurement, ratios: TransformerRatios): Measurement {
  const power = ratios.ct * ratios.pt;
  return {
    ...primary,
    phaseVolts: divided(primary.phaseVolts, ratios.pt),
    lineVolts: divided(primary.lineVolts, ratios.pt),
    amps: divided(primary.amps, ratios.ct),
    neutralAmps: primary.neutralAmps / ratios.ct,
    watts: divided(primary.watts, power),
    vars: divided(primary.vars, power),
    voltAmps: divided(primary.voltAmps, power),
    totalWatts: primary.totalWatts / power,
    totalVars: primary.totalVars / power,
    totalVoltAmps: primary.totalVoltAmps / power,
    energy: {
      importWh: primary.energy.importWh / power,
      exportWh: primary.energy.exportWh / power,
      importVarh: primary.energy.importVarh / power,
      exportVarh: primary.energy.exportVarh / power,
      apparentVah: primary.energy.apparentVah / power,
    },
  };
}

function divided(phases: Phases, divisor: number): Phases {
  return eachPhase((phase) => phases[phase] / divisor);
}
