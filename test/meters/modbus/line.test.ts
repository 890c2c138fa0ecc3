import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Reading } from '../../../src/domain/reading.ts';
import { MeterHealth } from '../../../src/meters/meter-health.ts';
import { ModbusConnection } from '../../../src/meters/modbus/connection.ts';
import { Line } from '../../../src/meters/modbus/line.ts';
import { ModbusMeter } from '../../../src/meters/modbus/modbus-meter.ts';
import type { ModbusModel } from '../../../src/meters/model.ts';
import type { ReadingSink } from '../../../src/meters/reading-sink.ts';
import { ModbusServer } from '../../servers/modbus-server.ts';
import { placeOf, recordingLog, shippedModels } from '../fixtures.ts';

const PROBE = 10_000;
const TIMEOUT = 100;
const MODEL: ModbusModel = {
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

let now: number;
let server: ModbusServer;
let log: ReturnType<typeof recordingLog>;
let readings: Reading[];
let health: Map<string, MeterHealth>;
let line: Line | undefined;
let dials: number;

class CountedConnection extends ModbusConnection {
  override open(): Promise<void> {
    dials += 1;
    return super.open();
  }
}

const clock = { now: () => now };

interface LineSpec {
  readonly onReading?: ReadingSink;
  readonly pauseBetweenRequests?: number;
  readonly model?: ModbusModel;
}

function keep(reading: Reading): void {
  readings.push(reading);
}

function lineWith(
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

function putMeter(unit: number): void {
  server.putFloat(unit, 4, 0, 230);
  server.putFloat(unit, 4, 70, 50);
}

function done(meter: string): number {
  const status = health.get(meter)?.status;
  return status ? status.polls + status.skipped : 0;
}

/** A poll of each meter, and the wait until all of them are through. */
async function round(meters: readonly string[]): Promise<void> {
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

describe('a line', () => {
  it('gives a reading with all blocks, stamped when the voltages came', async () => {
    putMeter(1);
    lineWith([1]);
    server.fault = ({ start }) => {
      // The clock goes on between the first block and the second.
      if (start === 70) now += 500;
      return undefined;
    };
    const start = now;
    await round(['m1']);
    expect(readings).toEqual([
      { meter: 'm1', time: start, timeSource: 'read', arrivedAt: start, values: { voltage_l1_n: 230, frequency: 50 } },
    ]);
    expect(server.requests.map(({ start }) => start)).toEqual([0, 70]);
  });

  it('goes on with the other units when one is dead, and asks that one ever more rarely', async () => {
    for (const unit of [1, 3]) putMeter(unit);
    lineWith([1, 2, 3]);
    for (let tick = 0; tick < 9; tick += 1) await round(['m1', 'm2', 'm3']);
    expect(readings.filter(({ meter }) => meter === 'm1')).toHaveLength(9);
    expect(readings.filter(({ meter }) => meter === 'm3')).toHaveLength(9);
    expect(server.requests.filter(({ unit }) => unit === 2)).toHaveLength(3);
    expect(health.get('m2')?.status).toMatchObject({ answering: false, polls: 3, failed: 3, skipped: 6 });
    expect(health.get('m2')?.status.lastError).toContain('no answer within');
    const warnings = log.lines.filter(({ level }) => level === 'warn');
    expect(warnings).toMatchObject([{ fields: { meter: 'm2' }, message: 'Meter does not answer' }]);

    putMeter(2);
    now += PROBE;
    for (let tick = 0; tick < 3; tick += 1) await round(['m2']);
    expect(readings.filter(({ meter }) => meter === 'm2')).toHaveLength(3);
    expect(log.lines.at(-1)).toMatchObject({ level: 'info', fields: { meter: 'm2' }, message: 'Meter answers again' });
  });

  it('takes the word of a gateway that a unit is dead, without dropping the connection', async () => {
    putMeter(1);
    server.fault = ({ unit }) => (unit === 2 ? { kind: 'exception', code: 11 } : undefined);
    lineWith([1, 2]);
    for (let tick = 0; tick < 4; tick += 1) await round(['m1', 'm2']);
    expect(readings).toHaveLength(4);
    expect(server.accepted).toBe(1);
    expect(server.requests.filter(({ unit }) => unit === 2)).toHaveLength(3);
    expect(health.get('m2')?.status.lastError).toContain('gateway target device failed to respond');
  });

  it('keeps what could be read when a block is refused, names the block once, and asks for it rarely', async () => {
    server.putFloat(1, 4, 0, 230);
    lineWith([1]);
    for (let tick = 0; tick < 5; tick += 1) await round(['m1']);
    expect(readings).toHaveLength(5);
    expect(readings[0]).toMatchObject({ values: { voltage_l1_n: 230 }, missing: { frequency: 'not readable' } });
    expect(server.requests.filter(({ start }) => start === 70)).toHaveLength(1);
    expect(log.lines.filter(({ level }) => level === 'warn')).toMatchObject([
      { fields: { meter: 'm1', functionCode: 4, register: 70, quantity: 'frequency' } },
    ]);
    server.putFloat(1, 4, 70, 50);
    now += PROBE;
    await round(['m1']);
    expect(readings.at(-1)).toEqual(expect.not.objectContaining({ missing: expect.anything() }));
  });

  it('does not let a block that never answers cost the line a time-out each time', async () => {
    putMeter(1);
    server.fault = ({ start }) => (start === 70 ? { kind: 'silence' } : undefined);
    lineWith([1]);
    for (let tick = 0; tick < 8; tick += 1) await round(['m1']);
    expect(readings).toHaveLength(8);
    expect(server.requests.filter(({ start }) => start === 70)).toHaveLength(3);
  });

  it('asks a meter that refused everything while it started up for the same blocks as before', async () => {
    const model = shippedModels().get('sdm630');
    if (model?.transport !== 'modbus') throw new Error('no sdm630');
    server.put(1, 4, 0, Array<number>(80).fill(0));
    server.putFloat(1, 4, 70, 50);
    server.put(1, 4, 200, Array<number>(46).fill(0));
    lineWith([1], { model });
    const starts = () => server.requests.map(({ start }) => start);
    await round(['m1']);
    const before = starts();
    expect(before).toEqual([0, 200, 60]);

    server.fault = () => ({ kind: 'exception', code: 2 });
    for (let tick = 0; tick < 6; tick += 1) await round(['m1']);
    now += PROBE;
    server.fault = () => undefined;
    server.requests.length = 0;
    for (let tick = 0; tick < 3; tick += 1) await round(['m1']);
    expect(starts()).toEqual([before, before, before].flat());
    expect(readings).toHaveLength(4);
    for (const { missing, values } of readings) {
      expect(missing).toBeUndefined();
      expect(Object.keys(values)).toHaveLength(33);
    }
    expect(log.lines.map(({ message }) => message)).toEqual(['Meter does not answer', 'Meter answers again']);
  });

  it('lets a block rest, whole, that the meter refuses for a while, and tells it once', async () => {
    const beside = { quantity: 'thd_u_l1', functionCode: 4, address: 72, type: 'float32', scale: 1 } as const;
    const model = { ...MODEL, registers: [...MODEL.registers, beside] };
    putMeter(1);
    server.putFloat(1, 4, 72, 3.5);
    lineWith([1], { model });
    await round(['m1']);
    server.fault = ({ start }) => (start >= 70 ? { kind: 'exception', code: 3 } : undefined);
    for (let tick = 0; tick < 8; tick += 1) await round(['m1']);
    now += PROBE;
    await round(['m1']);
    const ofBlock = () => server.requests.filter(({ start }) => start >= 70);
    // Once well, three times refused, and once after the rest.
    expect(ofBlock()).toHaveLength(5);
    expect(log.lines).toMatchObject([
      {
        level: 'warn',
        fields: {
          meter: 'm1',
          functionCode: 4,
          register: 70,
          count: 4,
          reason: expect.stringContaining('exception 3'),
        },
        message: 'Meter does not give a block of registers',
      },
    ]);
    server.fault = () => undefined;
    now += PROBE;
    await round(['m1']);
    expect(readings).toHaveLength(11);
    expect(readings.at(-1)).toMatchObject({ values: { voltage_l1_n: 230, frequency: 50, thd_u_l1: 3.5 } });
    expect(new Set(ofBlock().map(({ start, count }) => `${start}+${count}`))).toEqual(new Set(['70+4']));
  });

  it('skips and counts a poll whose predecessor is not done', async () => {
    putMeter(1);
    server.fault = () => ({ kind: 'late', ms: 50 });
    lineWith([1]);
    line?.poll('m1');
    line?.poll('m1');
    line?.poll('m1');
    await expect.poll(() => readings.length).toBe(1);
    expect(health.get('m1')?.status).toMatchObject({ polls: 1, skipped: 2, failed: 0 });
  });

  it('dials a dead address ever more rarely, tells it once for all meters, and comes back', async () => {
    putMeter(1);
    putMeter(2);
    const { port } = server;
    await server.stop();
    lineWith([1, 2]);
    for (let second = 0; second < 60; second += 1) await round(['m1', 'm2']);
    expect(health.get('m1')?.status).toMatchObject({ answering: false, failed: 60, skipped: 0 });
    // At 0, 1, 3, 7 and 14 or 15 s, then every 8 to 10 s: nine or ten times in a minute.
    expect(dials).toBeGreaterThanOrEqual(9);
    expect(dials).toBeLessThanOrEqual(10);
    expect(log.lines.map(({ level, message }) => [level, message])).toEqual([['warn', 'Line takes no connection']]);

    await server.start(port);
    for (let second = 0; second < 11; second += 1) await round(['m1', 'm2']);
    expect(readings.length).toBeGreaterThan(0);
    expect(server.accepted).toBe(1);
    expect(log.lines.at(-1)).toMatchObject({ level: 'info', message: 'Line takes connections again' });
    expect(health.get('m2')?.status).toMatchObject({ answering: true });
    expect(health.get('m2')?.status).not.toHaveProperty('lastError');
  });

  it('connects again by itself after the other side went away', async () => {
    putMeter(1);
    const { port } = server;
    lineWith([1]);
    await round(['m1']);
    await server.stop();
    await round(['m1']);
    await server.start(port);
    now += PROBE;
    await round(['m1']);
    expect(readings).toHaveLength(2);
  });

  it('leaves a pause between two requests where the line needs one', async () => {
    putMeter(1);
    putMeter(2);
    const asked: number[] = [];
    server.fault = () => {
      asked.push(performance.now());
      return undefined;
    };
    lineWith([1, 2], { pauseBetweenRequests: 40 });
    await round(['m1', 'm2']);
    expect(asked).toHaveLength(4);
    for (const [index, at] of asked.slice(1).entries()) expect(at - (asked[index] ?? 0)).toBeGreaterThan(35);
  });

  it('reads the other blocks on a new connection when bytes came that nobody asked for', async () => {
    putMeter(1);
    server.fault = ({ start }) => (start === 0 ? { kind: 'unasked', ms: 10 } : undefined);
    lineWith([1], { pauseBetweenRequests: 60 });
    await round(['m1']);
    expect(readings).toMatchObject([{ values: { voltage_l1_n: 230, frequency: 50 } }]);
    expect(server.accepted).toBe(2);
    expect(log.lines).toEqual([]);
  });

  it.each<[string, ReadingSink, string]>([
    ['cannot keep a reading yet, which the store tells', () => Promise.reject(new Error('disk full')), 'debug'],
    ['fails', () => expect.fail('disk full'), 'error'],
  ])('logs a sink that %s, and goes on', async (_, onReading, level) => {
    putMeter(1);
    lineWith([1], { onReading });
    await round(['m1']);
    await round(['m1']);
    await expect
      .poll(() => log.lines)
      .toMatchObject([{ level, fields: { meter: 'm1', err: { message: 'disk full' } } }, { level }]);
    expect(health.get('m1')?.status).toMatchObject({ answering: true, failed: 0 });
  });

  it('ends at once, even with a request in flight', async () => {
    putMeter(1);
    server.fault = () => ({ kind: 'silence' });
    lineWith([1]);
    line?.poll('m1');
    await expect.poll(() => server.requests.length).toBe(1);
    const start = performance.now();
    await line?.stop();
    expect(performance.now() - start).toBeLessThan(TIMEOUT / 2);
    line?.poll('m1');
    expect(readings).toEqual([]);
    expect(log.lines).toEqual([]);
    await expect.poll(() => server.openConnections).toBe(0);
  });
});
