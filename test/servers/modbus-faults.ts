import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** What a server does with a request instead of answering it well. */
export type Fault =
  | { readonly kind: 'silence' | 'reset' | 'end' }
  | { readonly kind: 'garbage' | 'half' | 'fragments' | 'twice' | 'one byte more' }
  | { readonly kind: 'length 0' | 'length 65535' | 'wrong protocol' | 'wrong transaction' | 'wrong checksum' }
  | { readonly kind: 'wrong unit' | 'wrong function' | 'exception of another unit' | 'exception of another function' }
  | { readonly kind: 'fewer registers' | 'more registers' | 'byte count above' | 'byte count below' | 'byte count odd' }
  /** Answers with the transaction of the request so many before. */
  | { readonly kind: 'older'; readonly by: number }
  | { readonly kind: 'late' | 'unasked'; readonly ms: number }
  /** Says something of its own before the answer. */
  | { readonly kind: 'behind'; readonly text: Buffer }
  | { readonly kind: 'exception'; readonly code: number };

/** How a server answers, and how it frames what it answers. */
export interface Answering {
  readonly transaction: number;
  readonly unit: number;
  readonly functionCode: number;
  readonly count: number;
  /** Unit, function code and data of an answer with so many registers. */
  answer(count: number): Buffer;
  frame(body: Buffer, header?: { transaction?: number; protocol?: number; length?: number }): Buffer;
}

type Said = Exclude<Fault, { readonly kind: 'silence' | 'reset' | 'end' | 'late' | 'unasked' }>;

export function misbehave(stream: Duplex, answering: Answering, fault: Fault): void {
  const good = answering.frame(answering.answer(answering.count));
  switch (fault.kind) {
    case 'silence':
      return;
    case 'reset':
      if (stream instanceof Socket) stream.resetAndDestroy();
      else stream.destroy();
      return;
    case 'end':
      stream.end();
      return;
    case 'unasked':
      stream.write(good);
      setTimeout(() => stream.write(good), fault.ms).unref();
      return;
    case 'late':
      setTimeout(() => stream.write(good), fault.ms).unref();
      return;
    default:
      for (const bytes of wrongBytes(answering, fault)) stream.write(bytes);
  }
}

/** What is sent instead of the answer, write by write. */
function wrongBytes(answering: Answering, fault: Said): readonly Buffer[] {
  const { unit, functionCode, count, transaction, frame } = answering;
  const answer = answering.answer(count);
  const good = frame(answer);
  const withByte = (index: number, value: number) => {
    const changed = Buffer.from(answer);
    changed.writeUInt8(value, index);
    return frame(changed);
  };
  const refusal = (from: number, code: number, exception = 2) => frame(Buffer.from([from, code | 0x80, exception]));
  switch (fault.kind) {
    case 'garbage':
      return [Buffer.from('deadbeefcafe0102', 'hex')];
    case 'half':
      return [good.subarray(0, Math.floor(good.length / 2))];
    case 'fragments':
      return [...good].map((byte) => Buffer.from([byte]));
    case 'twice':
      return [Buffer.concat([good, good])];
    case 'one byte more':
      return [Buffer.concat([good, Buffer.from([0])])];
    case 'length 0':
      return [frame(answer, { length: 0 })];
    case 'length 65535':
      return [frame(answer, { length: 65_535 })];
    case 'wrong transaction':
      return [frame(answer, { transaction: (transaction + 7) & 0xffff })];
    case 'older':
      return [frame(answer, { transaction: (transaction - fault.by) & 0xffff })];
    case 'wrong protocol':
      return [frame(answer, { protocol: 9 })];
    case 'wrong unit':
      return [withByte(0, unit + 1)];
    case 'wrong function':
      return [withByte(1, functionCode === 3 ? 4 : 3)];
    case 'exception of another unit':
      return [refusal(unit + 1, functionCode)];
    case 'exception of another function':
      return [refusal(unit, functionCode === 3 ? 4 : 3)];
    case 'wrong checksum':
      good.writeUInt8(good.readUInt8(good.length - 1) ^ 0xff, good.length - 1);
      return [good];
    case 'fewer registers':
      return [frame(answering.answer(count - 1))];
    case 'more registers':
      return [frame(answering.answer(count + 1))];
    case 'byte count above':
      return [withByte(2, 2 * count + 2)];
    case 'byte count below':
      return [withByte(2, 2 * count - 2)];
    case 'byte count odd':
      return [withByte(2, 2 * count - 1)];
    case 'behind':
      return [Buffer.concat([fault.text, good])];
    case 'exception':
      return [refusal(unit, functionCode, fault.code)];
  }
}
