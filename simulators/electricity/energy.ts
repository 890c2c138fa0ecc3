/** Counter readings: Wh, varh, VAh. */
export interface Energy {
  readonly importWh: number;
  readonly exportWh: number;
  readonly importVarh: number;
  readonly exportVarh: number;
  readonly apparentVah: number;
}

export const NO_ENERGY: Energy = { importWh: 0, exportWh: 0, importVarh: 0, exportVarh: 0, apparentVah: 0 };

interface Power {
  readonly totalWatts: number;
  readonly totalVars: number;
  readonly totalVoltAmps: number;
}

const MS_PER_HOUR = 3_600_000;

/** Integrates power over time. Counters never run backwards: an instant that is not newer changes nothing. */
export class EnergyCounter {
  #energy: Energy;
  #last: { at: number; power: Power } | undefined;

  constructor(start: Energy) {
    this.#energy = start;
  }

  /** Adds the span since the call before, with the mean of the powers at its two ends (watts, vars, volt-amperes). */
  advance(at: number, power: Power): Energy {
    if (this.#last && at <= this.#last.at) return this.#energy;
    if (this.#last) {
      const hours = (at - this.#last.at) / MS_PER_HOUR;
      const before = this.#last.power;
      this.#energy = plus(this.#energy, {
        wattHours: ((before.totalWatts + power.totalWatts) / 2) * hours,
        varHours: ((before.totalVars + power.totalVars) / 2) * hours,
        voltAmpHours: ((before.totalVoltAmps + power.totalVoltAmps) / 2) * hours,
      });
    }
    this.#last = { at, power };
    return this.#energy;
  }
}

function plus(energy: Energy, span: { wattHours: number; varHours: number; voltAmpHours: number }): Energy {
  return {
    importWh: energy.importWh + Math.max(0, span.wattHours),
    exportWh: energy.exportWh + Math.max(0, -span.wattHours),
    importVarh: energy.importVarh + Math.max(0, span.varHours),
    exportVarh: energy.exportVarh + Math.max(0, -span.varHours),
    apparentVah: energy.apparentVah + span.voltAmpHours,
  };
}
