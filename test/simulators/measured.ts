import { type Measurement, measurementOf } from '../../simulators/electricity/measurement.ts';

/** Every quantity with a value of its own, so that two swapped registers never look alike. */
export const DISTINCT: Measurement = {
  ...measurementOf({ phaseVolts: [230.25, 231.5, 229.75], amps: [101.5, 98.25, 103.75], lag: Math.acos(0.92) }),
  frequency: 49.984375,
  voltageThd: [1.25, 1.5, 1.75],
  currentThd: [6.25, 6.5, 6.75],
  energy: { importWh: 5_000_000, exportWh: 2_000, importVarh: 3_000_000, exportVarh: 1_000, apparentVah: 6_000_000 },
};
