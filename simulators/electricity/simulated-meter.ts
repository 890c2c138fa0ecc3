import type { Clock } from '../clock.ts';
import type { SimulatedCustomer } from './customers.ts';
import { EnergyCounter } from './energy.ts';
import type { Grid } from './grid.ts';
import type { Measurement } from './measurement.ts';
import { secondarySide, type TransformerRatios } from './secondary.ts';

/** Meters compute RMS values over ten cycles: a new set every 200 ms, whoever asks in between gets the last one. */
const REFRESH_MS = 200;

const HOUR = 3_600_000;
const COMMISSIONED = Date.UTC(2023, 0, 1);

/** A customer's meter: the network's values as the device shows them, with its energy counters. */
export class SimulatedMeter {
  readonly #grid: Grid;
  readonly #customer: SimulatedCustomer;
  readonly #clock: Clock;
  readonly #ratios: TransformerRatios | undefined;
  #counter: EnergyCounter | undefined;
  #shown: { at: number; measurement: Measurement } | undefined;

  /** With `ratios` the meter stands at 1:1 behind transformers and shows secondary values. */
  constructor(grid: Grid, customer: SimulatedCustomer, clock: Clock, ratios?: TransformerRatios) {
    this.#grid = grid;
    this.#customer = customer;
    this.#clock = clock;
    this.#ratios = ratios;
  }

  measure(): Measurement {
    const at = Math.floor(this.#clock.now() / REFRESH_MS) * REFRESH_MS;
    if (this.#shown?.at === at) return this.#shown.measurement;
    const now = this.#grid.measure(this.#customer, at);
    this.#counter ??= new EnergyCounter(this.#energyUntil(at, now));
    const primary = { ...now, energy: this.#counter.advance(at, now) };
    const measurement = this.#ratios ? secondarySide(primary, this.#ratios) : primary;
    this.#shown = { at, measurement };
    return measurement;
  }

  /** What the counters had collected before the simulation began, had the load always been about half the contract. */
  #energyUntil(at: number, now: Measurement) {
    const voltAmpHours = (Math.max(0, at - COMMISSIONED) / HOUR) * this.#customer.contractKva * 500;
    const varHours = voltAmpHours * (now.totalVars / now.totalVoltAmps);
    return {
      importWh: voltAmpHours * now.totalPowerFactor,
      exportWh: 0,
      importVarh: Math.max(0, varHours),
      exportVarh: Math.max(0, -varHours),
      apparentVah: voltAmpHours,
    };
  }
}
