import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { called } from '../../../src/meters/modbus/called.ts';
import { ModbusConnection } from '../../../src/meters/modbus/connection.ts';
import { NoAnswer } from '../../../src/meters/modbus/errors.ts';
import { planReads } from '../../../src/meters/modbus/read-plan.ts';
import type { Request } from '../../../src/meters/modbus/request.ts';
import { readThoroughly } from '../../../src/meters/modbus/thorough-reading.ts';
import { searchVoltages } from '../../../src/meters/modbus/voltage-search.ts';
import type { ModbusModel } from '../../../src/meters/model.ts';
import { TransparentGateway } from '../../servers/transparent-gateway.ts';
import { LONG } from './connection-bench.ts';
import { MODEL } from './line-bench.ts';
import { limits, register } from './registers.ts';

const REGISTERS = [
  register(0, { quantity: 'voltage_l1_n' }),
  register(2, { quantity: 'voltage_l2_n' }),
  register(4, { quantity: 'voltage_l3_n' }),
];

let gateway: TransparentGateway;
let connection: ModbusConnection;

beforeEach(async () => {
  gateway = new TransparentGateway();
  const way = called('127.0.0.1', await gateway.start(), 'rtu');
  connection = new ModbusConnection({ way, timeout: LONG, connectTimeout: LONG, pauseAfterConnect: 0 });
  // A meter that has answered with values before is not suspected to know nothing but exceptions.
  await connection.open();
  await connection.ask({ unit: 1, functionCode: 3, start: 90, count: 1 });
  gateway.requests.length = 0;
});

afterEach(async () => {
  connection.close();
  await gateway.stop();
});

/** Asks again once, as a probe with one retry does; the first answer of all comes too late. */
async function ask(request: Request): Promise<Buffer> {
  const isFirst = gateway.requests.length === 0;
  gateway.latency = () => (isFirst && gateway.requests.length === 1 ? 200 : 0);
  try {
    await connection.open();
    return await connection.ask(request, isFirst ? 20 : LONG);
  } catch (error) {
    if (!(error instanceof NoAnswer) || !isFirst) throw error;
    await connection.open();
    return connection.ask(request, LONG);
  }
}

const asked = () =>
  gateway.requests.map((request) => [request.readUInt8(1), request.readUInt16BE(2), request.readUInt16BE(4)]);

describe('a reading by hand over serial frames', () => {
  it('says where its requests may be cut, so that behind a late answer it stays with its registers', async () => {
    const [outcome] = await readThoroughly(1, planReads(REGISTERS, limits()), ask);
    expect(outcome?.bytes).toHaveLength(12);
    // The block, its first value by which the late answer is told apart, and the block again.
    expect(asked()).toEqual([
      [3, 0, 6],
      [3, 0, 2],
      [3, 0, 6],
    ]);
  });

  it('of the voltages alone does so too', async () => {
    const model: ModbusModel = { ...MODEL, ...limits(), registers: REGISTERS };
    await searchVoltages({ unit: 1, model, rating: { ctRatio: 1, ptRatio: 1 }, ask });
    expect(asked().slice(0, 3)).toEqual([
      [3, 0, 6],
      [3, 0, 2],
      [3, 0, 6],
    ]);
  });
});
