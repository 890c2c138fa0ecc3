import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { adviceOn, areVoltagesPlausible, MeterError } from '../../src/meters/probe.ts';
import { freePort } from '../servers/free-port.ts';
import { type Fault, ModbusServer } from '../servers/modbus-server.ts';
import { shippedModels } from './fixtures.ts';
import { MODEL, register } from './modbus/line-bench.ts';
import { modbusModel, probeFor, serverFor, tcp } from './probe-bench.ts';

/** 230.2 V, as Eastron's protocol document has it. */
const VOLTS_230_2 = [0x4366, 0x3333];

const sdm630 = modbusModel(shippedModels().get('sdm630'));

describe('a probe of a Modbus meter', () => {
  it('gives the words of each register as they came, at their address on the wire', async () => {
    const server = await serverFor();
    server.put(1, 4, 0, VOLTS_230_2);
    server.put(1, 4, 70, [0x4248, 0x0000]);

    const { reading, registers } = await probeFor({ model: MODEL, connection: tcp(server.port) }).read();

    expect(registers).toEqual([
      { quantity: 'frequency', functionCode: 4, address: 70, words: [0x4248, 0x0000] },
      { quantity: 'voltage_l1_n', functionCode: 4, address: 0, words: VOLTS_230_2 },
    ]);
    expect(reading.values.voltage_l1_n).toBeCloseTo(230.2, 4);
    expect(reading.values.frequency).toBe(50);
  });

  it('asks for a refused block in parts at once, and names the register that is not there', async () => {
    const server = await serverFor();
    const words = Array.from({ length: 6 }, () => VOLTS_230_2).flat();
    server.put(1, 4, 0, words.slice(0, 4));
    server.put(1, 4, 6, words.slice(0, 4));
    const model = {
      ...MODEL,
      registers: [
        register('voltage_l1_n', 0),
        register('voltage_l2_n', 2),
        register('voltage_l3_n', 4),
        register('current_l1', 6),
        register('current_l2', 8),
      ],
    };
    const probe = probeFor({ model, connection: tcp(server.port) });

    const { reading, registers } = await probe.read();

    expect(Object.keys(reading.values)).toEqual(
      expect.arrayContaining(['voltage_l1_n', 'voltage_l2_n', 'current_l1', 'current_l2']),
    );
    expect(reading.missing).toEqual({ voltage_l3_n: 'not readable' });
    const missing = registers.find(({ quantity }) => quantity === 'voltage_l3_n');
    expect(missing).toMatchObject({ address: 4, words: undefined, cause: 'Modbus exception 2: illegal data address' });
    server.requests.length = 0;
    await probe.read();
    const asked = server.requests.flatMap(({ start, count }) => [start, start + count]);
    expect(asked.some((address) => address === 5)).toBe(false);
    expect(server.requests.every(({ start, count }) => start + count <= 4 || start >= 6)).toBe(true);
  });

  it('goes on when the meter is silent upon one block only', async () => {
    const server = await serverFor();
    server.put(1, 4, 0, VOLTS_230_2);
    server.fault = ({ start }) => (start === 70 ? { kind: 'silence' } : undefined);

    const { reading, registers } = await probeFor({ model: MODEL, connection: tcp(server.port) }).read();

    expect(reading.values.voltage_l1_n).toBeCloseTo(230.2, 4);
    expect(registers[0]).toMatchObject({ quantity: 'frequency', cause: 'no answer within 1000 ms' });
  });

  it.each([
    [
      'and says how to get the values that are missing',
      Number.POSITIVE_INFINITY,
      [expect.stringMatching(/closes.*pause_between_requests/)],
    ],
    ['and says nothing of it where no value is missing', 1, []],
  ])('meets a device that hangs up over the request behind an answer, %s', async (_, times, notes) => {
    const server = await serverFor();
    server.put(1, 4, 0, VOLTS_230_2);
    server.put(1, 4, 70, [0x4248, 0x0000]);
    let left = times;
    server.fault = ({ start }) => (start === 70 && left-- > 0 ? { kind: 'end' } : undefined);

    const probed = await probeFor({ model: MODEL, connection: tcp(server.port) }).read();

    expect(probed.reading.values.voltage_l1_n).toBeCloseTo(230.2, 4);
    expect(probed.notes).toEqual(notes);
  });

  it('reads slow registers at the first time, and only when they are due after that', async () => {
    const server = await serverFor();
    server.put(1, 4, 0, VOLTS_230_2);
    server.putFloat(1, 4, 70, 5);
    const registers = [
      register('voltage_l1_n', 0),
      register('energy_active_import', 70, { isSlow: true, scale: 1_000 }),
    ];
    const probe = probeFor({ model: { ...MODEL, registers }, connection: tcp(server.port) });

    expect((await probe.read()).reading.values.energy_active_import).toBe(5_000);
    expect((await probe.read()).reading.values).not.toHaveProperty('energy_active_import');
    expect(server.requests.map(({ start }) => start)).toEqual([0, 70, 0]);
  });

  it('makes values primary by the ratios in the meter, and says so', async () => {
    const server = await serverFor();
    server.putFloat(1, 4, 0, 2.5);
    server.put(1, 4, 100, [60]);
    const ct = { functionCode: 4, address: 100, type: 'uint16', order: 'ABCD', scale: 1 } as const;
    const model = { ...MODEL, registers: [register('current_l1', 0)], ratios: { ct } };

    const { rating, reading } = await probeFor({ model, connection: tcp(server.port) }).read();

    expect(reading.values.current_l1).toBe(150);
    expect(rating).toEqual({ ctRatio: 60, ptRatio: 1 });
  });

  it('gives the values of a meter whose ratio is unusable, with a note that the daemon will not', async () => {
    const server = await serverFor();
    server.putFloat(1, 4, 0, 2.5);
    server.put(1, 4, 100, [0]);
    const ct = { functionCode: 4, address: 100, type: 'uint16', order: 'ABCD', scale: 1 } as const;
    const model = { ...MODEL, registers: [register('current_l1', 0)], ratios: { ct } };

    const { notes, reading } = await probeFor({ model, connection: tcp(server.port) }).read();

    expect(reading.values.current_l1).toBe(2.5);
    expect(notes.join()).toMatch(/ct ratio is 0: the daemon makes no readings/);
  });

  it('counts SunSpec addresses from where the device has its model', async () => {
    const server = await serverFor();
    const model = modbusModel(shippedModels().get('sunspec-float'));
    server.put(1, 3, 40_000, [0x5375, 0x6e53]);
    server.put(1, 3, 40_002, [213, 124]);
    const volts = model.registers.find(({ quantity }) => quantity === 'voltage_l1_n');
    server.put(1, 3, 40_002 + (volts?.address ?? 0), VOLTS_230_2);

    const { reading, registers } = await probeFor({ model, connection: tcp(server.port) }).read();

    expect(reading.values.voltage_l1_n).toBeCloseTo(230.2, 4);
    const row = registers.find(({ quantity }) => quantity === 'voltage_l1_n');
    expect(row).toMatchObject({ address: 40_002 + (volts?.address ?? 0), words: VOLTS_230_2 });
  });

  it('says what the device says it is, in as many answers as it takes', async () => {
    const server = await serverFor();
    server.put(1, 4, 0, VOLTS_230_2);
    server.identify(1, ['Maker', 'TYPE 7', 'V2.1']);
    const probe = probeFor({ model: MODEL, connection: tcp(server.port) });

    expect(await probe.identify?.()).toEqual({ vendor: 'Maker', productCode: 'TYPE 7', revision: 'V2.1' });
  });

  it('says nothing of a device that does not say what it is', async () => {
    const server = await serverFor();
    server.put(1, 4, 0, VOLTS_230_2);

    expect(await probeFor({ model: MODEL, connection: tcp(server.port) }).identify?.()).toBeUndefined();
  });

  it('finds that RTU frames are answered where Modbus TCP is not, and the other way round', async () => {
    const rtu = await serverFor('rtu');
    const modbusTcp = await serverFor('tcp');
    for (const server of [rtu, modbusTcp]) server.put(1, 4, 0, VOLTS_230_2);

    const wrong = probeFor({ model: MODEL, connection: tcp(rtu.port) });
    await expect(wrong.read()).rejects.toThrow(MeterError);
    expect(await wrong.otherProtocol?.()).toMatchObject({ kind: 'rtu-over-tcp', port: rtu.port });

    const over = { kind: 'rtu-over-tcp', host: '127.0.0.1', port: modbusTcp.port, unit: 1 } as const;
    const other = probeFor({ model: MODEL, connection: over });
    await expect(other.read()).rejects.toThrow(MeterError);
    expect(await other.otherProtocol?.()).toMatchObject({ kind: 'modbus-tcp', port: modbusTcp.port });
  });

  it('finds no other protocol where nobody answers in any', async () => {
    const server = await serverFor();

    const probe = probeFor({ model: MODEL, connection: tcp(server.port) });

    await expect(probe.read()).rejects.toThrow('no answer within 1000 ms');
    expect(await probe.otherProtocol?.()).toBeUndefined();
  });

  it.each([
    { what: 'one register down', at: -1, functionCode: 4, words: VOLTS_230_2, found: { shift: -1, order: 'ABCD' } },
    { what: 'one register up', at: 1, functionCode: 4, words: VOLTS_230_2, found: { shift: 1, order: 'ABCD' } },
    { what: 'words exchanged', at: 0, functionCode: 4, words: [0x3333, 0x4366], found: { shift: 0, order: 'CDAB' } },
    { what: 'the other code', at: 0, functionCode: 3, words: VOLTS_230_2, found: { shift: 0, order: 'ABCD' } },
  ] as const)('finds voltages that make sense otherwise: $what', async ({ at, functionCode, words, found }) => {
    const server = await serverFor();
    server.put(1, functionCode, 10, Array(20).fill(0));
    for (const phase of [0, 1, 2]) server.put(1, functionCode, 16 + at + 2 * phase, words);
    const volts = (['voltage_l1_n', 'voltage_l2_n', 'voltage_l3_n'] as const).map((quantity, phase) =>
      register(quantity, 16 + 2 * phase),
    );

    const probe = probeFor({ model: { ...MODEL, registers: volts }, connection: tcp(server.port) });

    const findings = (await probe.findVoltages?.(0.38)) ?? [];
    const finding = findings.find(({ order, shift }) => order === found.order && shift === found.shift);
    expect(finding).toMatchObject({ functionCode });
    expect(finding?.values.voltage_l3_n).toBeCloseTo(230.2, 4);
  });

  it('finds nothing where the voltages are simply gone', async () => {
    const server = await serverFor();
    server.put(1, 4, 0, Array(40).fill(0));

    expect(await probeFor({ model: MODEL, connection: tcp(server.port) }).findVoltages?.(0.38)).toEqual([]);
  });

  it('answers the call of a modem', async () => {
    const port = await freePort();
    const connection = { kind: 'rtu-listen', host: '127.0.0.1', port, registration: 'DTU7', unit: 1 } as const;
    const probe = probeFor({ model: MODEL, connection, wait: 10_000 });
    const server = new ModbusServer('rtu');
    server.put(1, 4, 0, VOLTS_230_2);
    onTestFinished(() => server.stop());

    const reading = probe.read();
    const modem = await vi.waitFor(() => dial(port), { timeout: 15_000, interval: 20 });
    onTestFinished(() => void modem.destroy());
    modem.write('DTU7');
    server.serve(modem);

    expect((await reading).reading.values.voltage_l1_n).toBeCloseTo(230.2, 4);
  });

  it('says that somebody holds the port on which a modem would call', async () => {
    const holder = await serverFor();
    const connection = { kind: 'rtu-listen', host: '127.0.0.1', port: holder.port, unit: 1 } as const;

    const error = await probeFor({ model: MODEL, connection })
      .read()
      .catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(MeterError);
    expect(adviceOn(error, connection).join()).toContain('a running daemon holds the lines of modems');
  });

  it('advises on what went wrong', async () => {
    const server = await serverFor();
    server.put(1, 4, 0, VOLTS_230_2);
    const connection = tcp(server.port);
    const adviceUpon = async (fault: Fault) => {
      server.fault = faultOf(fault);
      const error = await probeFor({ model: sdm630, connection })
        .read()
        .catch((thrown: unknown) => thrown);
      return adviceOn(error, connection).join();
    };
    expect(await adviceUpon({ kind: 'reset' })).toMatch(/one client at a time/);
    expect(await adviceUpon({ kind: 'end' })).toMatch(/one client at a time/);
    expect(await adviceUpon({ kind: 'exception', code: 1 })).toMatch(/function code/);
    expect(await adviceUpon({ kind: 'exception', code: 2 })).toMatch(/does not have these registers/);
    expect(await adviceUpon({ kind: 'exception', code: 10 })).toMatch(/no way to this unit/);
    expect(await adviceUpon({ kind: 'exception', code: 11 })).toMatch(/the meter behind it does not/);
    expect(await adviceUpon({ kind: 'silence' })).toMatch(/check the unit number/);
    await server.stop();
    expect(await adviceUpon({ kind: 'silence' })).toMatch(/Nothing takes connections at this address/);
  });
});

describe('plausible voltages', () => {
  it('are half to one and a half of nominal, phase and line each of its own', () => {
    expect(areVoltagesPlausible({ voltage_l1_n: 111 }, 0.38)).toBe(true);
    expect(areVoltagesPlausible({ voltage_l1_n: 109 }, 0.38)).toBe(false);
    expect(areVoltagesPlausible({ voltage_l1_l2: 14_900 }, 10)).toBe(true);
    expect(areVoltagesPlausible({ voltage_l1_l2: 15_100 }, 10)).toBe(false);
    // One phase that is lost makes no wrong address.
    expect(areVoltagesPlausible({ voltage_l1_n: 0, voltage_l2_n: 220 }, 0.38)).toBe(true);
    expect(areVoltagesPlausible({ current_l1: 5 }, 0.38)).toBeUndefined();
  });
});

function faultOf(fault: Fault): () => Fault {
  return () => fault;
}

/** A connection to who listens there for longer than to see whether the port is free. */
async function dial(port: number): Promise<Socket> {
  const first = connect({ port, host: '127.0.0.1' });
  await once(first, 'connect');
  first.end();
  await once(first, 'close');
  const socket = connect({ port, host: '127.0.0.1' });
  await once(socket, 'connect');
  return socket;
}
