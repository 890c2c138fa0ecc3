import { setTimeout as wait } from 'node:timers/promises';
import type { Reading } from '../../domain/reading.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { MeterHealth } from '../meter-health.ts';
import type { ModbusOptions } from '../options.ts';
import type { ReadingSink } from '../reading-sink.ts';
import type { ModbusConnection } from './connection.ts';
import { MeterError, Unreachable } from './errors.ts';
import type { Request } from './frame.ts';
import type { ModbusMeter } from './modbus-meter.ts';
import { Patience } from './patience.ts';

export interface LineMeter {
  readonly meter: ModbusMeter;
  readonly health: MeterHealth;
}

export interface LineParts {
  /** 'modbus-tcp://host:port' */
  readonly name: string;
  readonly connection: ModbusConnection;
  readonly meters: readonly LineMeter[];
  readonly options: Pick<ModbusOptions, 'pauseBetweenRequests' | 'probeInterval'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly onReading: ReadingSink;
}

interface Unit extends LineMeter {
  readonly patience: Patience;
  isBusy: boolean;
}

/** The last attempt to open the line failed: when the next may be made. */
interface Dial {
  readonly patience: Patience;
  readonly pause: number;
  readonly error: Unreachable;
}

const FIRST_RETRY = 1_000;

/**
 * One physical line with its meters: one lane, in which they are asked in turn. A dead meter costs the others three
 * time-outs and then one in each probe interval; a dead line is dialled ever more rarely, up to the same interval.
 */
export class Line {
  readonly #parts: LineParts;
  readonly #units: ReadonlyMap<string, Unit>;
  readonly #stopping = new AbortController();
  #queue: Unit[] = [];
  #working: Promise<void> | undefined;
  #dial: Dial | undefined;
  #hasAsked = false;

  constructor(parts: LineParts) {
    this.#parts = parts;
    this.#units = new Map(
      parts.meters.map((member) => {
        const patience = new Patience(3, parts.options.probeInterval);
        return [member.meter.id, { ...member, patience, isBusy: false }];
      }),
    );
  }

  /** A meter is due. Returns at once; a poll whose predecessor is not done is skipped, never queued twice. */
  poll(meterId: string): void {
    const unit = this.#units.get(meterId);
    if (!unit || this.#stopping.signal.aborted) return;
    if (unit.isBusy || unit.patience.isResting(this.#parts.clock.now())) {
      unit.health.skipped(1);
      return;
    }
    unit.isBusy = true;
    this.#queue.push(unit);
    this.#working ??= this.#work();
  }

  /** Ends at once: what is in flight is given up. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#queue = [];
    this.#parts.connection.close();
    await this.#working;
  }

  async #work(): Promise<void> {
    for (let unit = this.#queue.shift(); unit; unit = this.#queue.shift()) {
      await this.#pollUnit(unit);
      unit.isBusy = false;
    }
    this.#working = undefined;
  }

  async #pollUnit(unit: Unit): Promise<void> {
    const { clock, log, name } = this.#parts;
    try {
      const reading = await unit.meter.read((request) => this.#ask(request));
      unit.patience.succeeded();
      unit.health.answered(reading.time);
      this.#handOn(reading);
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      const isLineDown = error instanceof Unreachable;
      if (!isLineDown) unit.patience.failed(clock.now());
      unit.health.failed(error, { isToldElsewhere: isLineDown });
      if (!(error instanceof MeterError)) {
        log.error({ meter: unit.meter.id, line: name, err: error }, 'Polling a meter failed unexpectedly');
      }
    }
  }

  /** The lane does not wait for the store. */
  #handOn(reading: Reading): void {
    const { log, onReading } = this.#parts;
    const { meter } = reading;
    try {
      Promise.resolve(onReading(reading)).catch((err) => {
        // The store keeps a reading that its disk refuses, and tells that once; an error for each would bury the rest.
        log.debug({ meter, err }, 'A reading is not durable yet');
      });
    } catch (err) {
      log.error({ meter, err }, 'A reading could not be handed on');
    }
  }

  async #ask(request: Request): Promise<readonly number[]> {
    const { connection, options } = this.#parts;
    if (this.#hasAsked && options.pauseBetweenRequests > 0) {
      await wait(options.pauseBetweenRequests, undefined, { signal: this.#stopping.signal });
    }
    this.#hasAsked = true;
    this.#stopping.signal.throwIfAborted();
    // Before each request: the other side may have gone, or sent what nobody asked for, since the last.
    await this.#ensureOpen();
    return await connection.read(request);
  }

  async #ensureOpen(): Promise<void> {
    const { clock, connection, log, name } = this.#parts;
    if (connection.isOpen) return;
    if (this.#dial?.patience.isResting(clock.now())) throw this.#dial.error;
    try {
      await connection.open();
    } catch (error) {
      if (!(error instanceof Unreachable) || this.#stopping.signal.aborted) throw error;
      if (!this.#dial) log.warn({ line: name, reason: error.message }, 'Line takes no connection');
      this.#dial = this.#nextDial(error);
      throw error;
    }
    if (this.#dial) log.info({ line: name }, 'Line takes connections again');
    this.#dial = undefined;
  }

  #nextDial(error: Unreachable): Dial {
    const pause = Math.min(this.#dial ? 2 * this.#dial.pause : FIRST_RETRY, this.#parts.options.probeInterval);
    // Lines that went down together are not dialled together.
    const patience = new Patience(1, pause * (0.8 + 0.2 * Math.random()));
    patience.failed(this.#parts.clock.now());
    return { patience, pause, error };
  }
}
