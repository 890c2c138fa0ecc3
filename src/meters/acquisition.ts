import type { Fleet, MeterPlace } from '../domain/fleet.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { MeterHealth, type MeterStatus } from './meter-health.ts';
import type { LineStatus } from './modbus/line.ts';
import { ModbusLines } from './modbus/lines.ts';
import type { Model } from './model.ts';
import type { DeadLetters } from './mqtt/dead-letters.ts';
import { type BrokerStatus, Subscriber } from './mqtt/subscriber.ts';
import type { BrokerOptions, ModbusOptions, MqttOptions } from './options.ts';
import { Poller } from './poller.ts';
import type { CursorSource, EventSink, ReadingSink } from './reading-sink.ts';

export interface AcquisitionParts {
  readonly fleet: Fleet;
  readonly models: ReadonlyMap<string, Model>;
  readonly modbus: ModbusOptions;
  readonly mqtt: MqttOptions;
  /** Of the site. */
  readonly timeZone: string;
  readonly deadLetters: DeadLetters;
  readonly clock: Clock;
  readonly log: Log;
  readonly onReading: ReadingSink;
  readonly onEvents: EventSink;
  readonly cursorOf: CursorSource;
}

/** The meters room: asks every Modbus meter of the fleet in time, and listens to every MQTT meter. */
export class Acquisition {
  readonly #parts: AcquisitionParts;
  readonly #health: ReadonlyMap<string, MeterHealth>;
  readonly #lines: ModbusLines;
  #subscribers: ReadonlyMap<string, Subscriber> = new Map();
  #poller: Poller | undefined;

  constructor(parts: AcquisitionParts) {
    this.#parts = parts;
    this.#health = new Map([...parts.fleet.meters].map(([id, place]) => [id, new MeterHealth(place, parts.log)]));
    const health = (meterId: string) => this.#health.get(meterId);
    this.#lines = new ModbusLines({
      ...parts,
      options: parts.modbus,
      modelOf: (place) => this.#modelOf(place),
      health,
    });
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
    this.#subscribers = new Map(mqtt.brokers.map((broker) => [broker.id, this.#subscriberOf(broker)]));
    this.#lines.start();
    this.#poller = new Poller({ tasks: this.#lines.tasks(), clock, log });
    for (const subscriber of this.#subscribers.values()) subscriber.start();
    this.#poller.start();
  }

  /** Ends within 2 s: a request in flight is given up, a message in hand is waited for briefly. */
  async stop(): Promise<void> {
    this.#poller?.stop();
    const parts = [this.#lines, ...this.#subscribers.values()];
    await Promise.all(parts.map((part) => part.stop()));
  }

  /** How each meter's acquisition goes, by its id. */
  status(): ReadonlyMap<string, MeterStatus> {
    const { fleet } = this.#parts;
    const loads = new Map(this.lines().map(({ line, busLoad }) => [line, busLoad]));
    return new Map(
      [...this.#health].map(([id, { status }]) => {
        const busLoad = loads.get(fleet.meters.get(id)?.line ?? '');
        return [id, busLoad === undefined ? status : { ...status, busLoad }];
      }),
    );
  }

  /** How each Modbus line goes. */
  lines(): readonly LineStatus[] {
    return this.#lines.status();
  }

  /** How the connection to each broker goes. */
  brokers(): readonly (BrokerStatus & { readonly id: string })[] {
    return [...this.#subscribers].map(([id, subscriber]) => ({ id, ...subscriber.status() }));
  }

  #subscriberOf(broker: BrokerOptions): Subscriber {
    const { clock, deadLetters, fleet, log, onEvents, onReading, timeZone } = this.#parts;
    const places = (fleet.lines.get(`mqtt://${broker.id}`) ?? []).map((place) => {
      const model = this.#modelOf(place);
      if (model.transport !== 'mqtt') throw new Error(`Meter ${place.meter.id}: model '${model.id}' is not for MQTT`);
      return { place, model };
    });
    const health = (meterId: string) => this.#health.get(meterId);
    return new Subscriber({ broker, places, timeZone, health, deadLetters, clock, log, onReading, onEvents });
  }

  #modelOf({ meter }: MeterPlace): Model {
    const model = this.#parts.models.get(meter.model);
    if (!model) throw new Error(`Meter ${meter.id}: model '${meter.model}' is not known`);
    return model;
  }
}
