import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { afterAll, afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import type { SerialConnection } from '../../../src/domain/customer.ts';
import { ModbusConnection } from '../../../src/meters/modbus/connection.ts';
import { NoAnswer, Unreachable } from '../../../src/meters/modbus/errors.ts';
import { serial } from '../../../src/meters/modbus/serial.ts';
import { sendInSilence } from '../../../src/meters/modbus/silence.ts';
import type { Way } from '../../../src/meters/modbus/way.ts';
import { ModbusServer } from '../../servers/modbus-server.ts';
import { describeWith } from '../../servers/require-server.ts';

const LONG = 10_000;
const REQUEST = { unit: 1, functionCode: 3, start: 0, count: 3 } as const;
const VALUES = Buffer.from('012c012d012e', 'hex');

/** 3.5 characters of 11 bits at 300 bits per second, in ms. */
const SILENCE = 128;

function lineAt(path: string, baudRate = 9600): SerialConnection {
  return { kind: 'rtu-serial', path, baudRate, parity: 'none', stopBits: 1, unit: 1 };
}

function connectionTo(line: SerialConnection, timeout = LONG, packageName = 'serialport'): ModbusConnection {
  return new ModbusConnection({ way: serial(line, packageName), timeout, connectTimeout: LONG, pauseAfterConnect: 0 });
}

/** The way, which tells what comes in as it comes. */
function overheard(way: Way, told: (bytes: Buffer) => void): Way {
  return { ...way, open: async (signal) => (await way.open(signal)).on('data', told) };
}

describeWith('socat', 'a serial port', (socat) => {
  const folder = mkdtempSync(join(tmpdir(), 'pq-butler-serial-'));
  const path = join(folder, 'port');
  let server: ModbusServer;
  let wire: ChildProcess;
  let connection: ModbusConnection;

  beforeEach(async () => {
    server = new ModbusServer('rtu');
    server.put(1, 3, 0, [300, 301, 302]);
    const port = await server.start();
    wire = spawn(socat, [`PTY,link=${path},raw,echo=0`, `TCP:127.0.0.1:${port},nodelay`], { stdio: 'inherit' });
    await vi.waitFor(() => expect(existsSync(path) && server.accepted === 1).toBe(true), LONG);
    connection = connectionTo(lineAt(path));
  });

  afterEach(async () => {
    connection.close();
    if (wire.exitCode === null && wire.signalCode === null) {
      const ended = once(wire, 'exit');
      wire.kill('SIGKILL');
      await ended;
    }
    await server.stop();
    rmSync(path, { force: true });
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('reads registers', async () => {
    await connection.open();
    for (let round = 0; round < 3; round += 1) expect(await connection.ask(REQUEST)).toEqual(VALUES);
    expect(server.requests).toHaveLength(3);
  });

  it('is silent for 3.5 characters before each request', async () => {
    const slow = connectionTo(lineAt(path, 300));
    const cameAt: number[] = [];
    server.fault = () => {
      cameAt.push(performance.now());
      return undefined;
    };
    await slow.open();
    await slow.ask(REQUEST);
    await slow.ask(REQUEST);
    const [first = Number.NaN, second = Number.NaN] = cameAt;
    // The answer to the first went out behind it, so that the line was silent for less than this.
    expect(second - first).toBeGreaterThan(SILENCE);
    slow.close();
  });

  it('throws away what stands in its input before a request, and is silent behind that too', async () => {
    let heard = '';
    const way = overheard(serial(lineAt(path, 300)), (bytes) => {
      heard += bytes.toString('hex');
    });
    const slow = new ModbusConnection({ way, timeout: LONG, connectTimeout: LONG, pauseAfterConnect: 0 });
    let cameAt = 0;
    let wireEnd: Duplex | undefined;
    server.heard = (stream) => {
      wireEnd = stream;
    };
    server.fault = () => {
      cameAt = performance.now();
      return undefined;
    };
    await slow.open();
    expect(await slow.ask(REQUEST)).toEqual(VALUES);
    const answeredAt = performance.now();
    const answer = heard;

    // Amid the silence behind the answer: the same answer again, which is no longer true.
    await vi.waitFor(() => expect(performance.now() - answeredAt).toBeGreaterThan(SILENCE / 2), LONG);
    const noiseAt = performance.now();
    wireEnd?.write(Buffer.from(answer, 'hex'));
    server.put(1, 3, 0, [301, 302, 303]);
    await vi.waitFor(() => expect(heard).toBe(answer + answer), { timeout: LONG, interval: 1 });

    expect(await slow.ask(REQUEST)).toEqual(Buffer.from('012d012e012f', 'hex'));
    expect(cameAt - noiseAt).toBeGreaterThan(SILENCE);
    expect(slow.isOpen).toBe(true);
    slow.close();
  });

  it('is closed and opened anew after a time-out, and leaves no file open', async () => {
    const hasty = connectionTo(lineAt(path), 100);
    await hasty.open();
    const before = readdirSync('/proc/self/fd').length;
    server.fault = () => ({ kind: 'silence' });
    for (let round = 0; round < 5; round += 1) {
      await expect(hasty.ask({ ...REQUEST, unit: 2 + round })).rejects.toBeInstanceOf(NoAnswer);
      expect(hasty.isOpen).toBe(false);
      await hasty.open();
    }
    server.fault = () => undefined;
    expect(await hasty.ask(REQUEST, LONG)).toEqual(VALUES);
    expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before);
    hasty.close();
  });

  it('asks as always behind two time-outs, for nothing keeps an answer longer; before that it makes sure', async () => {
    const hasty = connectionTo(lineAt(path), 1_000);
    let cameAt = Number.NaN;
    const silence = () => {
      cameAt = performance.now();
      return { kind: 'silence' } as const;
    };
    server.fault = silence;
    await hasty.open();
    const lose = () => expect(hasty.ask(REQUEST, 100)).rejects.toMatchObject({ reason: 'timed out' });
    await lose();
    server.fault = () => undefined;
    await hasty.open();
    expect(await hasty.ask(REQUEST, LONG)).toEqual(VALUES);
    const asked = () => server.requests.map(({ functionCode }) => functionCode);
    expect(asked()).toEqual([3, 4, 3]);

    server.fault = silence;
    await lose();
    await vi.waitFor(() => expect(performance.now() - cameAt).toBeGreaterThan(2_000), LONG);
    server.fault = () => undefined;
    await hasty.open();
    expect(await hasty.ask(REQUEST, LONG)).toEqual(VALUES);
    expect(asked().slice(3)).toEqual([3, 3]);
    hasty.close();
  });

  it('that is pulled out ends the request in flight', async () => {
    await connection.open();
    server.fault = () => ({ kind: 'silence' });
    const refused = expect(connection.ask(REQUEST)).rejects.toBeInstanceOf(NoAnswer);
    await vi.waitFor(() => expect(server.requests).toHaveLength(1), LONG);
    const start = performance.now();
    wire.kill('SIGKILL');
    await refused;
    expect(performance.now() - start).toBeLessThan(LONG / 2);
    expect(connection.isOpen).toBe(false);
  });
});

it('the silence of a line begins again with each byte that comes in it', () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const start = performance.now();
  const sentAt: number[] = [];
  let lastByte = start;
  const send = () => sentAt.push(performance.now() - start);
  sendInSilence({ silence: SILENCE, lastByte: () => lastByte, isWanted: () => true, send });
  for (const pause of [100, 90, 127]) {
    vi.advanceTimersByTime(pause);
    lastByte = performance.now();
  }
  vi.advanceTimersByTime(2 * SILENCE);
  // 100 + 90 + 127 + 128, and a turn of the event loop, which these timers count as a millisecond.
  expect(sentAt).toEqual([446]);
});

it('a serial port that does not exist cannot be opened', async () => {
  const connection = connectionTo(lineAt('/dev/no-such-port'));
  await expect(connection.open()).rejects.toThrow('rtu-serial:///dev/no-such-port: ');
  await expect(connection.open()).rejects.toBeInstanceOf(Unreachable);
});

it('a serial port needs its package, and says so', async () => {
  const connection = connectionTo(lineAt('/dev/ttyUSB0'), LONG, 'no-such-package');
  const failed = connection.open();
  await expect(failed).rejects.toBeInstanceOf(Unreachable);
  await expect(failed).rejects.toThrow('npm install no-such-package');
});
