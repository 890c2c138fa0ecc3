import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { called } from '../../../src/meters/modbus/called.ts';
import { ModbusConnection } from '../../../src/meters/modbus/connection.ts';
import { MeterError, ModbusException, NoAnswer } from '../../../src/meters/modbus/errors.ts';
import type { RegisterRequest } from '../../../src/meters/modbus/request.ts';
import { answerTo, TransparentGateway, wordOf } from '../../servers/transparent-gateway.ts';
import { LONG, settled, wordsIn } from './connection-bench.ts';
import { Wire } from './wire.ts';

const TIMEOUT = 60;
const CUTS = [2, 4, 6];
const FIRST = { unit: 1, functionCode: 4, start: 0, count: 8, cuts: CUTS } as const;
const SECOND = { ...FIRST, start: 100 } as const;
const SINGLE = { unit: 1, functionCode: 4, start: 200, count: 2 } as const;

let gateway: TransparentGateway;
let port: number;
let connection: ModbusConnection;

function connectionTo(longestDelay = LONG): ModbusConnection {
  const way = called('127.0.0.1', port, 'rtu');
  return new ModbusConnection({ way, timeout: TIMEOUT, connectTimeout: LONG, pauseAfterConnect: 0, longestDelay });
}

beforeEach(async () => {
  gateway = new TransparentGateway();
  port = await gateway.start();
  connection = connectionTo();
});

afterEach(async () => {
  connection.close();
  await gateway.stop();
});

function rightAnswer({ unit, start, count }: RegisterRequest): number[] {
  return Array.from({ length: count }, (_, index) => wordOf(unit, start + index));
}

/** Asks with one retry, as a poll does; whether there was an answer, which must be the right one. */
async function isAnswered(request: RegisterRequest, timeout = TIMEOUT): Promise<boolean> {
  for (let tries = 0; tries < 2; tries += 1) {
    if (!connection.isOpen) await connection.open();
    try {
      expect(wordsIn(await connection.ask(request, timeout))).toEqual(rightAnswer(request));
      return true;
    } catch (error) {
      if (!(error instanceof MeterError)) throw error;
    }
  }
  return false;
}

