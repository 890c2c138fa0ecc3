import { afterEach, beforeEach, expect } from 'vitest';
import type { LogCursor, MeterEvent } from '../../../src/domain/meter-event.ts';
import type { Quantity } from '../../../src/domain/quantity.ts';
import type { Reading } from '../../../src/domain/reading.ts';
import { MeterHealth } from '../../../src/meters/meter-health.ts';
import { called } from '../../../src/meters/modbus/called.ts';
import { ModbusConnection } from '../../../src/meters/modbus/connection.ts';
import type { MeterLog } from '../../../src/meters/modbus/known-meter.ts';
import { Line } from '../../../src/meters/modbus/line.ts';
import { ModbusMeter } from '../../../src/meters/modbus/modbus-meter.ts';
import type { Framing } from '../../../src/meters/modbus/request.ts';
import type { MeterTiming } from '../../../src/meters/modbus/timing.ts';
import type { Way } from '../../../src/meters/modbus/way.ts';
import type { ModbusModel, ModbusRegister } from '../../../src/meters/model.ts';
import type { EventSink, ReadingSink } from '../../../src/meters/reading-sink.ts';
import { type Fault, ModbusServer } from '../../servers/modbus-server.ts';
import { placeOf, recordingLog } from '../fixtures.ts';

export const PROBE = 10_000;
export const TIMEOUT = 200;
export const INTERVAL = 1_000;

/** An input register of a float, as models have it unless they say otherwise. */
export function register(quantity: Quantity, address: number, more: Partial<ModbusRegister> = {}): ModbusRegister {
  const { functionCode = 4, type = 'float32', order = 'ABCD', scale = 1, offset = 0 } = more;
  const place = { functionCode, address, type, order };
  return { quantity, scaledBy: [], isSlow: false, isAlone: false, ...more, ...place, scale, offset };
}

/** 230 V at 0 and 50 Hz at 70, too far apart for one request. */
export const MODEL: ModbusModel = {
  transport: 'modbus',
  id: 'two-blocks',
  name: 'Two blocks',
  source: 'the test',
  usualUnit: 1,
  maxBlock: 10,
  maxGap: 0,
  forbidden: [],
  registers: [register('frequency', 70), register('voltage_l1_n', 0)],
  timing: {},
  ratios: {},
};

/** MODEL with a distortion at 72: beside the frequency, so that one request has both. */
export const PAIRED: ModbusModel = { ...MODEL, registers: [...MODEL.registers, register('thd_u_l1', 72)] };

/** Of the test that runs: the time, the meters' side, and what the line said and handed on. */
export let now: number;
export let server: ModbusServer;
export let log: ReturnType<typeof recordingLog>;
export let readings: Reading[];
export let events: MeterEvent[];
/** What was saved with events, by the log's name. */
export let cursors: Map<string, LogCursor>;
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

export const clock = { now: () => now };

/** Of one meter. */
export const readingsOf = (meter: string) => readings.filter((reading) => reading.meter === meter);
export const warnings = () => log.lines.filter(({ level }) => level === 'warn');

/** Lets the clock go on by so many milliseconds. */
export function pass(ms: number): void {
  now += ms;
}

interface LineSpec {
  readonly onReading?: ReadingSink;
  readonly onEvents?: EventSink;
  readonly isCalling?: boolean;
  readonly timing?: Partial<MeterTiming>;
  readonly model?: ModbusModel;
  readonly rating?: { readonly ctRatio: number; readonly ptRatio: number };
  readonly framing?: Framing;
  /** The server's unless it is said. */
  readonly port?: number;
  /** In place of a call to that port. */
  readonly way?: Way;
}

function keep(reading: Reading): void {
  readings.push(reading);
}

/** Keeps events and the cursor, in one step. */
export function keepEvents(news: readonly MeterEvent[], cursor?: LogCursor): void {
  events.push(...news);
  if (cursor) cursors.set(cursor.log, cursor);
}

