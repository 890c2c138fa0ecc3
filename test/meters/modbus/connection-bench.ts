import { readdirSync } from 'node:fs';
import { expect } from 'vitest';
import { called } from '../../../src/meters/modbus/called.ts';
import { ModbusConnection } from '../../../src/meters/modbus/connection.ts';
import type { Framing } from '../../../src/meters/modbus/request.ts';

/** Of the connections that are made here, in milliseconds. */
export const TIMEOUT = 250;
/** Nothing takes so long unless it is broken. */
export const LONG = 10_000;
const GRACE = 6_000;

export function connectionTo(
  port: number,
  framing: Framing = 'tcp',
  times: { timeout?: number; pauseAfterConnect?: number } = {},
): ModbusConnection {
  const { timeout = TIMEOUT, pauseAfterConnect = 0 } = times;
  const way = called('127.0.0.1', port, framing);
  return new ModbusConnection({ way, timeout, connectTimeout: timeout, pauseAfterConnect });
}

/** How the promise settled, and that it did so in time. */
export async function settled(work: Promise<unknown>): Promise<unknown> {
  const start = performance.now();
  const outcome = await work.catch((error: unknown) => error);
  expect(performance.now() - start).toBeLessThan(TIMEOUT + GRACE);
  return outcome;
}

export function openFiles(): number {
  return readdirSync('/proc/self/fd').length;
}

/** The registers of an answer. */
export function wordsIn(bytes: Buffer): number[] {
  return Array.from({ length: bytes.length / 2 }, (_, index) => bytes.readUInt16BE(2 * index));
}