describe('behind a gateway that gives late answers to whoever is connected', () => {
  it('no block gets the values of the one before, and all are read again when it is fast enough', async () => {
    gateway.latency = () => 1.3 * TIMEOUT;
    for (let poll = 0; poll < 6; poll += 1) {
      for (const block of [FIRST, SECOND]) await isAnswered(block);
    }
    gateway.latency = () => 0;
    const outcomes: boolean[] = [];
    for (let poll = 0; poll < 3; poll += 1)
      outcomes.push(await isAnswered(FIRST, LONG), await isAnswered(SECOND, LONG));
    expect(outcomes.slice(-2)).toEqual([true, true]);
  });

  it('the same holds where answers are later than a retry, and what is too old is forgotten', async () => {
    connection = connectionTo(10 * TIMEOUT);
    gateway.latency = () => 2.3 * TIMEOUT;
    for (let poll = 0; poll < 6; poll += 1) {
      for (const block of [FIRST, SECOND, SINGLE]) await isAnswered(block);
    }
    gateway.latency = () => 0;
    await expect.poll(() => isAnswered(SINGLE, LONG), { timeout: LONG }).toBe(true);
    expect(await isAnswered(FIRST, LONG)).toBe(true);
  });

  it('every answer that is taken belongs to its request, however late they are by chance', async () => {
    const late = fc.sample(fc.integer({ min: 0, max: 50 }), { numRuns: 200, seed: 3 });
    let asked = 0;
    gateway.latency = () => late[asked++ % late.length] ?? 0;
    let answers = 0;
    for (const [index] of late.entries()) {
      const request = { ...(index % 3 === 0 ? FIRST : SECOND), unit: 1 + (index % 2) };
      answers += (await isAnswered(request, 25)) ? 1 : 0;
    }
    expect(answers).toBeGreaterThan(20);
  });

  it.each([
    ['', undefined],
    [', which its meter does not know', 1],
  ])('a value that stands alone is read again behind one request by the other function code%s', async (_, code) => {
    gateway.latency = () => 100;
    gateway.exception = (request) => (request.readUInt8(1) === 3 ? code : undefined);
    await connection.open();
    await expect(connection.ask(SINGLE, 20)).rejects.toMatchObject({ reason: 'timed out' });
    await connection.open();
    const next = { ...SINGLE, start: 300 };
    expect(wordsIn(await connection.ask(next, LONG))).toEqual(rightAnswer(next));
    expect(gateway.requests.map((request) => [request.readUInt8(1), request.readUInt16BE(2)])).toEqual([
      [4, 200],
      [3, 300],
      [4, 300],
    ]);
  });

  it('it is held back, and nothing is sent for it, where that went unanswered too', async () => {
    gateway.latency = () => 400;
    await connection.open();
    await expect(connection.ask(SINGLE, 20)).rejects.toMatchObject({ reason: 'timed out' });
    await connection.open();
    await expect(connection.ask(SINGLE, 20)).rejects.toMatchObject({ reason: 'timed out' });
    await connection.open();
    await expect(connection.ask({ ...SINGLE, start: 300 }, LONG)).rejects.toMatchObject({
      reason: 'held back',
      message: expect.stringContaining('could not be told from this one'),
    });
    expect(gateway.requests).toHaveLength(2);
    expect(connection.isOpen).toBe(true);
    gateway.latency = () => 0;
    // They come, and nothing is owed any more.
    await expect.poll(() => isAnswered(SINGLE, LONG), { timeout: LONG }).toBe(true);
  });

  it('a gateway that hangs up while it waits for the meter gives that answer to the next connection, and nobody takes it', async () => {
    gateway.latency = () => 300;
    await connection.open();
    const outcome = settled(connection.ask(FIRST, LONG));
    setTimeout(() => gateway.hangUp(), 100);
    expect(await outcome).toMatchObject({ reason: 'hung up' });
    gateway.latency = () => 0;
    await connection.open();
    expect(wordsIn(await connection.ask(SECOND, LONG))).toEqual(rightAnswer(SECOND));
    expect(gateway.answered).toBeGreaterThanOrEqual(2);
  });

  it('a gateway that gives an answer twice gives it to nobody else', async () => {
    gateway.latency = () => 20;
    gateway.twice = () => (gateway.requests.length % 3 === 0 ? 5 : undefined);
    await connection.open();
    const read: boolean[] = [];
    for (let round = 0; round < 10; round += 1)
      for (const each of [FIRST, SECOND]) read.push(await isAnswered(each, LONG));
    // A copy that comes while something longer or shorter is awaited costs a connection.
    expect(read.filter((isRead) => isRead).length).toBeGreaterThan(10);
  });

  it('an answer of one meter says nothing of what another still owes', async () => {
    gateway.isParallel = true;
    gateway.latency = (request) => (request.readUInt8(0) === 2 ? 300 : 0);
    await connection.open();
    await expect(connection.ask({ ...FIRST, unit: 2 }, TIMEOUT)).rejects.toMatchObject({ reason: 'timed out' });
    await connection.open();
    expect(await isAnswered(FIRST, LONG)).toBe(true);
    // Its late answer comes while this is awaited.
    expect(await isAnswered({ ...SECOND, unit: 2 }, LONG)).toBe(true);
  });

  it('blocks that have the same values are read all the same', async () => {
    gateway.word = () => 0;
    await connection.open();
    for (const each of [FIRST, SECOND, FIRST])
      expect(wordsIn(await connection.ask(each, LONG))).toEqual(new Array(8).fill(0));
  });

  it.each([20, 60, 200])(
    'a device that hangs up %i ms behind each answer is read over a connection for each request',
    async (ms) => {
      gateway.hangsUpAfter = ms;
      gateway.latency = () => 2 * ms;
      await connection.open();
      const read: boolean[] = [];
      for (let round = 0; round < 12; round += 1)
        for (const each of [FIRST, SECOND]) read.push(await isAnswered(each, LONG));
      expect(read.slice(-8)).toEqual(new Array(8).fill(true));
    },
  );

  it('closing does not wait for the pause behind the request that brings the line into step', async () => {
    gateway.latency = () => 100;
    await connection.open();
    await expect(connection.ask(FIRST, 20)).rejects.toBeInstanceOf(NoAnswer);
    gateway.latency = () => 0;
    await connection.open();
    const outcome = settled(connection.ask(FIRST, LONG, LONG));
    await expect.poll(() => gateway.answered, { timeout: LONG }).toBe(2);
    connection.close();
    expect(await outcome).toMatchObject({ reason: 'closed' });
    expect(gateway.requests).toHaveLength(2);
  });

  it('a value that stands alone is asked for again behind something that was answered before', async () => {
    await connection.open();
    await connection.ask(FIRST, LONG);
    gateway.latency = () => 100;
    await expect(connection.ask(SINGLE, 20)).rejects.toBeInstanceOf(NoAnswer);
    await connection.open();
    expect(wordsIn(await connection.ask({ ...SINGLE, start: 300 }, LONG))).toEqual([wordOf(1, 300), wordOf(1, 301)]);
    expect(gateway.requests.map((request) => request.readUInt16BE(2))).toEqual([0, 200, 0, 300]);
  });

  it('a late exception refuses nothing that was asked after it', async () => {
    gateway.latency = () => 100;
    gateway.exception = (request) => (request.readUInt16BE(2) === 0 ? 2 : undefined);
    await connection.open();
    await expect(connection.ask(FIRST, 20)).rejects.toBeInstanceOf(NoAnswer);
    await connection.open();
    expect(wordsIn(await connection.ask(SECOND, LONG))).toEqual(rightAnswer(SECOND));
    await expect(connection.ask(FIRST, LONG)).rejects.toBeInstanceOf(ModbusException);
  });
});

