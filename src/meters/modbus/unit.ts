import type { MeterHealth } from '../meter-health.ts';
import type { MeterLog } from './known-meter.ts';
import type { ModbusMeter } from './modbus-meter.ts';
import { Patience } from './patience.ts';
import type { UnitAccess } from './unit-access.ts';

export interface UnitParts {
  readonly meter: ModbusMeter;
  readonly health: MeterHealth;
  readonly access: UnitAccess;
  /** Milliseconds between two probes while it is silent. */
  readonly rest: number;
}

const FAILURES_UNTIL_SILENT = 3;
/** How much of the average of poll times the latest poll is. */
const LATEST = 0.2;

/** A meter in the lane of its line, with what the lane must know of it. */
export class Unit {
  readonly meter: ModbusMeter;
  readonly health: MeterHealth;
  readonly access: UnitAccess;
  readonly patience: Patience;
  /** Its poll waits or runs. */
  isBusy = false;
  /** When it was due last; epoch milliseconds. */
  dueAt = Number.NEGATIVE_INFINITY;
  /** Which poll of its line its latest was. */
  served = 0;
  /** Probes in a row that it did not answer. */
  probes = 0;
  readonly logsInHand = new Set<MeterLog['name']>();
  /** Logs of which it was told that they could not be read or kept. */
  readonly logsTold = new Set<MeterLog['name']>();
  #pollTime: number | undefined;

  constructor({ meter, health, access, rest }: UnitParts) {
    this.meter = meter;
    this.health = health;
    this.access = access;
    this.patience = new Patience(FAILURES_UNTIL_SILENT, rest);
  }

  /** It failed so often that it is probed now and then, and not polled. */
  get isSilent(): boolean {
    return this.patience.isSpent;
  }

  /** What a poll takes on average, in milliseconds. */
  get pollTime(): number {
    return this.#pollTime ?? 0;
  }

  /** A poll was answered and took so long. */
  answered(ms: number): void {
    this.patience.succeeded();
    this.probes = 0;
    this.#pollTime = this.#pollTime === undefined ? ms : this.#pollTime + LATEST * (ms - this.#pollTime);
  }
}
