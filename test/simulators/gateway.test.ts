import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { type Measurement, measurementOf } from '../../simulators/electricity/measurement.ts';
import { ModbusGateway, type ModbusUnit } from '../../simulators/modbus/gateway.ts';
import { pac4200 } from '../../simulators/modbus/pac4200.ts';
import type { RegisterLayout } from '../../simulators/modbus/registers.ts';
import { sdm630 } from '../../simulators/modbus/sdm630.ts';
import { exceptionOf, modbusClient } from './modbus-client.ts';

/** Transaction 7, unit 1, read two input registers from 0. */
const REQUEST = Buffer.from('000700000006010400000002', 'hex');
/** The same transaction and unit, 4 bytes: 230.25 V. */
const ANSWER = '00070000000701040443664000';

test('several units behind one port, each with its own layout and values', async () => {
  const units = [fixed(sdm630, 230), fixed(pac4200, 5800), fixed(sdm630, 58)];
  const { port } = await running(units);
  const read = async (unit: number) => {
    const client = await modbusClient(port, unit);
    const answer = unit === 2 ? await client.readHoldingRegisters(1, 2) : await client.readInputRegisters(0, 2);
    return answer.buffer.readFloatBE();
  };
  expect(await Promise.all([1, 2, 3].map(read))).toEqual([230, 5800, 58]);
  const nobody = await modbusClient(port, 9);
  expect(await exceptionOf(nobody.readInputRegisters(0, 2))).toBe(11);
});

test('values are computed when asked', async () => {
  const shown = { volts: 230 };
  const { port } = await running([{ layout: sdm630, measure: () => at(shown.volts) }]);
  const client = await modbusClient(port);
  expect((await client.readInputRegisters(0, 2)).buffer.readFloatBE()).toBe(230);
  shown.volts = 184;
  expect((await client.readInputRegisters(0, 2)).buffer.readFloatBE()).toBe(184);
});

test('a silent gateway accepts connections, answers nothing, and answers again later', async () => {
  const state = { silent: true };
  const { port } = await running([fixed(sdm630, 230)], () => state.silent);
  const client = await modbusClient(port, 1, 100);
  await expect(client.readInputRegisters(0, 2)).rejects.toMatchObject({ errno: 'ETIMEDOUT' });
  state.silent = false;
  expect((await client.readInputRegisters(0, 2)).buffer.readFloatBE()).toBe(230);
});

test('a silent unit leaves its neighbours alone', async () => {
  const { port } = await running([{ ...fixed(sdm630, 230), isSilent: () => true }, fixed(sdm630, 231)]);
  const silent = await modbusClient(port, 1, 100);
  await expect(silent.readInputRegisters(0, 2)).rejects.toMatchObject({ errno: 'ETIMEDOUT' });
  const neighbour = await modbusClient(port, 2);
  expect((await neighbour.readInputRegisters(0, 2)).buffer.readFloatBE()).toBe(231);
});

test('requests may come byte by byte, or two in one piece', async () => {
  const socket = await rawClient([fixed(sdm630, 230.25)]);
  for (const byte of REQUEST) {
    socket.write(Buffer.of(byte));
    await new Promise(setImmediate);
  }
  expect(await received(socket, 13)).toBe(ANSWER);
  socket.write(Buffer.concat([REQUEST, REQUEST]));
  expect(await received(socket, 26)).toBe(ANSWER + ANSWER);
});

test('no function code but reading exists', async () => {
  const socket = await rawClient([fixed(sdm630, 230)]);
  socket.write(Buffer.from('000800000006010600000001', 'hex'));
  expect(await received(socket, 9)).toBe('000800000003018601');
});

test.each([
  ['a protocol id other than 0', '000700010006010400000002'],
  ['a length of 0', '000700000000010400000002'],
  ['a length beyond a Modbus frame', '000700000fff010400000002'],
])('%s ends the connection', async (_what, hex) => {
  const socket = await rawClient([fixed(sdm630, 230)]);
  socket.write(Buffer.from(hex, 'hex'));
  await once(socket, 'close');
});

test('stop ends open connections and frees the port', async () => {
  const gateway = await running([fixed(sdm630, 230)]);
  const { port } = gateway;
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  await Promise.all([once(socket, 'close'), gateway.stop()]);
  await expect(once(connect(port, '127.0.0.1'), 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

function at(volts: number): Measurement {
  return measurementOf({ phaseVolts: [volts, volts, volts], amps: [1, 1, 1] });
}

function fixed(layout: RegisterLayout, volts: number): ModbusUnit {
  return { layout, measure: () => at(volts) };
}

async function running(units: readonly ModbusUnit[], isSilent = () => false): Promise<ModbusGateway> {
  const gateway = new ModbusGateway({ units: new Map(units.map((unit, index) => [index + 1, unit])), isSilent });
  await gateway.start();
  onTestFinished(() => gateway.stop());
  return gateway;
}

async function rawClient(units: readonly ModbusUnit[]): Promise<Socket> {
  const { port } = await running(units);
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

async function received(socket: Socket, bytes: number): Promise<string> {
  let all = Buffer.alloc(0);
  while (all.length < bytes) {
    const [chunk] = await once(socket, 'data');
    all = Buffer.concat([all, chunk]);
  }
  return all.toString('hex');
}
