import { eachPhase, mean, type PhaseIndex, type Phases } from '../electricity/phases.ts';
import { float32, type RegisterLayout, type RegisterValue, reserved, threeFloats } from './registers.ts';

/**
 * Schneider PowerLogic PM5000 series: float32 with powers in kW, kvar and kVA, int64 energies in Wh, after Schneider's
 * register list. The list counts from 1; its register 3000 is address 2999 here. What is not available reads NaN.
 */
export const pm5xxx: RegisterLayout = {
  name: 'pm5xxx',
  functionCodes: [3],
  maxRegisters: 125,
  alignment: 'free',
  values: [
    float32(2699, (m) => m.energy.importWh / 1000),
    float32(2701, (m) => m.energy.exportWh / 1000),
    ...threeFloats(2999, (m) => m.amps),
    float32(3005, (m) => m.neutralAmps),
    ...reserved(3007, 3007),
    float32(3009, (m) => mean(m.amps)),
    ...threeFloats(3011, (m) => unbalances(m.amps)),
    float32(3017, (m) => Math.max(...unbalances(m.amps))),
    ...threeFloats(3019, (m) => m.lineVolts),
    float32(3025, (m) => mean(m.lineVolts)),
    ...threeFloats(3027, (m) => m.phaseVolts),
    ...reserved(3033, 3033),
    float32(3035, (m) => mean(m.phaseVolts)),
    ...threeFloats(3037, (m) => unbalances(m.lineVolts)),
    float32(3043, (m) => Math.max(...unbalances(m.lineVolts))),
    ...threeFloats(3045, (m) => unbalances(m.phaseVolts)),
    float32(3051, (m) => Math.max(...unbalances(m.phaseVolts))),
    ...threeFloats(3053, (m) => kilo(m.watts)),
    float32(3059, (m) => m.totalWatts / 1000),
    ...threeFloats(3061, (m) => kilo(m.vars)),
    float32(3067, (m) => m.totalVars / 1000),
    ...threeFloats(3069, (m) => kilo(m.voltAmps)),
    float32(3075, (m) => m.totalVoltAmps / 1000),
    ...threeFloats(3077, (m) => eachPhase((i: PhaseIndex) => fourQuadrant(m.watts[i], m.vars[i], m.voltAmps[i]))),
    float32(3083, (m) => fourQuadrant(m.totalWatts, m.totalVars, m.totalVoltAmps)),
    ...reserved(3085, 3107),
    float32(3109, (m) => m.frequency),
    int64(3203, (m) => m.energy.importWh),
    int64(3207, (m) => m.energy.exportWh),
    int64(3211, (m) => m.energy.importWh + m.energy.exportWh),
    int64(3215, (m) => m.energy.importWh - m.energy.exportWh),
    int64(3219, (m) => m.energy.importVarh),
    int64(3223, (m) => m.energy.exportVarh),
    int64(3227, (m) => m.energy.importVarh + m.energy.exportVarh),
    int64(3231, (m) => m.energy.importVarh - m.energy.exportVarh),
    int64(3235, (m) => m.energy.apparentVah),
    int64(3239, () => 0),
    ...threeFloats(21299, (m) => m.currentThd),
    ...reserved(21305, 21319),
    ...threeFloats(21321, (m) => m.voltageThd),
    ...reserved(21327, 21327),
    ...threeFloats(21329, (m) => m.voltageThd),
    ...reserved(21335, 21335),
    float32(21337, (m) => mean(m.voltageThd)),
  ],
};

function int64(address: number, of: RegisterValue['of']): RegisterValue {
  return { address, type: 'int64', of };
}

function kilo(phases: Phases): Phases {
  return eachPhase((phase) => phases[phase] / 1000);
}

/**
 * 4Q_FP_PF: the sign is that of the active power. A lagging current gives the power factor itself; a leading one gives
 * 2 - pf when power is imported and pf - 2 when it is exported.
 */
export function fourQuadrant(watts: number, vars: number, voltAmps: number): number {
  const factor = voltAmps > 0 ? Math.abs(watts) / voltAmps : 1;
  const isLeading = watts * vars < 0;
  const direction = watts < 0 ? -1 : 1;
  return direction * (isLeading ? 2 - factor : factor);
}

/** Each value's distance from the mean, in % of the mean. */
function unbalances(phases: Phases): Phases {
  const middle = mean(phases);
  return eachPhase((phase) => (middle === 0 ? 0 : (100 * Math.abs(phases[phase] - middle)) / middle));
}
