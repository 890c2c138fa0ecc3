import { describe, expect, it } from 'vitest';
import { measurementOf } from '../../simulators/electricity/measurement.ts';
import { pac4200 } from '../../simulators/modbus/pac4200.ts';
import { pm5xxx } from '../../simulators/modbus/pm5xxx.ts';
import { sdm630 } from '../../simulators/modbus/sdm630.ts';
import { Scan, type ScanConnection, type ScanParts } from '../../src/meters/scan.ts';
import { shippedModels } from './fixtures.ts';
import { gatewayPort, LOADED, serverFor } from './probe-bench.ts';

const MODELS = [...shippedModels().values()].filter((model) => model.transport === 'modbus');

function scanOf(port: number, units: readonly number[], more: Partial<ScanParts> = {}) {
  const connection: ScanConnection = { kind: 'modbus-tcp', host: '127.0.0.1', port, unit: 1 };
  const stopping = new AbortController().signal;
  const parts = {
    connection,
    units,
    models: MODELS,
    timeout: 500,
    connectTimeout: 2_000,
    stopping,
    tell: () => undefined,
  };
  return new Scan({ ...parts, ...more }).run();
}

const TEN = Array.from({ length: 10 }, (_, index) => index + 1);

describe('a scan', () => {
  it('finds three meters behind one gateway and tells them apart', async () => {
    const mediumVoltage = measurementOf({ phaseVolts: [5_800, 5_790, 5_812], amps: [41, 40, 43], lag: 0.3 });
    const port = await gatewayPort({ 2: [sdm630, LOADED], 5: [pac4200, mediumVoltage], 9: [pm5xxx, LOADED] });

    const { isOneDevice, units } = await scanOf(port, TEN);

    expect(units.map(({ guesses, unit }) => [unit, guesses[0]?.model.id])).toEqual([
      [2, 'sdm630'],
      [5, 'pac4200'],
      [9, 'pm5xxx'],
    ]);
    expect(isOneDevice).toBe(false);
    for (const { guesses } of units) {
      expect(guesses[0]?.likelihood).toBeGreaterThan(0.95);
      expect(guesses[1]?.likelihood ?? 0).toBeLessThan(guesses[0]?.likelihood ?? 0);
    }
    expect(units[0]?.guesses[0]?.why.join()).toMatch(/50\.02 Hz.*U L-L\/U L-N = 1\.7[23]/);
  });

  it('holds kilowatts against volts and amperes: a PM8000 gives watts where a PM5000 gives kilowatts', async () => {
    const port = await gatewayPort({ 1: [pm5xxx, LOADED] });

    const { units } = await scanOf(port, [1]);

    const likelihoods = new Map(units[0]?.guesses.map(({ likelihood, model }) => [model.id, likelihood]));
    expect(likelihoods.get('pm8000') ?? 0).toBeLessThan(0.8 * (likelihoods.get('pm5xxx') ?? 0));
  });

  it('guesses nothing where nothing makes sense', async () => {
    const server = await serverFor();
    for (const code of [3, 4]) server.put(1, code, 0, Array(400).fill(0x1234));

    expect((await scanOf(server.port, [1])).units).toMatchObject([{ unit: 1, guesses: [] }]);
  });

  it('asks a silent unit once, and goes on', async () => {
    const server = await serverFor();
    server.put(3, 3, 0, [1, 2]);

    const { units } = await scanOf(server.port, [1, 2, 3]);

    expect(units.map(({ unit }) => unit)).toEqual([3]);
    expect(server.requests.filter(({ unit }) => unit < 3).map(({ unit }) => unit)).toEqual([1, 2]);
  });

  it('takes a refusal for a unit, and the word of a gateway for none', async () => {
    const server = await serverFor();
    server.fault = ({ unit }) => ({ kind: 'exception', code: unit === 4 ? 2 : unit === 5 ? 10 : 11 });

    expect((await scanOf(server.port, [3, 4, 5, 6])).units.map(({ unit }) => unit)).toEqual([4]);
  });

  it('goes over to RTU frames where Modbus TCP is not answered', async () => {
    const server = await serverFor('rtu');
    server.put(2, 3, 0, [1, 2]);

    const { connection, units } = await scanOf(server.port, [1, 2]);

    expect(connection.kind).toBe('rtu-over-tcp');
    expect(units.map(({ unit }) => unit)).toEqual([2]);
  });

  it('finds a unit that is silent upon function code 3', async () => {
    const server = await serverFor();
    server.put(2, 4, 0, [1, 2]);
    server.fault = ({ functionCode }) => (functionCode === 3 ? { kind: 'silence' } : undefined);

    expect((await scanOf(server.port, [1, 2])).units.map(({ unit }) => unit)).toEqual([2]);
  });

  it('knows one device that answers to every number from a full bus', async () => {
    const one = await gatewayPort(Object.fromEntries(TEN.map((unit) => [unit, [sdm630, LOADED]] as const)));
    const full = await gatewayPort(
      Object.fromEntries(
        TEN.map((unit) => [
          unit,
          [sdm630, measurementOf({ phaseVolts: [230, 230, 230], amps: [unit, unit, unit], lag: 0.3 })] as const,
        ]),
      ),
    );

    expect(await scanOf(one, TEN)).toMatchObject({ isOneDevice: true, units: [{ unit: 1 }] });
    const { isOneDevice, units } = await scanOf(full, TEN);
    expect(isOneDevice).toBe(false);
    expect(units).toHaveLength(10);
  });

  it('believes a device that says what it is', async () => {
    const server = await serverFor();
    server.identify(1, ['Siemens AG', 'PAC3200', 'V1.0']);
    const floats: readonly (readonly [number, number])[] = [
      [1, 230],
      [3, 231],
      [5, 229],
      [7, 399],
      [9, 399],
      [11, 398],
      [55, 50],
    ];
    server.put(1, 3, 1, Array(72).fill(0));
    for (const [address, value] of floats) server.putFloat(1, 3, address, value);

    const [unit] = (await scanOf(server.port, [1])).units;

    expect(unit?.identity).toMatchObject({ productCode: 'PAC3200' });
    expect(unit?.guesses[0]?.model.id).toBe('pac3200');
    expect(unit?.guesses[0]?.why[0]).toBe('it says it is Siemens AG PAC3200 V1.0');
  });

  it('sees the mark that Socomec puts into its registers', async () => {
    const server = await serverFor();
    server.put(5, 3, 0xc350, [0x0053, 0x004f, 0x0043, 0x004f]);

    expect((await scanOf(server.port, [5])).units[0]?.mark?.words).toBe('Socomec');
  });

  it('says why it could not begin', async () => {
    const server = await serverFor();
    const { port } = server;
    await server.stop();

    expect((await scanOf(port, [1])).failure?.message).toContain('ECONNREFUSED');
  });

  it('gives what it has found when it is stopped', async () => {
    const server = await serverFor();
    for (const unit of [1, 2]) server.put(unit, 3, 0, [1, 2]);
    const controller = new AbortController();
    server.fault = ({ unit }) => {
      if (unit === 3) controller.abort();
      return unit === 3 ? { kind: 'silence' } : undefined;
    };
    const begin = performance.now();

    const result = await scanOf(server.port, [1, 2, 3, 4], { timeout: 60_000, stopping: controller.signal }).catch(
      String,
    );

    expect(result).toMatchObject({ isStopped: true, units: [{ unit: 1, isExamined: false }, { unit: 2 }] });
    expect(performance.now() - begin).toBeLessThan(15_000);
    expect(server.requests.some(({ unit }) => unit === 4)).toBe(false);
  });
});