/** What is asked, and what the bus does until the program gives up: answers so many, or loses the oldest. */
const steps = fc.array(
  fc.record({
    unit: fc.integer({ min: 1, max: 2 }),
    start: fc.constantFrom(0, 100, 200, 300),
    answered: fc.nat(4),
    isLost: fc.boolean(),
    piece: fc.integer({ min: 1, max: 30 }),
    isUnheard: fc.boolean(),
  }),
  { minLength: 5, maxLength: 40 },
);

it('no order of losses, delays and exceptions lets an answer be taken for another', async () => {
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(steps, async (drawn) => {
      const bus: Buffer[] = [];
      let wire = new Wire(bus);
      const open = async () => {
        wire = new Wire(bus);
        return wire;
      };
      const way = { name: 'bus', framing: 'rtu', open } as const;
      const tested = new ModbusConnection({ way, timeout: LONG, connectTimeout: LONG, pauseAfterConnect: 0 });
      for (const { unit, start, answered, isLost, piece, isUnheard } of drawn) {
        if (!tested.isOpen) await tested.open();
        const request = { unit, functionCode: 3, start, count: start === 200 ? 4 : 8, cuts: [2, 4] } as const;
        const outcome = tested.ask(request).then(
          (bytes) => wordsIn(bytes),
          (error: unknown) => error,
        );
        await new Promise(setImmediate);
        if (isLost) bus.shift();
        for (let index = 0; index < answered; index += 1) await answerOldest(bus, wire, piece);
        tested.close();
        if (isUnheard) bus.shift();
        const result = await outcome;
        if (Array.isArray(result)) expect(result).toEqual(rightAnswer(request));
        else if (result instanceof ModbusException) expect(result.code).toBe(refusal(unit, start));
        else expect(result).toBeInstanceOf(NoAnswer);
        if (Array.isArray(result)) taken += 1;
      }
    }),
    { numRuns: 150 },
  );
  expect(taken).toBeGreaterThan(200);
});

/** Registers from 200 on are refused, with a code that says whose they are. */
function refusal(unit: number, start: number): number | undefined {
  return start < 200 ? undefined : unit + start / 10;
}

async function answerOldest(bus: Buffer[], wire: Wire, piece: number): Promise<void> {
  const request = bus.shift();
  if (!request || wire.destroyed) return;
  const answer = answerTo(request, refusal(request.readUInt8(0), request.readUInt16BE(2)));
  wire.push(answer.subarray(0, piece));
  await new Promise(setImmediate);
  if (piece < answer.length && !wire.destroyed) wire.push(answer.subarray(piece));
  await new Promise(setImmediate);
  await new Promise(setImmediate);
}
