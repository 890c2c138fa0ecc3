import { afterEach, beforeEach, expect, it } from 'vitest';
import { called } from '../../../src/meters/modbus/called.ts';
import { ModbusConnection } from '../../../src/meters/modbus/connection.ts';
import { MeterError, ModbusException } from '../../../src/meters/modbus/errors.ts';
import type { RegisterRequest } from '../../../src/meters/modbus/request.ts';
import { TransparentGateway } from '../../servers/transparent-gateway.ts';
import { LONG } from './connection-bench.ts';

/** Long enough for an answer on a busy machine. */
const IN_TIME = 250;
const BLOCK = { unit: 1, functionCode: 3, start: 0, count: 8, cuts: [2, 4] } as const;
const NOT_THERE = 2;

let gateway: TransparentGateway;
let port: number;
let connection: ModbusConnection;

beforeEach(async () => {
  gateway = new TransparentGateway();
  port = await gateway.start();
  connection = connectionTo(LONG);
});

afterEach(async () => {
  connection.close();
  await gateway.stop();
});

function connectionTo(longestDelay: number): ModbusConnection {
  const way = called('127.0.0.1', port, 'rtu');
  return new ModbusConnection({ way, timeout: LONG, connectTimeout: LONG, pauseAfterConnect: 0, longestDelay });
}

/** The exception's code, or why there was none. */
async function polled(request: RegisterRequest = BLOCK, timeout = IN_TIME): Promise<unknown> {
  if (!connection.isOpen) await connection.open();
  try {
    return await connection.ask(request, timeout);
  } catch (error) {
    if (!(error instanceof MeterError)) throw error;
    return error instanceof ModbusException ? error.code : error.message;
  }
}

async function loseOne(): Promise<void> {
  const asked = gateway.requests.length;
  gateway.isLost = () => true;
  expect(await polled(BLOCK, 20)).toBe('no answer within 20 ms');
  await expect.poll(() => gateway.requests.length, { timeout: LONG }).toBe(asked + 1);
  gateway.isLost = () => false;
}

it('a meter that answers only exceptions is heard with the request behind the one whose answer was lost', async () => {
  gateway.exception = () => NOT_THERE;
  await loseOne();
  expect(await polled()).toBe(NOT_THERE);
  expect(await polled()).toBe(NOT_THERE);
  // The same registers by the other function code told the fresh exceptions from a late one, once.
  expect(gateway.requests.map((request) => request.readUInt8(1))).toEqual([3, 4, 3, 3]);
});

it('so is one that gave values before, once an exception may have been taken for a late one', async () => {
  expect(await polled()).toHaveLength(16);
  gateway.exception = () => NOT_THERE;
  await loseOne();
  // The beginning of the block, whose exception is taken for the late one of the block.
  expect(await polled()).toBe(`no answer within ${IN_TIME} ms`);
  expect(await polled()).toBe(NOT_THERE);
  expect(await polled({ ...BLOCK, count: 4, cuts: [2] })).toBe(NOT_THERE);
  expect(gateway.requests.map((request) => request.readUInt8(1))).toEqual([3, 3, 3, 4, 3, 3]);
});

it('where the other function code is never answered it is heard when what was lost is too old to come', async () => {
  const delay = 1_500;
  connection = connectionTo(delay);
  gateway.exception = () => NOT_THERE;
  await loseOne();
  gateway.isLost = (request) => request.readUInt8(1) === 4;
  let requests = 0;
  const isHeard = async () => {
    const outcome = await polled();
    requests = gateway.requests.length;
    return outcome === NOT_THERE;
  };
  await expect.poll(isHeard, { timeout: LONG, interval: 20 }).toBe(true);
  // Once for each of the three times that one of them was forgotten at the most, not once for each poll.
  expect(requests).toBeLessThanOrEqual(8);
  expect(await polled()).toBe(NOT_THERE);
});
