import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BadAnswer, type MeterError, ModbusException } from '../../../src/meters/modbus/errors.ts';
import { Link } from '../../../src/meters/modbus/link.ts';
import type { Framing, Request } from '../../../src/meters/modbus/request.ts';
import type { Way } from '../../../src/meters/modbus/way.ts';
import { crc } from '../../servers/modbus-server.ts';
import { Wire } from './wire.ts';

const LONG = 60_000;

function linked(framing: Framing, { id = 0, heartbeat }: { id?: number; heartbeat?: Buffer } = {}) {
  const wire = new Wire();
  const way: Way = { name: 'wire', framing, ...(heartbeat && { heartbeat }), open: async () => wire };
  const ends: MeterError[] = [];
  const link = new Link({ way, stream: wire, id, onEnd: (why) => ends.push(why) });
  link.start();
  return { wire, link, ends };
}

function framed(framing: Framing, body: readonly number[], id: number): Buffer {
  const bytes = Buffer.from(body);
  if (framing === 'tcp') return Buffer.from([id >> 8, id & 0xff, 0, 0, 0, bytes.length, ...bytes]);
  const sum = crc(bytes);
  return Buffer.from([...bytes, sum & 0xff, sum >> 8]);
}

const framings = fc.constantFrom<Framing[]>('tcp', 'rtu');

/** A request, the body of its only right answer, and the values in it. */
const exchanges: fc.Arbitrary<{ request: Request; body: number[]; values: number[] }> = fc.oneof(
  fc.record({ unit: fc.nat(255), functionCode: fc.constantFrom<(3 | 4)[]>(3, 4), values: words(125) }).map((drawn) => {
    const { unit, functionCode, values } = drawn;
    const request = { unit, functionCode, start: 0, count: values.length / 2 };
    return { request, values, body: [unit, functionCode, values.length, ...values] };
  }),
  fc
    .record({ unit: fc.nat(255), functionCode: fc.constantFrom<(1 | 2)[]>(1, 2), values: bytes(1, 250) })
    .map((drawn) => {
      const { unit, functionCode, values } = drawn;
      const request = { unit, functionCode, start: 0, count: 8 * values.length };
      return { request, values, body: [unit, functionCode, values.length, ...values] };
    }),
  fc.record({ unit: fc.nat(255), values: words(121) }).map(({ unit, values }) => {
    const request = { unit, functionCode: 20, file: 1, record: 0, count: values.length / 2 } as const;
    return { request, values, body: [unit, 20, values.length + 2, values.length + 1, 6, ...values] };
  }),
  fc.record({ unit: fc.nat(255), objects: fc.array(bytes(0, 40), { maxLength: 5 }) }).map(({ unit, objects }) => {
    const values = objects.flatMap((object, index) => [index, object.length, ...object]);
    return {
      request: { unit, functionCode: 43 } as const,
      values,
      body: [unit, 43, 14, 1, 1, 0, 0, objects.length, ...values],
    };
  }),
);

function bytes(minLength: number, maxLength: number): fc.Arbitrary<number[]> {
  return fc.array(fc.nat(255), { minLength, maxLength });
}

function words(most: number): fc.Arbitrary<number[]> {
  return fc.array(fc.tuple(fc.nat(255), fc.nat(255)), { minLength: 1, maxLength: most }).map((pairs) => pairs.flat());
}

function cutAt(whole: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.map((cut) => cut % (whole.length + 1)), whole.length].sort((a, b) => a - b);
  return places.slice(1).map((place, index) => whole.subarray(places[index], place));
}

type Outcome = { values: Buffer } | { why: unknown } | 'waiting';

async function outcomeOf(answer: Promise<Buffer>): Promise<Outcome> {
  const settled = answer.then(
    (values) => ({ values }),
    (why: unknown) => ({ why }),
  );
  const turn = new Promise<'waiting'>((resolve) => setImmediate(resolve, 'waiting'));
  return Promise.race([settled, turn]);
}

