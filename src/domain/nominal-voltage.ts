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
