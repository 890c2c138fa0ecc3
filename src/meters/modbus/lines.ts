import type { ModbusWay } from '../../domain/customer.ts';
import type { Fleet, MeterPlace } from '../../domain/fleet.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { MeterHealth } from '../meter-health.ts';
import type { Model } from '../model.ts';
import type { ModbusOptions } from '../options.ts';
import type { PollTask } from '../poller.ts';
import type { CursorSource, EventSink, ReadingSink } from '../reading-sink.ts';
import { called } from './called.ts';
import { ModbusConnection } from './connection.ts';
import { Line, type LineMeter, type LineStatus } from './line.ts';
import { Listener } from './listener.ts';
import { ModbusMeter } from './modbus-meter.ts';
import { serial } from './serial.ts';
import { strictest, timingOf } from './timing.ts';
import { tunedModel } from './tuned-model.ts';
import type { Way } from './way.ts';

export interface ModbusLinesParts {
  readonly fleet: Fleet;
  readonly modelOf: (place: MeterPlace) => Model;
  readonly options: ModbusOptions;
  readonly health: (meterId: string) => MeterHealth | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly onReading: ReadingSink;
  readonly onEvents: EventSink;
  readonly cursorOf: CursorSource;
}

/** All Modbus lines of the fleet, and what listens for those that call us. */
export class ModbusLines {
  readonly #parts: ModbusLinesParts;
  /** By the address that they listen on. */
  readonly #listeners = new Map<string, Listener>();
  #lines: ReadonlyMap<string, Line> = new Map();

  constructor(parts: ModbusLinesParts) {
    this.#parts = parts;
  }

  /** Listens; opens nothing else before it is asked for. Throws when a meter's model is not for Modbus. */
  start(): void {
    const lines = new Map<string, Line>();
    for (const [name, places] of this.#parts.fleet.lines) {
      const line = this.#lineOf(name, places);
      if (line) lines.set(name, line);
    }
    this.#lines = lines;
    for (const listener of this.#listeners.values()) listener.start();
  }

  /** What is to be done in which interval: the polls of all meters, and looks at the logs that they keep. */
  tasks(): readonly PollTask[] {
    const { fleet, health } = this.#parts;
    return [...this.#lines].flatMap(([name, line]) =>
      (fleet.lines.get(name) ?? []).flatMap(({ meter: { id, pollInterval } }): PollTask[] => [
        {
          meter: id,
          line: name,
          interval: pollInterval,
          poll: () => line.poll(id),
          missed: (ticks) => health(id)?.skipped(ticks),
        },
        ...line.logsOf(id).map((log) => ({
          meter: id,
          line: name,
          interval: log.interval,
          poll: () => line.checkLog(id, log.name),
          missed: () => undefined,
        })),
      ]),
    );
  }

  status(): readonly LineStatus[] {
    return [...this.#lines.values()].map(({ status }) => status);
  }

  /** Ends at once: what is in flight is given up. */
  async stop(): Promise<void> {
    for (const listener of this.#listeners.values()) listener.stop();
    await Promise.all([...this.#lines.values()].map((line) => line.stop()));
  }

  #lineOf(name: string, places: readonly MeterPlace[]): Line | undefined {
    const { clock, log, options, onReading } = this.#parts;
    const connection = places[0]?.meter.connection;
    if (!connection || connection.kind === 'mqtt') return undefined;
    const meters = places.flatMap((place) => this.#meterOf(place));
    const { connectTimeout } = options;
    const { pauseAfterConnect, timeout } = strictest(meters.map(({ meter }) => meter.timing));
    return new Line({
      name,
      connection: new ModbusConnection({ way: this.#wayOf(connection), timeout, connectTimeout, pauseAfterConnect }),
      isCalling: connection.kind === 'tcp-listen' || connection.kind === 'rtu-listen',
      meters,
      options,
      clock,
      log,
      onReading,
    });
  }

  #wayOf(connection: ModbusWay): Way {
    switch (connection.kind) {
      case 'modbus-tcp':
        return called(connection.host, connection.port, 'tcp');
      case 'rtu-over-tcp':
        return called(connection.host, connection.port, 'rtu');
      case 'rtu-serial':
        return serial(connection);
      case 'tcp-listen':
      case 'rtu-listen':
        return this.#listenerOf(connection).way(connection.registration, connection.heartbeat);
    }
  }

  #listenerOf({ host, port, kind }: ModbusWay & { kind: 'tcp-listen' | 'rtu-listen' }): Listener {
    const address = `${host}:${port}`;
    const known = this.#listeners.get(address);
    if (known) return known;
    const framing = kind === 'tcp-listen' ? 'tcp' : 'rtu';
    const listener = new Listener({ host, port, framing, log: this.#parts.log, clock: this.#parts.clock });
    this.#listeners.set(address, listener);
    return listener;
  }

  #meterOf(place: MeterPlace): LineMeter[] {
    const { health: healthOf, modelOf, options } = this.#parts;
    const { meter } = place;
    const { connection, ctRatio, ptRatio, tuning, id, pollInterval } = meter;
    const health = healthOf(id);
    if (connection.kind === 'mqtt' || !health) return [];
    const model = modelOf(place);
    if (model.transport !== 'modbus') throw new Error(`Meter ${id}: model '${model.id}' is not for Modbus`);
    const asked = new ModbusMeter({
      ...this.#parts,
      id,
      unit: connection.unit,
      model: tunedModel(model, tuning),
      rating: { ctRatio, ptRatio },
      timing: timingOf(tuning, model.timing, options),
      pollInterval,
      probeInterval: options.probeInterval,
    });
    return [{ meter: asked, health }];
  }
}
