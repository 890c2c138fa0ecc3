import { afterEach, beforeEach, expect } from 'vitest';
import type { Reading } from '../../../src/domain/reading.ts';
import { MeterHealth } from '../../../src/meters/meter-health.ts';
import { ModbusConnection } from '../../../src/meters/modbus/connection.ts';
import { Line } from '../../../src/meters/modbus/line.ts';
import { ModbusMeter } from '../../../src/meters/modbus/modbus-meter.ts';
import type { ModbusModel } from '../../../src/meters/model.ts';
import type { ReadingSink } from '../../../src/meters/reading-sink.ts';
import { ModbusServer } from '../../servers/modbus-server.ts';
import { placeOf, recordingLog } from '../fixtures.ts';

export const PROBE = 10_000;
export const TIMEOUT = 100;
export const MODEL: ModbusModel = {
  transport: 'modbus',
  id: 'two-blocks',
  name: 'Two blocks',
  source: 'the test',
  wordOrder: 'ABCD',
  maxBlock: 10,
  maxGap: 0,
  registers: [
    { quantity: 'frequency', functionCode: 4, address: 70, type: 'float32', scale: 1 },
    { quantity: 'voltage_l1_n', functionCode: 4, address: 0, type: 'float32', scale: 1 },
  ],
};

/** Of the test that runs: the time, the meters' side, and what the line said and handed on. */
export let now: number;
export let server: ModbusServer;
export let log: ReturnType<typeof recordingLog>;
export let readings: Reading[];
export let health: Map<string, MeterHealth>;
export let line: Line | undefined;
/** How often the line has tried to connect. */
export let dials: number;

class CountedConnection extends ModbusConnection {
  override open(): Promise<void> {
    dials += 1;
    return super.open();
  }
}

const clock = { now: () => now };

/** Lets the clock go on by so many milliseconds. */
export function pass(ms: number): void {
  now += ms;
}

interface LineSpec {
  readonly onReading?: ReadingSink;
  readonly pauseBetweenRequests?: number;
  readonly model?: ModbusModel;
}

function keep(reading: Reading): void {
  readings.push(reading);
}

/** Makes the line of the test, to the server, with a meter 'm<unit>' for each unit. */
export function lineWith(
  units: readonly number[],
  { onReading = keep, pauseBetweenRequests = 0, model = MODEL }: LineSpec = {},
): Line {
  const { port } = server;
  const options = {
    framing: 'modbus-tcp',
    host: '127.0.0.1',
    port,
    timeout: TIMEOUT,
    connectTimeout: TIMEOUT,
  } as const;
  const meters = units.map((unit) => {
    const id = `m${unit}`;
    const place = placeOf({ id, model: model.id, connection: { kind: 'modbus-tcp', host: '127.0.0.1', port, unit } });
    const own = new MeterHealth(place, log);
    health.set(id, own);
    const rating = { ctRatio: 1, ptRatio: 1, nominalKv: 0.38 };
    return {
      meter: new ModbusMeter({ id, unit, model, rating, probeInterval: PROBE, clock, log }),
      health: own,
    };
  });
  const made = new Line({
    name: `modbus-tcp://127.0.0.1:${port}`,
    connection: new CountedConnection(options),
    meters,
    options: { pauseBetweenRequests, probeInterval: PROBE },
    clock,
    log,
    onReading,
  });
  line = made;
  return made;
}

/** A meter of MODEL at 230 V and 50 Hz. */
export function putMeter(unit: number): void {
  server.putFloat(unit, 4, 0, 230);
  server.putFloat(unit, 4, 70, 50);
}

function done(meter: string): number {
  const status = health.get(meter)?.status;
  return status ? status.polls + status.skipped : 0;
}

/** A poll of each meter, and the wait until all of them are through. */
export async function round(meters: readonly string[]): Promise<void> {
  const wanted = meters.map((meter) => done(meter) + 1);
  for (const meter of meters) line?.poll(meter);
  await expect.poll(() => meters.map(done), { interval: 5, timeout: 5_000 }).toEqual(wanted);
  now += 1_000;
}

beforeEach(async () => {
  now = Date.UTC(2026, 2, 1, 8);
  server = new ModbusServer();
  log = recordingLog();
  readings = [];
  dials = 0;
  health = new Map();
  await server.start();
});

afterEach(async () => {
  await line?.stop();
  await server.stop();
});
