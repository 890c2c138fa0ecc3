import { onTestFinished } from 'vitest';
import { type Measurement, measurementOf } from '../../simulators/electricity/measurement.ts';
import { ModbusGateway } from '../../simulators/modbus/gateway.ts';
import type { RegisterLayout } from '../../simulators/modbus/registers.ts';
import type { Connection } from '../../src/domain/customer.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { ModbusModel, Model } from '../../src/meters/model.ts';
import { type ModbusOptions, type MqttOptions, modbusOptions, mqttOptions } from '../../src/meters/options.ts';
import { type Probe, probeOf } from '../../src/meters/probe.ts';
import { ModbusServer } from '../servers/modbus-server.ts';
import { placeOf, recordingLog } from './fixtures.ts';

/** 230 V, 100 A, balanced, lagging. */
export const LOADED: Measurement = measurementOf({
  phaseVolts: [230.25, 231, 229.75],
  amps: [101.5, 98.25, 103.75],
  lag: 0.4,
  frequency: 50.015625,
  voltageThd: [1.25, 1.5, 1.75],
  currentThd: [6.25, 6.5, 6.75],
  energy: { importWh: 5_000_000, exportWh: 2_000, importVarh: 3_000_000, exportVarh: 1_000, apparentVah: 6_000_000 },
});

export function reversedOnL2(measurement: Measurement): Measurement {
  const [p1, p2, p3] = measurement.watts;
  const [q1, q2, q3] = measurement.vars;
  return {
    ...measurement,
    watts: [p1, -p2, p3],
    vars: [q1, -q2, q3],
    totalWatts: p1 - p2 + p3,
    totalVars: q1 - q2 + q3,
  };
}

/** A gateway with these units, and the port that it listens on. */
export async function gatewayPort(units: Readonly<Record<number, readonly [RegisterLayout, Measurement]>>) {
  const entries = Object.entries(units).map(
    ([unit, [layout, measurement]]) => [Number(unit), { layout, measure: () => measurement }] as const,
  );
  const gateway = new ModbusGateway({ units: new Map(entries) });
  await gateway.start();
  onTestFinished(() => gateway.stop());
  return gateway.port;
}

export async function serverFor(framing: 'tcp' | 'rtu' = 'tcp'): Promise<ModbusServer> {
  const server = new ModbusServer(framing);
  await server.start();
  onTestFinished(() => server.stop());
  return server;
}

export function tcp(port: number, unit = 1): Connection {
  return { kind: 'modbus-tcp', host: '127.0.0.1', port, unit };
}

interface ProbeSpec {
  readonly model: Model;
  readonly connection: Connection;
  readonly wait?: number;
  readonly ctRatio?: number;
  readonly modbus?: ModbusOptions;
  readonly mqtt?: MqttOptions;
}

export function probeFor({ connection, ctRatio = 1, model, wait = 2_000, ...options }: ProbeSpec): Probe {
  const place = placeOf({ id: 'm1', model: model.id, connection, ctRatio });
  const probe = probeOf({
    place,
    model,
    modbus: modbusOptions.parse({ timeout: '1s' }),
    mqtt: mqttOptions.parse(undefined),
    ...options,
    timeZone: 'UTC',
    wait,
    clock: systemClock,
    log: recordingLog(),
    stopping: new AbortController().signal,
  });
  onTestFinished(() => probe.close());
  return probe;
}

export function modbusModel(model: Model | undefined): ModbusModel {
  if (model?.transport !== 'modbus') throw new Error('no Modbus model');
  return model;
}