/** Makes the line of the test, with a meter 'm<unit>' for each unit. */
export function lineWith(units: readonly number[], spec: LineSpec = {}): Line {
  const { onReading = keep, onEvents = keepEvents, model = MODEL, rating = { ctRatio: 1, ptRatio: 1 } } = spec;
  const { framing = 'tcp', port = server.port, way = called('127.0.0.1', port, framing) } = spec;
  const timing: MeterTiming = {
    timeout: TIMEOUT,
    retries: 0,
    pauseAfterConnect: 0,
    pauseBetweenRequests: 0,
    closeAfterPoll: false,
    slowInterval: 60_000,
    ...spec.timing,
  };
  const cursorOf = (_: string, name: string) => cursors.get(name)?.position;
  const meters = units.map((unit) => {
    const id = `m${unit}`;
    const place = placeOf({ id, model: model.id, connection: { kind: 'modbus-tcp', host: '127.0.0.1', port, unit } });
    const own = new MeterHealth(place, log);
    health.set(id, own);
    const parts = { id, unit, model, rating, timing, pollInterval: INTERVAL, probeInterval: PROBE };
    return { meter: new ModbusMeter({ ...parts, clock, log, onReading, onEvents, cursorOf }), health: own };
  });
  const made = new Line({
    name: `modbus-tcp://127.0.0.1:${port}`,
    connection: new CountedConnection({
      way,
      timeout: timing.timeout,
      connectTimeout: TIMEOUT,
      pauseAfterConnect: timing.pauseAfterConnect,
    }),
    isCalling: spec.isCalling ?? false,
    meters,
    options: { probeInterval: PROBE },
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

/** In place of the server there is one that answers in these frames. */
export async function serveIn(framing: Framing): Promise<void> {
  await server.stop();
  server = new ModbusServer(framing);
  await server.start();
}

/** The other side goes away, and while it is away the work is done. */
export async function whileGone(work: () => Promise<void>): Promise<void> {
  const { port } = server;
  await server.stop();
  await work();
  await server.start(port);
}

/** When each request came, by the process's own clock; `fault` is what the server does with it. */
export function arrivals(fault: () => Fault | undefined = () => undefined): readonly number[] {
  const times: number[] = [];
  server.fault = () => {
    times.push(performance.now());
    return fault();
  };
  return times;
}

/** A meter of PAIRED, with 3.5 %. */
export function putPaired(unit: number): void {
  putMeter(unit);
  server.putFloat(unit, 4, 72, 3.5);
}

function done(meter: string): number {
  const status = health.get(meter)?.status;
  return status ? status.polls + status.skipped : 0;
}

/** A poll of each meter, and the wait until all of them are through. */
export async function round(meters: readonly string[]): Promise<void> {
  const wanted = meters.map((meter) => done(meter) + 1);
  for (const meter of meters) line?.poll(meter);
  await expect.poll(() => meters.map(done), { interval: 2, timeout: 10_000 }).toEqual(wanted);
  now += INTERVAL;
}

/** So many rounds, one after the other. */
export async function rounds(count: number, meters: readonly string[]): Promise<void> {
  for (let tick = 0; tick < count; tick += 1) await round(meters);
}

/** A look at a log of a meter, and the wait until it is through. */
export async function look(meter: string, name: MeterLog['name'] = 'events'): Promise<void> {
  line?.checkLog(meter, name);
  await expect.poll(() => line?.isReadingLogs, { interval: 2, timeout: 10_000 }).toBe(false);
}

beforeEach(async () => {
  now = Date.UTC(2026, 2, 1, 8);
  server = new ModbusServer();
  log = recordingLog();
  readings = [];
  events = [];
  cursors = new Map();
  dials = 0;
  health = new Map();
  await server.start();
});

afterEach(async () => {
  await line?.stop();
  await server.stop();
});
