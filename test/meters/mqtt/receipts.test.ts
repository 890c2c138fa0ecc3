import { PassThrough } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Receipts } from '../../../src/meters/mqtt/receipts.ts';

function book() {
  const failed: unknown[] = [];
  let room = 0;
  const receipts = new Receipts(
    (_, error) => failed.push(error),
    () => {
      room += 1;
    },
  );
  return { receipts, failed, room: () => room };
}

/** The numbers of the messages that were acknowledged: MQTT 3.1.1, 3.4. */
function acknowledged(line: PassThrough): number[] {
  const bytes: Buffer = line.read() ?? Buffer.alloc(0);
  const ids: number[] = [];
  for (let at = 0; at < bytes.length; at += 4) {
    expect([...bytes.subarray(at, at + 2)]).toEqual([0x40, 2]);
    ids.push(bytes.readUInt16BE(at + 2));
  }
  return ids;
}

it('acknowledges a message once, when its last part is durable', async () => {
  const { receipts } = book();
  const line = new PassThrough();
  const receipt = receipts.take(line, 'a', 0xabcd);
  const parts = [resolvers(), resolvers()];
  for (const { promise } of parts) {
    receipt.hold();
    receipts.doneAfter(promise, receipt);
  }
  receipt.done();
  parts[1]?.resolve();
  await setImmediate();
  expect(acknowledged(line)).toEqual([]);
  parts[0]?.resolve();
  await setImmediate();
  expect(acknowledged(line)).toEqual([0xabcd]);
  expect(receipts.inHand).toBe(0);
});

it('never acknowledges what failed, came with QoS 0, or came by a line that has ended', async () => {
  const { receipts, failed } = book();
  const line = new PassThrough();
  const ended = new PassThrough();
  ended.destroy();
  const broken = receipts.take(line, 'a', 1);
  broken.hold();
  receipts.doneAfter(Promise.reject(new Error('disk full')), broken);
  broken.done();
  receipts.take(line, 'a', undefined).done();
  receipts.take(ended, 'a', 2).done();
  receipts.take(line, 'a', 3).done();
  await receipts.empty();
  expect(acknowledged(line)).toEqual([3]);
  expect(failed).toEqual([new Error('disk full')]);
});

it('writes once for all that became durable together, also for later messages of the same work', async () => {
  const { receipts, room } = book();
  const line = new PassThrough();
  let writes = 0;
  const write = line.write.bind(line);
  line.write = (chunk: unknown) => {
    writes += 1;
    return write(chunk);
  };
  const { promise, resolve } = resolvers();
  for (let id = 1; id <= 100; id += 1) receipts.doneAfter(promise, receipts.take(line, 'a', id));
  expect(receipts.inHand).toBe(100);
  resolve();
  await receipts.empty();
  expect(writes).toBe(1);
  expect(acknowledged(line)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
  expect(room()).toBe(1);
  // The same promise again, which is settled by now.
  receipts.doneAfter(promise, receipts.take(line, 'a', 7));
  await receipts.empty();
  expect(acknowledged(line)).toEqual([7]);
});

function resolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
