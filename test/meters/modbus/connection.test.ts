import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ModbusConnection } from '../../../src/meters/modbus/connection.ts';
import { BadAnswer, ModbusException, NoAnswer, Unreachable } from '../../../src/meters/modbus/errors.ts';
import type { Framing, Request } from '../../../src/meters/modbus/request.ts';
import { crc, type Fault, ModbusServer } from '../../servers/modbus-server.ts';
import { connectionTo, LONG, openFiles, settled, TIMEOUT, wordsIn } from './connection-bench.ts';

const REQUEST = { unit: 1, functionCode: 4, start: 0, count: 10 } as const;
const WORDS = [0x4366, 0x3334, 3, 4, 5, 6, 7, 8, 9, 10];

let server: ModbusServer;
let connection: ModbusConnection;

async function startWith(framing: Framing): Promise<void> {
  server = new ModbusServer(framing);
  server.put(1, 4, 0, [...WORDS, 11, 12]);
  server.put(1, 3, 0, [300, 301, 302]);
  connection = connectionTo(await server.start(), framing);
  await connection.open();
}

afterEach(async () => {
  connection.close();
  await server.stop();
});

async function wordsOf(request: Request, timeout = LONG): Promise<number[]> {
  return wordsIn(await connection.ask(request, timeout));
}

function heapInUse(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}

type ErrorClass = typeof NoAnswer | typeof BadAnswer | typeof ModbusException;

interface Row {
  readonly fault: Fault;
  readonly becomes: ErrorClass;
  /** What is in doubt is not waited for. */
  readonly atOnce?: boolean;
}

const silent: Row[] = [
  { fault: { kind: 'silence' }, becomes: NoAnswer },
  { fault: { kind: 'late', ms: TIMEOUT + 50 }, becomes: NoAnswer },
  { fault: { kind: 'half' }, becomes: NoAnswer },
  { fault: { kind: 'reset' }, becomes: NoAnswer, atOnce: true },
  { fault: { kind: 'end' }, becomes: NoAnswer, atOnce: true },
];
const doubtful: Fault['kind'][] = ['garbage', 'wrong unit', 'wrong function', 'twice', 'one byte more'];
const doubtfulTcp = ['length 0', 'length 65535', 'wrong transaction', 'wrong protocol'] as const;
const doubtfulCounts = ['fewer registers', 'more registers', 'byte count above', 'byte count below'] as const;
const exceptions = ['exception of another unit', 'exception of another function', 'byte count odd'] as const;

function isPlain(kind: Fault['kind']): kind is (typeof doubtfulTcp)[number] {
  return kind !== 'late';
}

function badAnswers(kinds: readonly Fault['kind'][]): Row[] {
  return kinds.flatMap((kind) =>
    isPlain(kind) ? [{ fault: { kind }, becomes: BadAnswer, atOnce: true } satisfies Row] : [],
  );
}

const everywhere = [...silent, ...badAnswers([...doubtful, ...doubtfulCounts, ...exceptions])];
const tcpFaults: Row[] = [
  ...everywhere,
  ...badAnswers(doubtfulTcp),
  { fault: { kind: 'older', by: 1 }, becomes: BadAnswer, atOnce: true },
];
const rtuFaults: Row[] = [...everywhere, ...badAnswers(['wrong checksum'])];

