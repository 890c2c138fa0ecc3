import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import pino from 'pino';
import { describe, expect, it, vi } from 'vitest';
import { Unreachable } from '../../../src/meters/modbus/errors.ts';
import { Listener } from '../../../src/meters/modbus/listener.ts';
import {
  callWith,
  connectionBy,
  isHungUp,
  LONG,
  listener,
  modemCalls,
  port,
  told,
  valueBy,
  warnings,
} from './listener-bench.ts';

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

  it('is not tried again where it fails only when it was stopped', async () => {
    const other = createServer().listen(port);
    await once(other, 'listening');
    const silent = pino({ level: 'error' }, { write: (line: string) => void told.push(JSON.parse(line)) });
    // On all interfaces nothing need be looked up: the attempt is made at once, and that it failed is told a moment later.
    const everywhere = new Listener({ host: '', port, framing: 'rtu', log: silent, retryInterval: 1 });
    everywhere.start();
    everywhere.stop();
    await new Promise(setImmediate);
    expect(told).toEqual([]);
    const free = once(other, 'close');
    other.close();
    await free;
    await expect(once(connect({ port, host: '127.0.0.1' }), 'connect')).rejects.toThrow('ECONNREFUSED');
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
