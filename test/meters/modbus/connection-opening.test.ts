import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ModbusConnection } from '../../../src/meters/modbus/connection.ts';
import { Unreachable } from '../../../src/meters/modbus/errors.ts';
import { startBlackHole } from '../../servers/black-hole.ts';
import { ModbusServer } from '../../servers/modbus-server.ts';
import { connectionTo, LONG, openFiles, settled, TIMEOUT } from './connection-bench.ts';

let server: ModbusServer;
let connection: ModbusConnection;

beforeEach(async () => {
  server = new ModbusServer();
  connection = connectionTo(await server.start());
  await connection.open();
});

afterEach(async () => {
  connection.close();
  await server.stop();
});

describe('opening', () => {
  it('rejects when nobody listens', async () => {
    await server.stop();
    expect(await settled(connection.open())).toBeInstanceOf(Unreachable);
    expect(connection.isOpen).toBe(false);
  });

  it('gives up in time when nothing answers at all, and leaves no socket behind', async () => {
    const hole = await startBlackHole();
    const over = connectionTo(hole.port);
    const before = openFiles();
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const outcome = await settled(over.open());
      expect(outcome).toBeInstanceOf(Unreachable);
      expect(String(outcome)).toContain(`127.0.0.1:${hole.port}: no connection within ${TIMEOUT} ms`);
    }
    await expect.poll(openFiles).toBeLessThanOrEqual(before);
    await hole.stop();
  });

  it('is given up at once when the connection is closed meanwhile', async () => {
    const hole = await startBlackHole();
    const over = connectionTo(hole.port, 'tcp', { timeout: LONG });
    const opening = over.open();
    over.close();
    expect(await settled(opening)).toBeInstanceOf(Unreachable);
    await hole.stop();
  });

  it('pauses before the connection is open', async () => {
    const over = connectionTo(server.port, 'tcp', { pauseAfterConnect: 1_000 });
    const start = performance.now();
    const opening = over.open();
    await expect.poll(() => server.accepted, { interval: 5 }).toBe(2);
    expect(over.isOpen).toBe(false);
    await opening;
    expect(performance.now() - start).toBeGreaterThanOrEqual(999);
    expect(over.isOpen).toBe(true);
    over.close();
  });

  it('fails when the other side hangs up during the pause, and is given up then when it is closed', async () => {
    const over = connectionTo(server.port, 'tcp', { pauseAfterConnect: LONG });
    const opening = over.open();
    await expect.poll(() => server.accepted).toBe(2);
    over.close();
    expect(await settled(opening)).toBeInstanceOf(Unreachable);
    const again = over.open();
    await expect.poll(() => server.accepted).toBe(3);
    void server.stop();
    expect(String(await settled(again))).toContain('the other side closed');
  });
});
