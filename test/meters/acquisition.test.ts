import { connect } from 'node:net';
import { connectAsync } from 'mqtt';
import { describe, expect, it, onTestFinished } from 'vitest';
import { mqttOptions } from '../../src/meters/options.ts';
import { freePort } from '../servers/free-port.ts';
import { ModbusServer } from '../servers/modbus-server.ts';
import { Mosquitto } from '../servers/mosquitto.ts';
import { describeWith } from '../servers/require-server.ts';
import { bench, SOON, useAcquisition } from './acquisition-bench.ts';
import type { MeterSpec } from './fixtures.ts';

describe('acquisition', () => {
  useAcquisition();

  it('sends nothing but reads: only function codes 3 and 4 are ever seen on the wire', async () => {
    bench.fill(1, 4, 0, 80, { 0: 230 });
    bench.server.fault = ({ unit, start }) => {
      if (unit === 2) return { kind: 'exception', code: 1 };
      return start === 200 ? { kind: 'garbage' } : undefined;
    };
    bench.acquire([
      { id: 'sdm', model: 'sdm630', connection: bench.onModbus(1), pollInterval: 200 },
      { id: 'pm', model: 'pm5xxx', connection: bench.onModbus(2), pollInterval: 200 },
    ]);
    await expect.poll(() => bench.server.requests.length, SOON).toBeGreaterThan(15);
    expect(new Set(bench.server.requests.map(({ functionCode }) => functionCode))).toEqual(new Set([3, 4]));
  });

  it('polls the meters behind modems that call, with one listener for all of them', async () => {
    const gateway = new ModbusServer('rtu');
    for (const unit of [1, 2]) gateway.put(unit, 4, 0, Array<number>(400).fill(0));
    const port = await freePort();
    const caller = (registration: string) =>
      ({ kind: 'rtu-listen', host: '127.0.0.1', port, unit: 1, registration }) as const;
    bench.acquire([
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
      .poll(() => [...new Set(bench.readings.map(({ meter }) => meter))].sort(), SOON)
      .toEqual(['a', 'a2', 'b']);
    await bench.acquisition?.stop();
    await expect.poll(() => gateway.openConnections, SOON).toBe(0);
  });

  it('ends at once whatever its meters do, and reads nothing afterwards', async () => {
    bench.server.fault = () => ({ kind: 'silence' });
    const dead = { id: 'main', url: 'mqtt://127.0.0.1:1', client_id: 'x' };
    const meters = bench.acquire(
      [
        { id: 'm', model: 'sdm630', connection: bench.onModbus(1), pollInterval: 100 },
        { id: 'q', model: 'plain-json', connection: { kind: 'mqtt', broker: 'main', topic: 't' } },
      ],
      { mqtt: mqttOptions.parse({ brokers: [dead] }), timeout: '1m' },
    );
    await expect.poll(() => bench.server.requests.length, SOON).toBeGreaterThan(0);
    const start = performance.now();
    await meters.stop();
    expect(performance.now() - start).toBeLessThan(10_000);
    const seen = bench.server.requests.length;
    await expect.poll(() => bench.server.openConnections, SOON).toBe(0);
    expect(bench.server.requests).toHaveLength(seen);
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
    expect(() => bench.acquire([spec])).toThrow(message);
  });
});

describeWith('mosquitto', 'acquisition with a broker', (path) => {
  useAcquisition();

  it('listens and polls at the same time', async () => {
    const broker = new Mosquitto(path);
    onTestFinished(() => broker.remove());
    await broker.start();
    bench.fill(1, 4, 0, 80, { 0: 230 });
    bench.fill(1, 4, 200, 246, {});
    bench.acquire(
      [
        { id: 'm', model: 'sdm630', connection: bench.onModbus(1), pollInterval: 200 },
        { id: 'q', model: 'plain-json', connection: { kind: 'mqtt', broker: 'main', topic: 'site/q' } },
      ],
      { mqtt: mqttOptions.parse({ brokers: [{ id: 'main', url: broker.url }] }) },
    );
    const publisher = await connectAsync(broker.url);
    onTestFinished(() => publisher.endAsync());
    await expect
      .poll(async () => {
        await publisher.publishAsync('site/q', '{"voltage_l1_n": 231}', { qos: 1 });
        return [...new Set(bench.readings.map(({ meter }) => meter))].sort();
      }, SOON)
      .toEqual(['m', 'q']);
    expect(bench.readings.find(({ meter }) => meter === 'q')).toMatchObject({
      timeSource: 'arrival',
      values: { voltage_l1_n: 231 },
    });
  });
});