describe.each([
  { framing: 'tcp', table: tcpFaults },
  { framing: 'rtu', table: rtuFaults },
] as const)('asking over $framing', ({ framing, table }) => {
  beforeEach(() => startWith(framing));

  it('gives exactly the words of the registers that were asked for', async () => {
    expect(await wordsOf(REQUEST)).toEqual(WORDS);
    expect(await wordsOf({ unit: 1, functionCode: 3, start: 1, count: 2 })).toEqual([301, 302]);
    expect(server.requests).toMatchObject([REQUEST, { unit: 1, functionCode: 3, start: 1, count: 2 }]);
  });

  it('reads bits, eight to a byte', async () => {
    server.put(1, 1, 5, [1, 0, 1, 1, 0, 0, 0, 0, 1, 1]);
    server.put(1, 2, 0, [1]);
    expect(await connection.ask({ unit: 1, functionCode: 1, start: 5, count: 10 }, LONG)).toEqual(
      Buffer.from('0d03', 'hex'),
    );
    expect(await connection.ask({ unit: 1, functionCode: 2, start: 0, count: 1 }, LONG)).toEqual(Buffer.from([1]));
  });

  it('reads records of a file', async () => {
    server.putRecords(1, 4, 7, [0x0df2, 0xfe20, 5]);
    expect(await wordsOf({ unit: 1, functionCode: 20, file: 4, record: 7, count: 2 })).toEqual([0x0df2, 0xfe20]);
    expect(server.requests).toMatchObject([{ functionCode: 20, file: 4, start: 7, count: 2 }]);
  });

  it('reads an identity to its end, however many answers it takes', async () => {
    server.identify(1, ['Maker', 'M-1', 'V2']);
    const objects = await connection.ask({ unit: 1, functionCode: 43 }, LONG);
    expect(objects.toString('latin1')).toBe('\x00\x05Maker\x01\x03M-1\x02\x02V2');
    expect(server.requests.map(({ start }) => start)).toEqual([0, 1, 2]);
  });

  it('puts an answer together that comes byte by byte', async () => {
    server.fault = () => ({ kind: 'fragments' });
    expect(await wordsOf(REQUEST)).toEqual(WORDS);
    server.identify(1, ['Maker', 'M-1']);
    server.putRecords(1, 4, 7, [1, 2]);
    expect(await wordsOf({ unit: 1, functionCode: 20, file: 4, record: 7, count: 2 })).toEqual([1, 2]);
    expect(await connection.ask({ unit: 1, functionCode: 43 }, LONG)).toHaveLength(12);
  });

  it.each(table)('ends the connection when $fault.kind, and the next answer is right', async (row) => {
    const { fault, becomes, atOnce } = row;
    server.fault = () => fault;
    const outcome = atOnce ? connection.ask(REQUEST, LONG) : connection.ask(REQUEST);
    expect(await settled(outcome)).toBeInstanceOf(becomes);
    expect(connection.isOpen).toBe(false);
    expect(await settled(connection.ask(REQUEST))).toBeInstanceOf(Unreachable);
    server.fault = () => undefined;
    await connection.open();
    // Serial frames have no number: something else may have to be asked first.
    expect(await wordsOf({ ...REQUEST, cuts: [2, 4] })).toEqual(WORDS);
    expect(server.accepted).toBe(2);
  });

  it.each([1, 2, 3, 4, 5, 6, 8, 10, 11])('takes exception %i for an answer, and keeps the connection', async (code) => {
    server.fault = () => ({ kind: 'exception', code });
    const refusal = await settled(connection.ask(REQUEST, LONG));
    if (!(refusal instanceof ModbusException)) throw new Error('no exception');
    expect(refusal).toMatchObject({ name: 'ModbusException', code });
    expect(refusal.isAddressRefused).toBe(code === 2 || code === 3);
    expect(refusal.isFunctionOrAddressRefused).toBe(code <= 3);
    server.fault = () => undefined;
    expect(await wordsOf(REQUEST)).toEqual(WORDS);
    expect(server.accepted).toBe(1);
  });

  it('gives up a connection on which bytes come that nobody asked for', async () => {
    server.fault = () => ({ kind: 'unasked', ms: 20 });
    expect(await wordsOf(REQUEST)).toEqual(WORDS);
    await expect.poll(() => connection.isOpen).toBe(false);
    await expect.poll(() => server.openConnections).toBe(0);
  });

  it('notices at once that the other side is gone, even with a request in flight', async () => {
    server.fault = () => ({ kind: 'silence' });
    const answer = connection.ask(REQUEST, LONG);
    await expect.poll(() => server.requests.length).toBe(1);
    void server.stop();
    expect(await settled(answer)).toBeInstanceOf(NoAnswer);
  });

  it('gives up the request in flight when it is closed', async () => {
    server.fault = () => ({ kind: 'silence' });
    const answer = connection.ask(REQUEST, LONG);
    connection.close();
    expect(await settled(answer)).toBeInstanceOf(NoAnswer);
  });

  it('takes one request at a time', async () => {
    const first = wordsOf(REQUEST);
    await expect(connection.ask(REQUEST)).rejects.toThrow('in flight');
    expect(await first).toEqual(WORDS);
  });

  it('refuses what no request can say, and sends nothing', async () => {
    for (const wrong of [
      { ...REQUEST, count: 0 },
      { ...REQUEST, count: 126 },
      { ...REQUEST, start: 65_536 },
      { ...REQUEST, unit: 256 },
    ]) {
      await expect(connection.ask(wrong)).rejects.toBeInstanceOf(RangeError);
    }
    expect(await wordsOf(REQUEST)).toEqual(WORDS);
    expect(server.requests).toHaveLength(1);
  });

  it('leaves no socket behind over many faults', async () => {
    const before = openFiles();
    server.fault = () => ({ kind: 'reset' });
    for (let round = 0; round < 30; round += 1) {
      expect(await settled(connection.ask({ ...REQUEST, unit: 1 + round }, LONG))).toBeInstanceOf(NoAnswer);
      expect(server.requests).toHaveLength(round + 1);
      await connection.open();
      await connection.open();
    }
    await expect.poll(() => server.openConnections).toBe(1);
    await expect.poll(openFiles).toBeLessThanOrEqual(before + 1);
  });
});

