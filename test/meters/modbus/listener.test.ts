import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ModbusConnection } from '../../../src/meters/modbus/connection.ts';
import { NoAnswer, Unreachable } from '../../../src/meters/modbus/errors.ts';
import { Listener } from '../../../src/meters/modbus/listener.ts';
import type { Way } from '../../../src/meters/modbus/way.ts';
import { freePort } from '../../servers/free-port.ts';
import { ModbusServer } from '../../servers/modbus-server.ts';

const LONG = 15_000;
const REQUEST = { unit: 1, functionCode: 3, start: 0, count: 1 } as const;

interface Told {
  readonly level: number;
  readonly msg: string;
  readonly registration?: string;
}

let port: number;
let listener: Listener;
let told: Told[];
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
async function modemCalls(value: number, ...says: readonly string[]): Promise<{ call: Socket; modem: ModbusServer }> {
  const modem = new ModbusServer('rtu');
  modems.push(modem);
  modem.put(1, 3, 0, [value]);
  const call = await callWith(...says);
  modem.serve(call);
  return { call, modem };
}

/** A call in which each text is sent by itself. */
async function callWith(...says: readonly string[]): Promise<Socket> {
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

function connectionBy(way: Way, connectTimeout = LONG): ModbusConnection {
  const connection = new ModbusConnection({ way, timeout: LONG, connectTimeout, pauseAfterConnect: 0 });
  connections.push(connection);
  return connection;
}

async function valueBy(connection: ModbusConnection): Promise<number> {
  return (await connection.ask(REQUEST)).readUInt16BE(0);
}

function isHungUp(call: Socket): Promise<unknown> {
  call.resume();
  return vi.waitFor(() => expect(call.destroyed).toBe(true), LONG);
}

function warnings(): Told[] {
  return told.filter(({ level }) => level === 40);
}

describe('a line without a registration', () => {
  it('is its caller, whether it calls before or after it is wanted', async () => {
    const connection = connectionBy(listener.way());
    listener.start();
    const opening = connection.open();
    const { call } = await modemCalls(7);
    await opening;
    expect(await valueBy(connection)).toBe(7);
    connection.close();
    await isHungUp(call);
    await modemCalls(8);
    await connection.open();
    expect(await valueBy(connection)).toBe(8);
  });

  it('is its newest caller: the call before is hung up, with the request that was in flight', async () => {
    const connection = connectionBy(listener.way());
    listener.start();
    const { modem } = await modemCalls(7);
    modem.fault = () => ({ kind: 'silence' });
    await connection.open();
    const refused = expect(connection.ask({ ...REQUEST, count: 2 })).rejects.toBeInstanceOf(NoAnswer);
    await modemCalls(8);
    await refused;
    await connection.open();
    expect(await valueBy(connection)).toBe(8);
  });

  it('is unreachable until somebody calls, and its callers that are gone do not count', async () => {
    const connection = connectionBy(listener.way(), 200);
    listener.start();
    const { call } = await modemCalls(7);
    call.destroy();
    const nobody = `rtu-listen://127.0.0.1:${port}: no connection within 200 ms`;
    // It may still take the call whose end has not arrived.
    await vi.waitFor(() => expect(connection.open()).rejects.toThrow(nobody), LONG);
    await expect(connection.open()).rejects.toBeInstanceOf(Unreachable);
  });
});

describe('lines with registrations', () => {
  it('are told apart by them, also where one begins like the other', async () => {
    const [one, ten, bytes] = ['DTU1', 'DTU10', 'hex:00FF'].map((text) => connectionBy(listener.way(text)));
    listener.start();
    await modemCalls(10, 'DTU1', '0');
    await modemCalls(1, 'DTU1');
    await modemCalls(255, '\x00\xff');
    const values: (number | undefined)[] = [];
    for (const connection of [one, ten, bytes]) {
      await connection?.open();
      values.push(connection && (await valueBy(connection)));
    }
    expect(values).toEqual([1, 10, 255]);
    expect(warnings()).toEqual([]);
  });

  it.each([
    ['in pieces', ['D', 'T', 'U', '1']],
    ['with a heartbeat behind it', ['DTU1PING']],
    ['with a heartbeat behind it, in pieces', ['DT', 'U1PI', 'NG', 'PING']],
    ['behind a heartbeat', ['PINGDTU1']],
    ['behind a heartbeat in pieces', ['PI', 'NGDT', 'U1']],
  ])('are known by a registration that comes %s', async (_, says) => {
    const connection = connectionBy(listener.way('DTU1', 'PING'));
    listener.start();
    const opening = connection.open();
    const { call } = await modemCalls(7, ...says);
    await opening;
    call.write('PI');
    call.write('NG');
    expect(await valueBy(connection)).toBe(7);
    expect(warnings()).toEqual([]);
  });

  it('remove the heartbeat in front of an answer', async () => {
    const connection = connectionBy(listener.way('DTU1', 'hex:AA55'));
    listener.start();
    const { modem } = await modemCalls(7, 'DTU1');
    modem.fault = () => ({ kind: 'behind', text: Buffer.from('aa55aa55', 'hex') });
    await connection.open();
    expect(await valueBy(connection)).toBe(7);
    expect(await valueBy(connection)).toBe(7);
  });

  it('take a second call in place of the first, which may be half-open', async () => {
    const connection = connectionBy(listener.way('DTU1'));
    listener.start();
    const { call } = await modemCalls(7, 'DTU1');
    await connection.open();
    await modemCalls(8, 'DTU1');
    await isHungUp(call);
    await connection.open();
    expect(await valueBy(connection)).toBe(8);
  });

  it('tell once an hour that two modems with one registration hang up on each other', async () => {
    listener.way('DTU1');
    listener.start();
    const fight = async () => {
      for (let call = 0; call < 5; call += 1) {
        const { call: last } = await modemCalls(7, 'DTU1');
        last.resume();
        await vi.waitFor(() => expect(calls.filter(({ readyState }) => readyState === 'open')).toEqual([last]), LONG);
        now += 30_000;
      }
    };
    await fight();
    expect(warnings()).toMatchObject([
      {
        registration: 'DTU1',
        msg: 'modems with one registration hang up on each other again and again: are there two of them?',
      },
    ]);
    await fight();
    expect(warnings()).toHaveLength(1);
    now += 3_600_000;
    await fight();
    expect(warnings()).toHaveLength(2);
  });

  it('say nothing of a modem that calls again now and then', async () => {
    listener.way('DTU1');
    listener.start();
    for (let call = 0; call < 5; call += 1) {
      const { call: last } = await modemCalls(7, 'DTU1');
      last.resume();
      await vi.waitFor(() => expect(calls.filter(({ readyState }) => readyState === 'open')).toEqual([last]), LONG);
      now += 600_000;
    }
    expect(warnings()).toEqual([]);
  });

  it('hang up on a caller whom nobody knows, and tell it once for each text', async () => {
    listener.way('DTU1');
    listener.start();
    for (const text of ['DTU2', 'DTU2', '\x01\x02', 'DTU1X', 'x'.repeat(600)]) await isHungUp(await callWith(text));
    expect(warnings().map(({ registration }) => registration)).toEqual(['DTU2', 'hex:0102', 'DTU1X', 'x'.repeat(256)]);
  });

  it('hang up on a caller that says nothing, or never all of it', async () => {
    listener.way('DTU1');
    listener.start();
    const start = performance.now();
    await Promise.all([isHungUp(await callWith()), isHungUp(await callWith('DT'))]);
    expect(performance.now() - start).toBeGreaterThan(900);
    expect(warnings().map(({ registration }) => registration)).toEqual(['DT']);
  });

  it('keep at most 256 callers waiting, and give up the oldest first', async () => {
    const connection = connectionBy(listener.way('DTU1'));
    const patient = new Listener({ host: '127.0.0.1', port: port, framing: 'rtu', log: pino({ level: 'silent' }) });
    patient.way('DTU1');
    patient.start();
    const strangers: Socket[] = [];
    for (let caller = 0; caller < 258; caller += 1) strangers.push(await callWith());
    await vi.waitFor(() => expect(strangers.filter(({ readyState }) => readyState === 'open')).toHaveLength(256), LONG);
    expect(strangers.slice(0, 2).every(({ readyState }) => readyState !== 'open')).toBe(true);
    patient.stop();
    expect(connection.isOpen).toBe(false);
  });
});

describe('listening', () => {
  it('is tried until the port is free; that it is not is told once', async () => {
    const other = createServer().listen(port, '127.0.0.1');
    await once(other, 'listening');
    const connection = connectionBy(listener.way());
    listener.start();
    const errors = () => told.filter(({ level }) => level === 50);
    await vi.waitFor(() => expect(errors()).toHaveLength(1), LONG);
    const opening = connection.open();
    const free = once(other, 'close');
    setTimeout(() => other.close(), 100);
    await free;
    await vi.waitFor(() => expect(told.some(({ msg }) => msg.includes('again'))).toBe(true), LONG);
    await modemCalls(7);
    await opening;
    expect(await valueBy(connection)).toBe(7);
    expect(errors()).toHaveLength(1);
  });

  it('ends with every call', async () => {
    listener.way();
    listener.start();
    const call = await callWith();
    listener.stop();
    await isHungUp(call);
    await expect(once(connect({ port, host: '127.0.0.1' }), 'connect')).rejects.toThrow('ECONNREFUSED');
  });
});
