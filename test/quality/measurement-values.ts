import type { Measurement } from '../../simulators/electricity/measurement.ts';
import type { Phases } from '../../simulators/electricity/phases.ts';
import type { Values } from '../../src/domain/reading.ts';

/** A simulated measurement as the values of a reading, as float32 registers hold them. */
export function valuesOf(measurement: Measurement): Values {
  const { phaseVolts, lineVolts, amps, watts, vars, voltAmps, powerFactors, voltageThd, currentThd } = measurement;
  const [u1, u2, u3] = rounded(phaseVolts);
  const [u12, u23, u31] = rounded(lineVolts);
  const [i1, i2, i3] = rounded(amps);
  const [p1, p2, p3] = rounded(watts);
  const [q1, q2, q3] = rounded(vars);
  const [s1, s2, s3] = rounded(voltAmps);
  const [f1, f2, f3] = rounded(powerFactors);
  const [tu1, tu2, tu3] = rounded(voltageThd);
  const [ti1, ti2, ti3] = rounded(currentThd);
  return {
    voltage_l1_n: u1,
    voltage_l2_n: u2,
    voltage_l3_n: u3,
    voltage_l1_l2: u12,
    voltage_l2_l3: u23,
    voltage_l3_l1: u31,
    current_l1: i1,
    current_l2: i2,
    current_l3: i3,
    active_power_l1: p1,
    active_power_l2: p2,
    active_power_l3: p3,
    active_power_total: Math.fround(measurement.totalWatts),
    reactive_power_l1: q1,
    reactive_power_l2: q2,
    reactive_power_l3: q3,
    reactive_power_total: Math.fround(measurement.totalVars),
    apparent_power_l1: s1,
    apparent_power_l2: s2,
    apparent_power_l3: s3,
    apparent_power_total: Math.fround(measurement.totalVoltAmps),
    power_factor_l1: f1,
    power_factor_l2: f2,
    power_factor_l3: f3,
    power_factor_total: Math.fround(measurement.totalPowerFactor),
    frequency: Math.fround(measurement.frequency),
    thd_u_l1: tu1,
    thd_u_l2: tu2,
    thd_u_l3: tu3,
    thd_i_l1: ti1,
    thd_i_l2: ti2,
    thd_i_l3: ti3,
    energy_active_import: Math.fround(measurement.energy.importWh),
    energy_reactive_import: Math.fround(measurement.energy.importVarh),
  };
}

function rounded([l1, l2, l3]: Phases): Phases {
  return [Math.fround(l1), Math.fround(l2), Math.fround(l3)];
}
