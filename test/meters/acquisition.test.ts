import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MeterEvent } from '../../src/domain/meter-event.ts';
import type { Reading } from '../../src/domain/reading.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { Acquisition } from '../../src/meters/acquisition.ts';
import { DeadLetters } from '../../src/meters/mqtt/dead-letters.ts';
import { modbusOptions, mqttOptions } from '../../src/meters/options.ts';
import { freePort } from '../servers/free-port.ts';
import { ModbusServer } from '../servers/modbus-server.ts';
import { Mosquitto } from '../servers/mosquitto.ts';
import { describeWith } from '../servers/require-server.ts';
import { fleetWith, type MeterSpec, recordingLog, shippedModels } from './fixtures.ts';

const NO_MQTT = mqttOptions.parse(undefined);
let server: ModbusServer;
let acquisition: Acquisition | undefined;
let readings: Reading[];
let events: MeterEvent[];
let folder: string;

beforeEach(async () => {
  readings = [];
  events = [];
  folder = mkdtempSync(join(tmpdir(), 'pq-acquisition-'));
  server = new ModbusServer();
  await server.start();
});
afterEach(async () => {
  await acquisition?.stop();
  await server.stop();
  rmSync(folder, { recursive: true });
});

function acquire(meters: readonly MeterSpec[], mqtt = NO_MQTT, log = recordingLog()): Acquisition {
  acquisition = new Acquisition({
    fleet: fleetWith(meters),
    models: shippedModels(),
    modbus: modbusOptions.parse({ timeout: '200ms' }),
    mqtt,
    timeZone: 'Asia/Shanghai',
    deadLetters: new DeadLetters(folder, log),
    clock: systemClock,
    log,
    onReading: (reading) => void readings.push(reading),
    onEvents: (news) => void events.push(...news),
    cursorOf: () => undefined,
  });
  acquisition.start();
  return acquisition;
}

function onModbus(unit: number): MeterSpec['connection'] {
  return { kind: 'modbus-tcp', host: '127.0.0.1', port: server.port, unit };
}

/** The words of a whole register range: zeroes, with floats where the test says. */
function fill(unit: number, functionCode: number, from: number, to: number, floats: Record<number, number>): void {
  server.put(unit, functionCode, from, Array<number>(to - from).fill(0));
  for (const [address, value] of Object.entries(floats)) server.putFloat(unit, functionCode, Number(address), value);
}

