/** Up to 1 kV a system is low voltage (GB/T 2900.50); such systems have a solidly earthed neutral. */
export const LOW_VOLTAGE_KV = 1;

/** A supply point up to this nominal voltage has one phase, and the voltage is that of the phase: 220 V. */
export const SINGLE_PHASE_KV = 0.25;

/** GB/T 156 names the phase voltages of low-voltage systems: 220/380 V and 380/660 V, not exactly Un/√3. */
const LOW_VOLTAGE_PHASE_NOMINALS: Readonly<Record<number, number>> = { 380: 220, 660: 380 };

/** Nominal phase-to-neutral voltage in V of a three-phase system with the nominal line voltage `lineVolts`. */
export function nominalPhaseVolts(lineVolts: number): number {
  return LOW_VOLTAGE_PHASE_NOMINALS[Math.round(lineVolts)] ?? lineVolts / Math.sqrt(3);
}

/**
 * GB/T 156-2017, nominal voltages of AC systems, in kV: 220 V of single-phase systems, 380 V to 1140 V, and 3 kV to
 * 1000 kV.
 */
const NOMINAL_VOLTAGES_KV: readonly number[] = [
  0.22, 0.38, 0.66, 1, 1.14, 3, 6, 10, 20, 35, 66, 110, 220, 330, 500, 750, 1000,
];

/** Whether GB/T 156 knows a system of this nominal voltage. */
export function isNominalVoltage(kv: number): boolean {
  return NOMINAL_VOLTAGES_KV.includes(kv);
}