it('never takes an answer for fresh that is 256 requests old', async () => {
  await startWith('tcp');
  for (let round = 0; round < 300; round += 1) expect(await wordsOf({ ...REQUEST, count: 1 })).toEqual([0x4366]);
  server.fault = () => ({ kind: 'older', by: 256 });
  expect(await settled(connection.ask(REQUEST, LONG))).toBeInstanceOf(BadAnswer);
});

it('counts its transactions on through every number of 16 bits, also over a new connection', async () => {
  await startWith('tcp');
  for (let round = 0; round < 3; round += 1) await wordsOf(REQUEST);
  await connection.open();
  await wordsOf(REQUEST);
  expect(server.requests.map(({ transaction }) => transaction)).toEqual([1, 2, 3, 4]);
});

it('sends serial frames with their checksum over a gateway, as in the meter document', async () => {
  await startWith('rtu');
  expect(await wordsOf({ unit: 1, functionCode: 4, start: 0, count: 2 })).toEqual([0x4366, 0x3334]);
  // The document's own frames: request 01 04 00 00 00 02 71 CB, answer 01 04 04 43 66 33 34 1B 38.
  expect(crc(Buffer.from('010400000002', 'hex'))).toBe(0xcb71);
  expect(crc(Buffer.from('01040443663334', 'hex'))).toBe(0x381b);
});

it('keeps no answer', async () => {
  await startWith('tcp');
  server.put(1, 4, 0, Array<number>(125).fill(7));
  const connections = Array.from({ length: 10 }, () => connectionTo(server.port, 'tcp', { timeout: LONG }));
  for (const one of connections) await one.open();
  const readAll = () => Promise.all(connections.map((one) => one.ask({ ...REQUEST, count: 125 })));
  for (let round = 0; round < 20; round += 1) await readAll();
  const before = heapInUse();
  for (let round = 0; round < 256; round += 1) await readAll();
  server.requests.length = 0;
  const kept = heapInUse() - before;
  for (const one of connections) one.close();
  expect(kept).toBeLessThan(1_000_000);
});
