import type { MeterPlace } from '../domain/fleet.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { ModbusProbe } from './modbus/modbus-probe.ts';
import type { Model } from './model.ts';
import { MqttProbe } from './mqtt/mqtt-probe.ts';
import type { ModbusOptions, MqttOptions } from './options.ts';
import type { Probe } from './probed.ts';

export interface ProbeParts {
  readonly place: MeterPlace;
  readonly model: Model;
  readonly modbus: ModbusOptions;
  readonly mqtt: MqttOptions;
  /** Of the site. */
  readonly timeZone: string;
  /** Milliseconds to wait for a message or for the call of a modem. */
  readonly wait: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly stopping: AbortSignal;
}

export { adviceOn } from './modbus/advice.ts';
export { MeterError } from './modbus/errors.ts';
export type { Identity } from './modbus/identity.ts';
export { identityText } from './modbus/identity.ts';
export type { ProbedEvents, ProbedLogs, ProbedRecords } from './modbus/probed-logs.ts';
export type { VoltageFinding } from './modbus/voltage-search.ts';
export { areVoltagesPlausible } from './modbus/voltage-search.ts';
export type { HeardMessage, Probe, Probed, ProbedRegister, ProbedScale } from './probed.ts';

/** Opens nothing before it is read. Throws when the model is not for the connection, or the broker is not known. */
export function probeOf(parts: ProbeParts): Probe {
  const { model, modbus, mqtt, place } = parts;
  const { connection, id } = place.meter;
  if (connection.kind === 'mqtt') {
    const broker = mqtt.brokers.find((each) => each.id === connection.broker);
    if (model.transport !== 'mqtt') throw new Error(`${id}: model '${model.id}' is not for MQTT`);
    if (!broker) throw new Error(`${id}: broker '${connection.broker}' is not known`);
    return new MqttProbe({ ...parts, model, broker });
  }
  if (model.transport !== 'modbus') throw new Error(`${id}: model '${model.id}' is not for Modbus`);
  return new ModbusProbe({ ...parts, connection, model, options: modbus });
}
