import { readdirSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ConnectionOptions, ModbusConnection } from '../../../src/meters/modbus/connection.ts';
import { BadAnswer, ModbusException, NoAnswer, Unreachable } from '../../../src/meters/modbus/errors.ts';
import { startBlackHole } from '../../servers/black-hole.ts';
import { crc, type Fault, ModbusServer } from '../../servers/modbus-server.ts';

const TIMEOUT = 250;
const GRACE = 200;
const REQUEST = { unit: 1, functionCode: 4, start: 0, count: 10 } as const;
const WORDS = [0x4366, 0x3334, 3, 4, 5, 6, 7, 8, 9, 10];

let server: ModbusServer;
let connection: ModbusConnection | undefined;

async function connectTo(framing: ConnectionOptions['framing']): Promise<ModbusConnection> {
  server = new ModbusServer(framing === 'modbus-tcp' ? 'tcp' : 'rtu');
  server.put(1, 4, 0, [...WORDS, 11, 12]);
  server.put(1, 3, 0, [300, 301, 302]);
  const port = await server.start();
  const made = new ModbusConnection({ framing, host: '127.0.0.1', port, timeout: TIMEOUT, connectTimeout: TIMEOUT });
  connection = made;
  await made.open();
  return made;
}

afterEach(async () => {
  connection?.close();
  await server.stop();
});

/** How the promise settled, and that it did so in time. */
async function settled(work: Promise<unknown>): Promise<unknown> {
  const start = performance.now();
  const outcome = await work.catch((error: unknown) => error);
  expect(performance.now() - start).toBeLessThan(TIMEOUT + GRACE);
  return outcome;
}

function openFiles(): number {
  return readdirSync('/proc/self/fd').length;
}

function heapInUse(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}

type ErrorClass = typeof NoAnswer | typeof BadAnswer | typeof ModbusException;

/** The faults measured for modbus-serial, what each must become, and whether the connection may be kept. */
const faults: { fault: Fault; becomes: ErrorClass; keeps?: boolean }[] = [
  { fault: { kind: 'silence' }, becomes: NoAnswer },
  { fault: { kind: 'late', ms: TIMEOUT + 50 }, becomes: NoAnswer },
  { fault: { kind: 'reset' }, becomes: NoAnswer },
  { fault: { kind: 'end' }, becomes: NoAnswer },
  { fault: { kind: 'garbage' }, becomes: NoAnswer },
  { fault: { kind: 'half' }, becomes: NoAnswer },
  { fault: { kind: 'exception', code: 2 }, becomes: ModbusException, keeps: true },
  { fault: { kind: 'exception', code: 11 }, becomes: ModbusException, keeps: true },
];
const tcpFaults: typeof faults = [
  ...faults,
  { fault: { kind: 'wrong unit' }, becomes: BadAnswer },
  { fault: { kind: 'wrong function' }, becomes: BadAnswer },
  { fault: { kind: 'length 0' }, becomes: BadAnswer },
  { fault: { kind: 'length 65535' }, becomes: NoAnswer },
  { fault: { kind: 'wrong transaction' }, becomes: NoAnswer },
  { fault: { kind: 'wrong protocol' }, becomes: BadAnswer },
  { fault: { kind: 'fewer registers' }, becomes: BadAnswer },
  { fault: { kind: 'more registers' }, becomes: BadAnswer },
  { fault: { kind: 'byte count above' }, becomes: BadAnswer },
  { fault: { kind: 'byte count below' }, becomes: BadAnswer },
  { fault: { kind: 'byte count odd' }, becomes: BadAnswer },
  { fault: { kind: 'twice' }, becomes: BadAnswer },
];
const rtuFaults: typeof faults = [
  ...faults,
  { fault: { kind: 'wrong unit' }, becomes: NoAnswer },
  { fault: { kind: 'wrong checksum' }, becomes: BadAnswer },
  { fault: { kind: 'byte count above' }, becomes: BadAnswer },
  { fault: { kind: 'fewer registers' }, becomes: NoAnswer },
  { fault: { kind: 'twice' }, becomes: BadAnswer },
];

