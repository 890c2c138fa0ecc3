import { mean, sum } from '../electricity/phases.ts';
import { float32, type RegisterLayout, threeFloats } from './registers.ts';

/**
 * Eastron SDM630: float32 input registers, after Eastron's protocol description V1.7. Powers in W, energies in kWh.
 * What does not exist in the wiring system reads 0, never NaN.
 */
export const sdm630: RegisterLayout = {
  name: 'sdm630',
  functionCodes: [4],
  // Section 1.1 allows 30 values; section 1.2 of the same document 40. The smaller number is the safe one.
  maxRegisters: 60,
  alignment: 'even',
  values: [
    ...threeFloats(0, (m) => m.phaseVolts),
    ...threeFloats(6, (m) => m.amps),
    ...threeFloats(12, (m) => m.watts),
    ...threeFloats(18, (m) => m.voltAmps),
    ...threeFloats(24, (m) => m.vars),
    ...threeFloats(30, (m) => m.powerFactors),
    ...threeFloats(36, (m) => [lag(m.vars[0], m.watts[0]), lag(m.vars[1], m.watts[1]), lag(m.vars[2], m.watts[2])]),
    float32(42, (m) => mean(m.phaseVolts)),
    float32(46, (m) => mean(m.amps)),
    float32(48, (m) => sum(m.amps)),
    float32(52, (m) => m.totalWatts),
    float32(56, (m) => m.totalVoltAmps),
    float32(60, (m) => m.totalVars),
    float32(62, (m) => m.totalPowerFactor),
    float32(66, (m) => lag(m.totalVars, m.totalWatts)),
    float32(70, (m) => m.frequency),
    float32(72, (m) => m.energy.importWh / 1000),
    float32(74, (m) => m.energy.exportWh / 1000),
    float32(76, (m) => m.energy.importVarh / 1000),
    float32(78, (m) => m.energy.exportVarh / 1000),
    float32(80, (m) => m.energy.apparentVah / 1000),
    ...threeFloats(200, (m) => m.lineVolts),
    float32(206, (m) => mean(m.lineVolts)),
    float32(224, (m) => zeroIfUnknown(m.neutralAmps)),
    ...threeFloats(234, (m) => m.voltageThd),
    ...threeFloats(240, (m) => m.currentThd),
    float32(248, (m) => mean(m.voltageThd)),
    float32(250, (m) => mean(m.currentThd)),
    float32(342, (m) => (m.energy.importWh + m.energy.exportWh) / 1000),
    float32(344, (m) => (m.energy.importVarh + m.energy.exportVarh) / 1000),
  ],
  zeroBlocks: [
    [0, 107],
    [200, 269],
    [334, 381],
  ],
};

/** Degrees. */
function lag(vars: number, watts: number): number {
  return (Math.atan2(vars, watts) * 180) / Math.PI;
}

function zeroIfUnknown(value: number): number {
  return Number.isNaN(value) ? 0 : value;
}
