import type { Reading } from '../../domain/reading.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { MeterHealth } from '../meter-health.ts';
import type { ModbusOptions } from '../options.ts';
import type { ReadingSink } from '../reading-sink.ts';
import { BusLoad } from './bus-load.ts';
import type { ModbusConnection } from './connection.ts';
import { DialledConnection } from './dialled-connection.ts';
import { MeterError, NoAnswer, Unreachable } from './errors.ts';
import type { MeterLog } from './known-meter.ts';
import { Lane } from './lane.ts';
import type { ModbusMeter } from './modbus-meter.ts';
import { ProbeTime } from './probe-time.ts';
import { SkippedPolls } from './skipped-polls.ts';
import { strictest } from './timing.ts';
import { Unit } from './unit.ts';
import { UnitAccess } from './unit-access.ts';

export interface LineMeter {
  readonly meter: ModbusMeter;
  readonly health: MeterHealth;
}

export interface LineParts {
  /** 'modbus-tcp://host:port' */
  readonly name: string;
  readonly connection: ModbusConnection;
  /** The other side calls us: a connection that was given up comes back when it likes. */
  readonly isCalling: boolean;
  readonly meters: readonly LineMeter[];
  readonly options: Pick<ModbusOptions, 'probeInterval'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly onReading: ReadingSink;
}

/** How a line goes. */
export interface LineStatus {
  readonly line: string;
  readonly isOpen: boolean;
  /** The share of the last minute that something was asked or awaited on it, 0 to 1. */
  readonly busLoad: number;
  /** Milliseconds that one poll of every meter that answers takes: polled faster, polls are skipped. */
  readonly shortestCycle: number;
}

/** A modem that was hung up on may take minutes to call again: its neighbours must not pay so often for a dead unit. */
const RARER_BEHIND_MODEMS = 10;

/**
 * One physical line with its meters: one lane, in which they are asked in turn. A dead meter costs the others three
 * time-outs; then it is probed in time that nobody else needs. A dead line is dialled ever more rarely.
 */
export class Line {
  readonly #parts: LineParts;
  readonly #units: ReadonlyMap<string, Unit>;
  readonly #connection: DialledConnection;
  readonly #lane: Lane;
  readonly #load = new BusLoad();
  readonly #probeTime: ProbeTime;
  readonly #stopping = new AbortController();
  readonly #isClosedWhenIdle: boolean;
  readonly #skips: SkippedPolls;
  #logsRead = 0;
  #pollsMade = 0;