describe.each([
  { framing: 'modbus-tcp', table: tcpFaults },
  { framing: 'rtu-over-tcp', table: rtuFaults },
] as const)('reading over $framing', ({ framing, table }) => {
  beforeEach(() => connectTo(framing));

  it('gives exactly the words of the registers that were asked for', async () => {
    expect(await connection?.read(REQUEST)).toEqual(WORDS);
    expect(await connection?.read({ unit: 1, functionCode: 3, start: 1, count: 2 })).toEqual([301, 302]);
    expect(server.requests).toMatchObject([REQUEST, { unit: 1, functionCode: 3, start: 1, count: 2 }]);
  });

  it('puts an answer together that comes byte by byte', async () => {
    server.fault = () => ({ kind: 'fragments' });
    expect(await connection?.read(REQUEST)).toEqual(WORDS);
  });

  it.each(table)('settles in time when $fault.kind, and the next read is right', async ({ fault, becomes, keeps }) => {
    server.fault = () => fault;
    expect(await settled(connection?.read(REQUEST) ?? Promise.resolve())).toBeInstanceOf(becomes);
    expect(connection?.isOpen).toBe(keeps === true);
    server.fault = () => undefined;
    if (!connection?.isOpen) await connection?.open();
    expect(await connection?.read(REQUEST)).toEqual(WORDS);
    expect(server.accepted).toBe(keeps ? 1 : 2);
  });

  it('gives up a connection on which bytes come that nobody asked for', async () => {
    server.fault = () => ({ kind: 'unasked', ms: 20 });
    expect(await connection?.read(REQUEST)).toEqual(WORDS);
    await expect.poll(() => connection?.isOpen).toBe(false);
    await expect.poll(() => server.openConnections).toBe(0);
  });

  it('notices at once that the other side is gone, even with a request in flight', async () => {
    server.fault = () => ({ kind: 'silence' });
    const start = performance.now();
    const read = connection?.read(REQUEST);
    setTimeout(() => void server.stop(), 20);
    await expect(read).rejects.toThrow('closed');
    expect(performance.now() - start).toBeLessThan(TIMEOUT - 50);
    await expect(connection?.read(REQUEST)).rejects.toBeInstanceOf(Unreachable);
  });

  it('takes one request at a time', async () => {
    const first = connection?.read(REQUEST);
    await expect(connection?.read(REQUEST)).rejects.toThrow('in flight');
    expect(await first).toEqual(WORDS);
  });

  it('leaves no socket behind over many faults', async () => {
    const before = openFiles();
    server.fault = ({ start }) => (start === 0 ? { kind: 'reset' } : undefined);
    for (let round = 0; round < 30; round += 1) {
      expect(await settled(connection?.read(REQUEST) ?? Promise.resolve())).toBeInstanceOf(NoAnswer);
      await connection?.open();
      await connection?.open();
    }
    await expect.poll(() => server.openConnections).toBe(1);
    await expect.poll(openFiles).toBeLessThanOrEqual(before + 1);
  });
});

it('sends serial frames with their checksum over a gateway, as in the meter document', async () => {
  const over = await connectTo('rtu-over-tcp');
  expect(await over.read({ unit: 1, functionCode: 4, start: 0, count: 2 })).toEqual([0x4366, 0x3334]);
  // The document's own frames: request 01 04 00 00 00 02 71 CB, answer 01 04 04 43 66 33 34 1B 38.
  expect(crc(Buffer.from('010400000002', 'hex'))).toBe(0xcb71);
  expect(crc(Buffer.from('01040443663334', 'hex'))).toBe(0x381b);
});

it('lets go of every answer: the library alone would keep the last 256 of each connection', async () => {
  await connectTo('modbus-tcp');
  server.put(1, 4, 0, Array<number>(125).fill(7));
  const { port } = server;
  const options = { framing: 'modbus-tcp', host: '127.0.0.1', port, timeout: 5_000, connectTimeout: 5_000 } as const;
  const connections = Array.from({ length: 10 }, () => new ModbusConnection(options));
  for (const one of connections) await one.open();
  const readAll = () => Promise.all(connections.map((one) => one.read({ ...REQUEST, count: 125 })));
  for (let round = 0; round < 20; round += 1) await readAll();
  const before = heapInUse();
  for (let round = 0; round < 256; round += 1) await readAll();
  server.requests.length = 0;
  const kept = heapInUse() - before;
  for (const one of connections) one.close();
  expect(kept).toBeLessThan(1_000_000);
});

describe('opening', () => {
  it('rejects when nobody listens', async () => {
    const over = await connectTo('modbus-tcp');
    await server.stop();
    expect(await settled(over.open())).toBeInstanceOf(Unreachable);
    expect(over.isOpen).toBe(false);
  });

  it('gives up in time when nothing answers at all, and leaves no socket behind', async () => {
    await connectTo('modbus-tcp');
    const hole = await startBlackHole();
    const over = new ModbusConnection({
      framing: 'modbus-tcp',
      host: '127.0.0.1',
      port: hole.port,
      timeout: TIMEOUT,
      connectTimeout: TIMEOUT,
    });
    const before = openFiles();
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const outcome = await settled(over.open());
      expect(outcome).toBeInstanceOf(Unreachable);
      expect(String(outcome)).toContain(`no connection within ${TIMEOUT} ms`);
    }
    await expect.poll(openFiles).toBeLessThanOrEqual(before);
    await hole.stop();
  });

  it('is given up at once when the connection is closed meanwhile', async () => {
    await connectTo('modbus-tcp');
    const hole = await startBlackHole();
    const options = { host: '127.0.0.1', port: hole.port, timeout: 5_000, connectTimeout: 5_000 } as const;
    const over = new ModbusConnection({ framing: 'modbus-tcp', ...options });
    const opening = over.open();
    over.close();
    expect(await settled(opening)).toBeInstanceOf(Unreachable);
    await hole.stop();
  });
});
