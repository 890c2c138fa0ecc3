import type { Meter } from '../domain/customer.ts';
import type { Fleet, MeterPlace } from '../domain/fleet.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { MeterHealth, type MeterStatus } from './meter-health.ts';
import { ModbusConnection } from './modbus/connection.ts';
import { Line, type LineMeter } from './modbus/line.ts';
import { ModbusMeter } from './modbus/modbus-meter.ts';
import type { Model } from './model.ts';
import { Subscriber, type TopicMeter } from './mqtt/subscriber.ts';
import type { BrokerOptions, ModbusOptions, MqttOptions } from './options.ts';
import { Poller, type PollTask } from './poller.ts';
import type { ReadingSink } from './reading-sink.ts';

export interface AcquisitionParts {
  readonly fleet: Fleet;
  readonly models: ReadonlyMap<string, Model>;
  readonly modbus: ModbusOptions;
  readonly mqtt: MqttOptions;
  readonly clock: Clock;
  readonly log: Log;
  readonly onReading: ReadingSink;
}

/** The meters room: asks every Modbus meter of the fleet in time, and listens to every MQTT meter. */
export class Acquisition {
  readonly #parts: AcquisitionParts;
  readonly #health: ReadonlyMap<string, MeterHealth>;
  #lines: readonly Line[] = [];
  #subscribers: readonly Subscriber[] = [];
  #poller: Poller | undefined;

  constructor(parts: AcquisitionParts) {
    this.#parts = parts;
    this.#health = new Map([...parts.fleet.meters].map(([id, place]) => [id, new MeterHealth(place, parts.log)]));
  }

  /**
   * Returns at once; meters and brokers that are not there are tried until they are. Throws when a meter's model or broker
   * is not known or not of its connection's kind.
   */
  start(): void {
    const { clock, fleet, log, mqtt } = this.#parts;
    for (const { meter } of fleet.meters.values()) {
      const { connection } = meter;
      if (connection.kind !== 'mqtt' || mqtt.brokers.some(({ id }) => id === connection.broker)) continue;
      throw new Error(`Meter ${meter.id}: broker '${connection.broker}' is not known`);
    }
    const tasks: PollTask[] = [];
    this.#lines = [...fleet.lines].flatMap(([name, places]) => this.#lineOf(name, places, tasks));
    this.#subscribers = mqtt.brokers.map((broker) => this.#subscriberOf(broker));
    this.#poller = new Poller({ tasks, clock, log });
    for (const subscriber of this.#subscribers) subscriber.start();
    this.#poller.start();
  }

  /** Ends within 2 s: a request in flight is given up, a message in hand is waited for briefly. */
  async stop(): Promise<void> {
    this.#poller?.stop();
    const parts = [...this.#lines, ...this.#subscribers];
    await Promise.all(parts.map((part) => part.stop()));
  }

  /** How each meter's acquisition goes, by its id. */
  status(): ReadonlyMap<string, MeterStatus> {
    return new Map([...this.#health].map(([id, health]) => [id, health.status]));
  }

  /** The lane of a Modbus line, and in `tasks` the polls of its meters; nothing for a line of another kind. */
  #lineOf(name: string, places: readonly MeterPlace[], tasks: PollTask[]): Line[] {
    const { clock, log, modbus, onReading } = this.#parts;
    const connection = places[0]?.meter.connection;
    if (!connection || connection.kind === 'mqtt') return [];
    const { kind, host, port } = connection;
    const { timeout, connectTimeout } = modbus;
    const line = new Line({
      name,
      connection: new ModbusConnection({ framing: kind, host, port, timeout, connectTimeout }),
      meters: places.flatMap((place) => this.#modbusMeterOf(place)),
      options: modbus,
      clock,
      log,
      onReading,
    });
    for (const { meter } of places) {
      const { id, pollInterval } = meter;
      const missed = (ticks: number) => this.#health.get(id)?.skipped(ticks);
      tasks.push({ meter: id, line: name, interval: pollInterval, poll: () => line.poll(id), missed });
    }
    return [line];
  }

  #modbusMeterOf(place: MeterPlace): LineMeter[] {
    const { clock, log, modbus } = this.#parts;
    const { meter, supplyPoint } = place;
    const { connection, ctRatio, ptRatio } = meter;
    const health = this.#health.get(meter.id);
    if (connection.kind === 'mqtt' || !health) return [];
    const model = this.#modelOf(meter);
    if (model.transport !== 'modbus') throw new Error(`Meter ${meter.id}: model '${model.id}' is not for Modbus`);
    const rating = { ctRatio, ptRatio, nominalKv: supplyPoint.nominalKv };
    const { probeInterval } = modbus;
    const asked = new ModbusMeter({ id: meter.id, unit: connection.unit, model, rating, probeInterval, clock, log });
    return [{ meter: asked, health }];
  }

  #subscriberOf(broker: BrokerOptions): Subscriber {
    const { clock, fleet, log, onReading } = this.#parts;
    const places = fleet.lines.get(`mqtt://${broker.id}`) ?? [];
    const meters = places.flatMap((place): TopicMeter[] => {
      const { connection } = place.meter;
      const health = this.#health.get(place.meter.id);
      if (connection.kind !== 'mqtt' || !health) return [];
      const model = this.#modelOf(place.meter);
      if (model.transport !== 'mqtt') throw new Error(`Meter ${place.meter.id}: model '${model.id}' is not for MQTT`);
      return [{ place, topic: connection.topic, model, health }];
    });
    return new Subscriber({ broker, meters, clock, log, onReading });
  }

  #modelOf(meter: Meter): Model {
    const model = this.#parts.models.get(meter.model);
    if (!model) throw new Error(`Meter ${meter.id}: model '${meter.model}' is not known`);
    return model;
  }
}