  constructor(parts: LineParts) {
    this.#parts = parts;
    const { clock, connection, isCalling, log, meters, name, options } = parts;
    const { probeInterval } = options;
    // Waiting for a call costs nothing, and a call must be taken when it comes.
    const longestPause = isCalling ? 0 : probeInterval;
    this.#connection = new DialledConnection({ line: name, connection, longestPause, clock, log });
    const rest = isCalling && meters.length > 1 ? RARER_BEHIND_MODEMS * probeInterval : probeInterval;
    const access = { connection: this.#connection, stopping: this.#stopping.signal, clock };
    this.#units = new Map(
      meters.map(({ meter, health }) => [
        meter.id,
        new Unit({ meter, health, rest, access: new UnitAccess({ ...access, timing: meter.timing, health }) }),
      ]),
    );
    this.#probeTime = new ProbeTime(probeInterval);
    // Whoever calls us is not hung up on: nobody but the modem can open that line again.
    this.#isClosedWhenIdle = !isCalling && strictest(meters.map(({ meter }) => meter.timing)).closeAfterPoll;
    this.#skips = new SkippedPolls({ line: name, log });
    this.#lane = new Lane({
      load: this.#load,
      clock,
      onIdle: () => this.#idle(),
      onFault: (err) => log.error({ line: name, err }, 'A turn on a line failed unexpectedly'),
    });
  }

  get status(): LineStatus {
    const { clock, name } = this.#parts;
    const busLoad = this.#load.share(clock.now());
    return { line: name, isOpen: this.#connection.isOpen, busLoad, shortestCycle: this.#shortestCycle() };
  }

  /** A log of one of its meters is in hand. */
  get isReadingLogs(): boolean {
    return this.#logsRead > 0;
  }

  /** The logs that one of its meters keeps by itself. */
  logsOf(meterId: string): readonly Pick<MeterLog, 'name' | 'interval'>[] {
    return this.#units.get(meterId)?.meter.logs ?? [];
  }

  /** A meter is due. Returns at once; a poll whose predecessor is not done is skipped, never queued twice. */
  poll(meterId: string): void {
    const unit = this.#units.get(meterId);
    if (!unit || this.#stopping.signal.aborted) return;
    const now = this.#parts.clock.now();
    unit.dueAt = now;
    this.#due(unit, now);
    if (unit.isBusy) {
      unit.health.busy();
      return;
    }
    if (unit.isSilent) {
      this.#probe(unit, now);
      return;
    }
    unit.isBusy = true;
    this.#lane.poll(() => this.#pollUnit(unit), unit.served);
  }

  /** It is time to look at one of the logs that a meter keeps. Returns at once; it is done when no poll waits. */
  checkLog(meterId: string, name: MeterLog['name']): void {
    const unit = this.#units.get(meterId);
    // A meter that does not answer must not cost a time-out for its log as well.
    if (!unit || unit.patience.hasFailed || unit.logsInHand.has(name) || this.#stopping.signal.aborted) return;
    void this.#readLog(unit, name);
  }

  /** Ends at once: what is in flight is given up. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#connection.stop();
    await this.#lane.stop();
  }

  /** While no connection can be had, or of a meter that does not answer, a skipped poll says nothing of the line's speed. */
  #due({ isBusy, isSilent }: Unit, now: number): void {
    if (isSilent || this.#connection.isDown) return;
    this.#skips.due(now, { isSkipped: isBusy, shortestCycle: () => this.#shortestCycle() });
  }

  #shortestCycle(): number {
    let sum = 0;
    for (const unit of this.#units.values()) sum += unit.isSilent ? 0 : unit.pollTime;
    return Math.round(sum);
  }

  /** Asks a silent meter whether it is back: rarely, when no poll waits, and not for longer than the others can wait. */
  #probe(unit: Unit, now: number): void {
    if (unit.patience.isResting(now) || !this.#probeTime.isDue(now)) {
      unit.health.skipped(1);
      return;
    }
    unit.isBusy = true;
    this.#probeTime.began(now);
    const probe = this.#lane.spare(() => {
      unit.access.firstTimeout = this.#probeTime.of(unit, this.#units.values(), this.#parts.clock.now());
      return this.#pollUnit(unit);
    });
    // It rejects only when the line stops.
    const ended = () => this.#probeTime.ended(unit);
    void probe.then(ended, ended);
  }

  async #pollUnit(unit: Unit): Promise<void> {
    const { clock, log, name } = this.#parts;
    const start = clock.now();
    try {
      const reading = await unit.meter.read(unit.access);
      unit.answered(clock.now() - start);
      unit.health.answered(reading.time);
      this.#handOn(reading);
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      if (error instanceof NoAnswer && error.isHeldBack) {
        unit.health.skipped(1);
        return;
      }
      const isLineDown = error instanceof Unreachable;
      if (!isLineDown) unit.patience.failed(clock.now());
      unit.health.failed(error, { isToldElsewhere: isLineDown });
      if (!(error instanceof MeterError)) {
        log.error({ meter: unit.meter.id, line: name, err: error }, 'Polling a meter failed unexpectedly');
      }
    } finally {
      unit.access.firstTimeout = undefined;
      unit.isBusy = false;
      this.#pollsMade += 1;
      unit.served = this.#pollsMade;
    }
  }

  /** Each request of a log is a turn of its own: however much there is to read, polls come first. */
  async #readLog(unit: Unit, name: MeterLog['name']): Promise<void> {
    unit.logsInHand.add(name);
    this.#logsRead += 1;
    try {
      await unit.meter.checkLog(
        name,
        unit.access.inTurns((work) => this.#lane.spare(work)),
      );
      unit.logsTold.delete(name);
    } catch (err) {
      if (this.#stopping.signal.aborted || unit.logsTold.has(name)) return;
      unit.logsTold.add(name);
      const { log, name: line } = this.#parts;
      log.error({ meter: unit.meter.id, line, log: name, err }, 'The log of a meter could not be read or kept');
    } finally {
      unit.logsInHand.delete(name);
      this.#logsRead -= 1;
      if (this.#lane.isIdle) this.#idle();
    }
  }

  #idle(): void {
    if (this.#isClosedWhenIdle && !this.isReadingLogs) this.#connection.close();
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
}
