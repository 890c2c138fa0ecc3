import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import pino from 'pino';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import { ModbusConnection } from '../../../src/meters/modbus/connection.ts';
import { Listener } from '../../../src/meters/modbus/listener.ts';
import type { Way } from '../../../src/meters/modbus/way.ts';
import { freePort } from '../../servers/free-port.ts';
import { ModbusServer } from '../../servers/modbus-server.ts';

export const LONG = 15_000;
export const REQUEST = { unit: 1, functionCode: 3, start: 0, count: 1 } as const;

interface Told {
  readonly level: number;
  readonly msg: string;
  readonly registration?: string;
}

export let port: number;
export let listener: Listener;
export let told: Told[];
let now: number;
const calls: Socket[] = [];
const connections: ModbusConnection[] = [];
const modems: ModbusServer[] = [];

beforeEach(async () => {
  port = await freePort();
  told = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void told.push(JSON.parse(line)) });
  now = Date.UTC(2026, 2, 1, 8);
  const clock = { now: () => now };
  listener = new Listener({ host: '127.0.0.1', port, framing: 'rtu', log, clock, patience: 1_000, retryInterval: 20 });
});

afterEach(async () => {
  for (const connection of connections.splice(0)) connection.close();
  for (const modem of modems.splice(0)) await modem.stop();
  for (const call of calls.splice(0)) call.destroy();
  listener.stop();
});

/** A modem with a meter behind it whose only register says `value`, on the phone. */
export async function modemCalls(
  value: number,
  ...says: readonly string[]
): Promise<{ call: Socket; modem: ModbusServer }> {
  const modem = new ModbusServer('rtu');
  modems.push(modem);
  modem.put(1, 3, 0, [value]);
  const call = await callWith(...says);
  modem.serve(call);
  return { call, modem };
}

/** A call in which each text is sent by itself. */
export async function callWith(...says: readonly string[]): Promise<Socket> {
  const call = await vi.waitFor(async () => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return socket;
  }, LONG);
  calls.push(call);
  call.on('error', () => call.destroy());
  for (const text of says) {
    call.write(Buffer.from(text, 'latin1'));
    // So that the next is read by itself as a rule; the tests hold where it is not.
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return call;
}

export function connectionBy(way: Way, connectTimeout = LONG): ModbusConnection {
  const connection = new ModbusConnection({ way, timeout: LONG, connectTimeout, pauseAfterConnect: 0 });
  connections.push(connection);
  return connection;
}

export async function valueBy(connection: ModbusConnection): Promise<number> {
  return (await connection.ask(REQUEST)).readUInt16BE(0);
}

export function isHungUp(call: Socket): Promise<unknown> {
  call.resume();
  return vi.waitFor(() => expect(call.destroyed).toBe(true), LONG);
}

export function warnings(): Told[] {
  return told.filter(({ level }) => level === 40);
}

/** Lets the listener's clock go on by so many milliseconds. */
export function pass(ms: number): void {
  now += ms;
}

/** So many calls wait behind another by now. */
export function areWaiting(count: number): Promise<unknown> {
  const waits = () => told.filter(({ msg }) => msg === 'a call waits while another stands');
  return vi.waitFor(() => expect(waits()).toHaveLength(count), LONG);
}