describe('an answer', () => {
  it('is taken however it is cut to pieces', async () => {
    const cuts = fc.array(fc.nat(300), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(
        framings,
        exchanges,
        fc.nat(65_535),
        cuts,
        async (framing, { request, body, values }, id, at) => {
          const { link, wire } = linked(framing, { id: id - 1 });
          const answer = link.ask(request, LONG);
          await wire.says(cutAt(framed(framing, body, id), at));
          expect(await answer).toEqual(Buffer.from(values));
          expect(link.isOpen).toBe(true);
          link.end(new BadAnswer('over'));
        },
      ),
      { numRuns: 150 },
    );
  });

  it('is nothing but the answer: no other bytes are ever taken for it', async () => {
    const changes = fc.oneof(
      fc.record({ at: fc.nat(300), flip: fc.integer({ min: 1, max: 255 }) }),
      // The head has few bytes, and most of what must be checked.
      fc.record({ at: fc.nat(10), flip: fc.integer({ min: 1, max: 255 }) }),
      fc.record({ at: fc.nat(10), flip: fc.constantFrom(1, 2, 4, 8, 16, 32, 64, 128) }),
      fc.record({ cut: fc.integer({ min: 1, max: 300 }) }),
      fc.record({ more: bytes(1, 20) }),
      fc.record({ instead: bytes(1, 300) }),
    );
    await fc.assert(
      fc.asyncProperty(framings, exchanges, changes, fc.array(fc.nat(300), { maxLength: 3 }), async (...drawn) => {
        const [framing, { request, body, values }, change, cuts] = drawn;
        const right = framed(framing, body, 1);
        const wrong = changed(right, change);
        const { link, wire, ends } = linked(framing);
        const outcome = link.ask(request, LONG).then(
          (taken) => ({ taken }),
          (why: unknown) => ({ why }),
        );
        await wire.says(cutAt(wrong, cuts));
        const waiting = link.isOpen;
        link.end(new BadAnswer('over'));
        const result = await outcome;
        if (!('taken' in result)) {
          // An exception is 3 bytes that say so, and a Modbus TCP header or a checksum that fits them.
          if (result.why instanceof ModbusException) expect(isException(wrong, framing, request)).toBe(true);
          return;
        }
        // What nothing protects may differ: behind the head of a Modbus TCP frame. Bytes behind the answer that came in a
        // read of their own end the connection as soon as they come.
        expect(result.taken).toHaveLength(values.length);
        const head = request.functionCode === 43 ? 10 : right.length - values.length;
        expect(wrong.subarray(0, head)).toEqual(right.subarray(0, head));
        if (framing === 'rtu') expect(wrong.subarray(0, right.length)).toEqual(right);
        if (wrong.length > right.length)
          expect({ waiting, ends }).toMatchObject({ waiting: false, ends: [{ name: 'BadAnswer' }] });
      }),
      { numRuns: 400 },
    );
  });

  it('of an identity cannot send the program round in circles', async () => {
    const { link, wire } = linked('tcp');
    const refused = expect(link.ask({ unit: 1, functionCode: 43 }, LONG)).rejects.toBeInstanceOf(BadAnswer);
    await wire.says([framed('tcp', [1, 43, 14, 1, 1, 0xff, 1, 1, 0, 1, 65], 1)]);
    await wire.says([framed('tcp', [1, 43, 14, 1, 1, 0xff, 1, 1, 1, 1, 66], 2)]);
    await refused;
  });

  it('of an identity may count the objects of all its answers', async () => {
    const { link, wire } = linked('tcp');
    const answer = link.ask({ unit: 1, functionCode: 43 }, LONG);
    await wire.says([framed('tcp', [1, 43, 14, 1, 1, 0xff, 1, 2, 0, 1, 65], 1)]);
    await wire.says([framed('tcp', [1, 43, 14, 1, 1, 0, 0, 2, 1, 1, 66], 2)]);
    expect(await answer).toEqual(Buffer.from([0, 1, 65, 1, 1, 66]));
  });

  it('has a transaction number of 16 bits that begins again behind 65535', async () => {
    const { link, wire } = linked('tcp', { id: 65_534 });
    const ids: number[] = [];
    for (const id of [65_535, 0, 1]) {
      const answer = link.ask({ unit: 1, functionCode: 3, start: 0, count: 1 }, LONG);
      await wire.says([framed('tcp', [1, 3, 2, 0, 9], id)]);
      expect(await answer).toEqual(Buffer.from([0, 9]));
      ids.push(wire.sent.at(-1)?.readUInt16BE(0) ?? -1);
    }
    expect(ids).toEqual([65_535, 0, 1]);
    link.end(new BadAnswer('over'));
  });
});

