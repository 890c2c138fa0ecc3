import type { Measurement } from '../electricity/measurement.ts';
import type { Phases } from '../electricity/phases.ts';

/**
 * A measurement as one JSON object: pq-butler's plain-json message, values in V, A, W, var, VA, Hz, %, Wh.
 * `at` in epoch milliseconds. What the meter cannot see is null.
 */
export function plainJson(m: Measurement, at: number): string {
  return JSON.stringify({
    time: new Date(at).toISOString(),
    voltage_l1_n: m.phaseVolts[0],
    voltage_l2_n: m.phaseVolts[1],
    voltage_l3_n: m.phaseVolts[2],
    voltage_l1_l2: m.lineVolts[0],
    voltage_l2_l3: m.lineVolts[1],
    voltage_l3_l1: m.lineVolts[2],
    ...perPhase('current', m.amps),
    current_n: m.neutralAmps,
    ...perPhase('active_power', m.watts),
    active_power_total: m.totalWatts,
    ...perPhase('reactive_power', m.vars),
    reactive_power_total: m.totalVars,
    ...perPhase('apparent_power', m.voltAmps),
    apparent_power_total: m.totalVoltAmps,
    ...perPhase('power_factor', m.powerFactors),
    power_factor_total: m.totalPowerFactor,
    frequency: m.frequency,
    ...perPhase('thd_u', m.voltageThd),
    ...perPhase('thd_i', m.currentThd),
    energy_active_import: m.energy.importWh,
    energy_active_export: m.energy.exportWh,
    energy_reactive_import: m.energy.importVarh,
    energy_reactive_export: m.energy.exportVarh,
  });
}

function perPhase(name: string, phases: Phases): Record<string, number> {
  return { [`${name}_l1`]: phases[0], [`${name}_l2`]: phases[1], [`${name}_l3`]: phases[2] };
}