describe('acquisition', () => {
  it('finds what a meter has in a map full of holes, and says once what it does not have', async () => {
    for (const [address, value] of Object.entries({ 0: 230, 2: 231, 4: 229, 6: 10, 70: 50, 200: 400 })) {
      server.putFloat(1, 4, Number(address), value);
    }
    const log = recordingLog();
    acquire([{ id: 'sparse', model: 'sdm630', connection: onModbus(1), pollInterval: 50 }], NO_MQTT, log);
    const expected = {
      voltage_l1_n: 230,
      voltage_l2_n: 231,
      voltage_l3_n: 229,
      current_l1: 10,
      frequency: 50,
      voltage_l1_l2: 400,
    };
    await expect.poll(() => readings.at(-1)?.values, { timeout: 10_000 }).toEqual(expected);
    const told = log.lines.filter(({ message }) => message === 'Meter does not have a register of its model');
    expect(told.map(({ fields }) => fields)).toContainEqual(
      expect.objectContaining({ register: 202, quantity: 'voltage_l2_l3' }),
    );
    expect(new Set(told.map(({ fields }) => JSON.stringify(fields))).size).toBe(told.length);
  });

  it('reads the three shipped Modbus models: frozen registers to primary values', async () => {
    fill(1, 4, 0, 80, { 0: 230.2, 2: 229.9, 6: 41.5, 12: 9_500, 52: -1_250.5, 70: 50.01, 72: 123.5, 78: 0.25 });
    server.put(1, 4, 0, [0x4366, 0x3334]);
    fill(1, 4, 200, 246, { 200: 398.7, 224: 3.5, 234: 1.75, 244: 22.5 });
    fill(2, 3, 1, 69, { 1: 57.5, 7: 100, 13: 2.5, 25: 140, 55: 50, 63: 433, 65: 430, 67: -51 });
    fill(2, 3, 261, 297, { 261: 1.25, 295: 0.5 });
    fill(3, 3, 2999, 3111, {
      2999: 300,
      3019: 10_000,
      3027: 5_773.5,
      3053: 1_730,
      3059: 5_190.25,
      3067: -12,
      3075: 5_195,
      3109: 49.98,
    });
    fill(3, 3, 3203, 3227, {});
    server.put(3, 3, 3203, [0, 0, 0x0001, 0x86a0]);
    server.put(3, 3, 3207, [0x8000, 0, 0, 0]);
    fill(3, 3, 21299, 21335, { 21299: 4.5, 21329: 2.25 });
    server.put(3, 3, 21301, [0xffc0, 0]);
    acquire([
      { id: 'sdm', model: 'sdm630', connection: onModbus(1) },
      { id: 'pac', model: 'pac4200', connection: onModbus(2), nominalKv: 10, ptRatio: 100, ctRatio: 20 },
      { id: 'pm', model: 'pm5xxx', connection: onModbus(3), nominalKv: 10 },
    ]);
    await expect.poll(() => new Set(readings.map(({ meter }) => meter)).size, { timeout: 3_000 }).toBe(3);
    const of = (meter: string) => readings.find((reading) => reading.meter === meter);

    expect(of('sdm')?.missing).toBeUndefined();
    expect(of('sdm')?.values.voltage_l1_n).toBeCloseTo(230.2, 4);
    expect(of('sdm')?.values.frequency).toBeCloseTo(50.01, 4);
    expect(of('sdm')?.values).toMatchObject({
      current_l1: 41.5,
      active_power_l1: 9_500,
      active_power_total: -1_250.5,
      energy_active_import: 123_500,
      energy_reactive_export: 250,
      current_n: 3.5,
      thd_u_l1: 1.75,
      thd_i_l3: 22.5,
    });
    expect(of('sdm')?.values.voltage_l1_l2).toBeCloseTo(398.7, 4);

    expect(of('pac')?.values).toMatchObject({
      voltage_l1_n: 5_750,
      voltage_l1_l2: 10_000,
      current_l1: 50,
      active_power_l1: 280_000,
      apparent_power_total: 866_000,
      active_power_total: 860_000,
      reactive_power_total: -102_000,
      frequency: 50,
      thd_u_l1: 1.25,
      current_n: 10,
    });

    expect(of('pm')?.values).toMatchObject({
      current_l1: 300,
      voltage_l1_l2: 10_000,
      voltage_l1_n: 5_773.5,
      active_power_l1: 1_730_000,
      active_power_total: 5_190_250,
      reactive_power_total: -12_000,
      apparent_power_total: 5_195_000,
      energy_active_import: 100_000,
      thd_i_l1: 4.5,
      thd_u_l1: 2.25,
    });
    expect(of('pm')?.missing).toEqual({ energy_active_export: 'not available', thd_i_l2: 'not a number' });
    for (const { timeSource, time } of readings) {
      expect(timeSource).toBe('register');
      expect(Math.abs(time - Date.now())).toBeLessThan(5_000);
    }
  });

  it('sends nothing but reads: only function codes 3 and 4 are ever seen on the wire', async () => {
    fill(1, 4, 0, 80, { 0: 230 });
    server.fault = ({ unit, start }) => {
      if (unit === 2) return { kind: 'exception', code: 1 };
      return start === 200 ? { kind: 'garbage' } : undefined;
    };
    acquire([
      { id: 'sdm', model: 'sdm630', connection: onModbus(1), pollInterval: 200 },
      { id: 'pm', model: 'pm5xxx', connection: onModbus(2), pollInterval: 200 },
    ]);
    await expect.poll(() => server.requests.length, { timeout: 5_000 }).toBeGreaterThan(15);
    expect(new Set(server.requests.map(({ functionCode }) => functionCode))).toEqual(new Set([3, 4]));
  });

  it('knows how each meter does', async () => {
    fill(1, 4, 0, 80, { 0: 230 });
    fill(1, 4, 200, 246, {});
    const meters = acquire([
      { id: 'good', model: 'sdm630', connection: onModbus(1), pollInterval: 200 },
      { id: 'dead', model: 'sdm630', connection: onModbus(9), pollInterval: 200 },
    ]);
    expect(meters.status().get('good')).toEqual({
      answering: false,
      polls: 0,
      failed: 0,
      skipped: 0,
      busy: 0,
      busLoad: 0,
    });
    await expect.poll(() => meters.status().get('dead')?.failed, { timeout: 5_000 }).toBe(3);
    expect(meters.status().get('dead')).toMatchObject({ answering: false, lastError: 'no answer within 200 ms' });
    expect(meters.status().get('good')).toMatchObject({ answering: true, failed: 0 });
    expect(meters.status().get('good')?.lastReadingAt).toBe(readings.at(-1)?.time);
  });

  it('knows how each line does', async () => {
    fill(1, 4, 0, 80, { 0: 230 });
    fill(1, 4, 200, 246, {});
    const meters = acquire([{ id: 'm', model: 'sdm630', connection: onModbus(1), pollInterval: 200 }]);
    const line = `modbus-tcp://127.0.0.1:${server.port}`;
    expect(meters.lines()).toEqual([{ line, isOpen: false, busLoad: 0, shortestCycle: 0 }]);
    await expect.poll(() => readings.length).toBeGreaterThan(3);
    const [status] = meters.lines();
    expect(status).toMatchObject({ line, isOpen: true });
    expect(status?.busLoad).toBeGreaterThan(0);
    expect(status?.busLoad).toBeLessThan(1);
    expect(meters.status().get('m')?.busLoad).toBeCloseTo(status?.busLoad ?? -1, 1);
  });

  it('asks each meter as it is tuned', async () => {
    server.put(1, 3, 0, Array<number>(400).fill(0));
    const tuning = { functionCode: 3, maxBlock: 20, maxGap: 0 } as const;
    acquire([{ id: 'm', model: 'sdm630', connection: onModbus(1), tuning }]);
    await expect.poll(() => readings.length, { timeout: 5_000 }).toBeGreaterThan(0);
    expect(readings[0]).not.toHaveProperty('missing');
    expect(new Set(server.requests.map(({ functionCode }) => functionCode))).toEqual(new Set([3]));
    expect(Math.max(...server.requests.map(({ count }) => count))).toBeLessThanOrEqual(20);
  });

  it('looks at the log of a meter more often than it polls the meter', async () => {
    const model = shippedModels().get('kmb-umd');
    if (model?.transport !== 'modbus') throw new Error('no kmb-umd');
    for (const { functionCode, address } of model.registers) server.put(1, functionCode, address, [0, 0, 0, 0]);
    server.put(1, 4, 21_760, Array<number>(10).fill(0));
    const looks = () => server.requests.filter(({ start }) => start === 21_760).length;
    acquire([{ id: 'm', model: 'kmb-umd', connection: onModbus(1), pollInterval: 3_000 }]);
    await expect.poll(() => readings.length, { timeout: 8_000 }).toBeGreaterThan(0);
    await expect.poll(looks, { timeout: 8_000 }).toBeGreaterThanOrEqual(2);
    // On L1 (0), a dip (2), at 2026-03-01 08:00:00.000: 825 667 200 000 ms after 2000, which is 0xC0_3D99_A400; 80 ms; 150 V.
    server.put(1, 4, 21_760, [0, 2, 0, 0x00c0, 0x3d99, 0xa400, 0, 80, 0x4316, 0]);
    await expect
      .poll(() => events, { timeout: 8_000 })
      .toMatchObject([
        { meter: 'm', kind: 'dip', phases: ['L1'], start: Date.UTC(2026, 2, 1, 8), duration: 80, extreme: 150 },
      ]);
  });

  it('polls the meters behind modems that call, with one listener for all of them', async () => {
    const gateway = new ModbusServer('rtu');
    for (const unit of [1, 2]) gateway.put(unit, 4, 0, Array<number>(400).fill(0));
    const port = await freePort();
    const caller = (registration: string) =>
      ({ kind: 'rtu-listen', host: '127.0.0.1', port, unit: 1, registration }) as const;
    acquire([
      { id: 'a', model: 'sdm630', connection: caller('DTU-A'), pollInterval: 200 },
      { id: 'a2', model: 'sdm630', connection: { ...caller('DTU-A'), unit: 2 }, pollInterval: 200 },
      { id: 'b', model: 'sdm630', connection: caller('DTU-B'), pollInterval: 200 },
    ]);
    for (const registration of ['DTU-A', 'DTU-B']) {
      const modem = connect({ host: '127.0.0.1', port });
      modem.write(registration);
      gateway.serve(modem);
    }
    await expect
      .poll(() => [...new Set(readings.map(({ meter }) => meter))].sort(), { timeout: 10_000 })
      .toEqual(['a', 'a2', 'b']);
    await acquisition?.stop();
    await expect.poll(() => gateway.openConnections).toBe(0);
  });

  it('ends within 2 s whatever its meters do, and reads nothing afterwards', async () => {
    server.fault = () => ({ kind: 'silence' });
    const dead = { id: 'main', url: 'mqtt://127.0.0.1:1', client_id: 'x' };
    const meters = acquire(
      [
        { id: 'm', model: 'sdm630', connection: onModbus(1), pollInterval: 100 },
        { id: 'q', model: 'plain-json', connection: { kind: 'mqtt', broker: 'main', topic: 't' } },
      ],
      mqttOptions.parse({ brokers: [dead] }),
    );
    await expect.poll(() => server.requests.length).toBeGreaterThan(0);
    const start = performance.now();
    await meters.stop();
    expect(performance.now() - start).toBeLessThan(2_000);
    const seen = server.requests.length;
    await expect.poll(() => server.openConnections).toBe(0);
    expect(server.requests).toHaveLength(seen);
  });

  it.each<[string, MeterSpec]>([
    [
      "model 'nosuch' is not known",
      { id: 'm', model: 'nosuch', connection: { kind: 'modbus-tcp', host: 'h', port: 1, unit: 1 } },
    ],
    [
      'is not for Modbus',
      { id: 'm', model: 'plain-json', connection: { kind: 'rtu-over-tcp', host: 'h', port: 1, unit: 1 } },
    ],
    [
      "broker 'b' is not known",
      { id: 'm', model: 'plain-json', connection: { kind: 'mqtt', broker: 'b', topic: 't' } },
    ],
  ])('does not start with a meter whose %s', (message, spec) => {
    expect(() => acquire([spec])).toThrow(message);
  });
});

describeWith('mosquitto', 'acquisition with a broker', (path) => {
  it('listens and polls at the same time', async () => {
    const broker = new Mosquitto(path);
    await broker.start();
    fill(1, 4, 0, 80, { 0: 230 });
    fill(1, 4, 200, 246, {});
    const meters = acquire(
      [
        { id: 'm', model: 'sdm630', connection: onModbus(1), pollInterval: 200 },
        { id: 'q', model: 'plain-json', connection: { kind: 'mqtt', broker: 'main', topic: 'site/q' } },
      ],
      mqttOptions.parse({ brokers: [{ id: 'main', url: broker.url }] }),
    );
    const publisher = await connectAsync(broker.url);
    await expect
      .poll(
        async () => {
          await publisher.publishAsync('site/q', '{"voltage_l1_n": 231}', { qos: 1 });
          return [...new Set(readings.map(({ meter }) => meter))].sort();
        },
        { timeout: 5_000 },
      )
      .toEqual(['m', 'q']);
    expect(readings.find(({ meter }) => meter === 'q')).toMatchObject({
      timeSource: 'arrival',
      values: { voltage_l1_n: 231 },
    });
    await meters.stop();
    await publisher.endAsync();
    await broker.remove();
  });
});