describe('a heartbeat', () => {
  const heartbeat = Buffer.from('PING');
  const request = { unit: 1, functionCode: 3, start: 0, count: 1 } as const;

  it('is no part of any answer, wherever it stands between answers and however it is cut', async () => {
    const number = fc.nat(3);
    const cuts = fc.array(fc.nat(60), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(framings, number, number, number, cuts, async (framing, before, inFront, behind, at) => {
        const { link, wire } = linked(framing, { heartbeat });
        const beats = (count: number) => Buffer.concat(Array<Buffer>(count).fill(heartbeat));
        const [early, cut] = [beats(before), at[0] ?? 0];
        // The last of them is cut by the request.
        await wire.says(cutAt(early.subarray(0, early.length - (cut % 4)), at));
        const answer = link.ask(request, LONG);
        const rest = early.subarray(early.length - (early.length > 0 ? cut % 4 : 0));
        const said = Buffer.concat([rest, beats(inFront), framed(framing, [1, 3, 2, 7, 9], 1), beats(behind)]);
        await wire.says(cutAt(said, at));
        expect(await answer).toEqual(Buffer.from([7, 9]));
        const next = link.ask(request, LONG);
        await wire.says([framed(framing, [1, 3, 2, 7, 8], 2)]);
        expect(await next).toEqual(Buffer.from([7, 8]));
        link.end(new BadAnswer('over'));
      }),
      { numRuns: 150 },
    );
  });

  it('does not hide bytes that are not one', async () => {
    const { link, wire, ends } = linked('rtu', { heartbeat });
    await wire.says([Buffer.from('PINGPINPING')]);
    expect(link.isOpen).toBe(false);
    expect(ends).toMatchObject([{ name: 'BadAnswer' }]);
  });

  it('is kept waiting for, when only its beginning came', async () => {
    const { link, wire } = linked('tcp', { heartbeat });
    const answer = link.ask(request, LONG);
    await wire.says([Buffer.from('PI')]);
    expect(await outcomeOf(answer)).toBe('waiting');
    await wire.says([Buffer.from('NX')]);
    expect(await outcomeOf(answer)).toMatchObject({ why: { name: 'BadAnswer' } });
  });
});

type Change = { at: number; flip: number } | { cut: number } | { more: number[] } | { instead: number[] };

function changed(right: Buffer, change: Change): Buffer {
  if ('cut' in change) return right.subarray(0, Math.max(0, right.length - change.cut));
  if ('more' in change) return Buffer.concat([right, Buffer.from(change.more)]);
  if ('instead' in change) return Buffer.from(change.instead);
  const copy = Buffer.from(right);
  const at = change.at % copy.length;
  copy.writeUInt8(copy.readUInt8(at) ^ change.flip, at);
  return copy;
}

function isException(bytes: Buffer, framing: Framing, { unit, functionCode }: Request): boolean {
  const from = framing === 'tcp' ? 6 : 0;
  const body = [...bytes.subarray(from, from + 3)];
  return body[0] === unit && body[1] === (functionCode | 0x80) && bytes.equals(framed(framing, body, 1));
}
