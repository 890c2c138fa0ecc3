import { mean, type Phases } from '../electricity/phases.ts';
import { voltageUnbalance } from '../electricity/phasors.ts';
import { float32, type RegisterLayout, type RegisterValue, reserved, threeFloats } from './registers.ts';

/**
 * Siemens SENTRON PAC4200: float32 from offset 1 (which is the address on the wire), float64 energies from 801, after
 * Siemens' manual A5E02316180B. Primary values in V, A, W, Wh. A request that cuts a value is refused.
 */
export const pac4200: RegisterLayout = {
  name: 'pac4200',
  functionCodes: [3, 4],
  maxRegisters: 125,
  alignment: 'whole values',
  values: [
    ...threeFloats(1, (m) => m.phaseVolts),
    ...threeFloats(7, (m) => m.lineVolts),
    ...threeFloats(13, (m) => m.amps),
    ...threeFloats(19, (m) => m.voltAmps),
    ...threeFloats(25, (m) => m.watts),
    ...threeFloats(31, (m) => m.vars),
    ...threeFloats(37, (m) => unsigned(m.powerFactors)),
    // Distortion of the line voltages; that of the phase voltages stands at 261.
    ...threeFloats(43, (m) => m.voltageThd),
    ...reserved(49, 53),
    float32(55, (m) => m.frequency),
    float32(57, (m) => mean(m.phaseVolts)),
    float32(59, (m) => mean(m.lineVolts)),
    float32(61, (m) => mean(m.amps)),
    float32(63, (m) => m.totalVoltAmps),
    float32(65, (m) => m.totalWatts),
    float32(67, (m) => m.totalVars),
    float32(69, (m) => Math.abs(m.totalPowerFactor)),
    float32(71, (m) => amplitudeUnbalance(m.phaseVolts)),
    float32(73, (m) => amplitudeUnbalance(m.amps)),
    ...uint32Zeros(203, 205),
    ...uint32Zeros(221, 225),
    ...threeFloats(243, (m) => unsigned(m.powerFactors)),
    ...reserved(249, 259),
    ...threeFloats(261, (m) => m.voltageThd),
    ...threeFloats(267, (m) => m.currentThd),
    ...threeFloats(273, (m) => distortionAmps(m.amps, m.currentThd)),
    ...reserved(279, 289),
    float32(291, (m) => voltageUnbalance(m.lineVolts)),
    float32(293, (m) => amplitudeUnbalance(m.amps)),
    float32(295, (m) => m.neutralAmps),
    ...reserved(297, 297),
    energy(801, (m) => m.energy.importWh),
    energy(805, () => 0),
    energy(809, (m) => m.energy.exportWh),
    energy(813, () => 0),
    energy(817, (m) => m.energy.importVarh),
    energy(821, () => 0),
    energy(825, (m) => m.energy.exportVarh),
    energy(829, () => 0),
    energy(833, (m) => m.energy.apparentVah),
    energy(837, () => 0),
  ],
};

/** Tariff 1 and 2 stand in turn; only tariff 1 counts while no tariffs are set up. */
function energy(address: number, of: RegisterValue['of']): RegisterValue {
  return { address, type: 'float64', of };
}

/** Status bits and event counters of a device to which nothing has happened. */
function uint32Zeros(first: number, last: number): RegisterValue[] {
  const places: RegisterValue[] = [];
  for (let address = first; address <= last; address += 2) places.push({ address, type: 'uint32', of: () => 0 });
  return places;
}

function unsigned(phases: Phases): Phases {
  return [Math.abs(phases[0]), Math.abs(phases[1]), Math.abs(phases[2])];
}

/** The largest distance from the mean, in % of the mean: the device's own measure, not that of GB/T 15543. */
function amplitudeUnbalance(phases: Phases): number {
  const middle = mean(phases);
  if (middle === 0) return 0;
  return (100 * Math.max(...phases.map((value) => Math.abs(value - middle)))) / middle;
}

/** The part of the current that is not fundamental: THD-R is related to the fundamental. */
function distortionAmps(amps: Phases, thd: Phases): Phases {
  const share = (percent: number) => percent / 100 / Math.hypot(1, percent / 100);
  return [amps[0] * share(thd[0]), amps[1] * share(thd[1]), amps[2] * share(thd[2])];
}
