import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Fault, misbehave } from './modbus-faults.ts';

export type { Fault } from './modbus-faults.ts';

export interface SeenRequest {
  readonly transaction: number;
  readonly unit: number;
  readonly functionCode: number;
  /** Of files, the record; of an identity, the object. */
  readonly start: number;
  readonly count: number;
  readonly file?: number;
}

type Framing = 'tcp' | 'rtu';

/** The bytes of a request from its unit to its data; more are never read than these function codes have. */
const BODY: Readonly<Record<number, number>> = { 20: 10, 43: 5 };

/**
 * A meter or gateway on a real socket, written from the Modbus specification and with nothing of the program's own. Words
 * are what the test put there; anything else is exception 2. A unit without any words does not answer.
 */
export class ModbusServer {
  readonly requests: SeenRequest[] = [];
  /** Asked for each request; undefined answers it well. */
  fault: (request: SeenRequest) => Fault | undefined = () => undefined;
  /** Told all bytes of each connection as they come, before anything is made of them. */
  heard: (stream: Duplex, bytes: Buffer) => void = () => undefined;
  accepted = 0;
  port = 0;
  readonly #framing: Framing;
  readonly #words = new Map<string, number>();
  readonly #units = new Set<number>();
  readonly #identities = new Map<number, readonly string[]>();
  readonly #streams = new Set<Duplex>();
  #server: Server | undefined;

  constructor(framing: Framing = 'tcp') {
    this.#framing = framing;
  }

  /** Registers, or for function codes 1 and 2 bits. */
  put(unit: number, functionCode: number, address: number, words: readonly number[]): void {
    this.#units.add(unit);
    for (const [index, word] of words.entries()) this.#words.set(`${unit} ${functionCode} ${address + index}`, word);
  }

  /** Puts a value as a big-endian 32-bit float. */
  putFloat(unit: number, functionCode: number, address: number, value: number): void {
    const bytes = Buffer.alloc(4);
    bytes.writeFloatBE(value);
    this.put(unit, functionCode, address, [bytes.readUInt16BE(0), bytes.readUInt16BE(2)]);
  }

  putRecords(unit: number, file: number, record: number, words: readonly number[]): void {
    this.put(unit, 20, file * 65_536 + record, words);
  }

  /** The unit's identification, told one object at a time. */
  identify(unit: number, objects: readonly string[]): void {
    this.#units.add(unit);
    this.#identities.set(unit, objects);
  }

  /** Listens and gives the port; 0 takes a free one. */
  async start(port = 0): Promise<number> {
    const server = createServer((socket) => this.#accepted(socket));
    this.#server = server;
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('no port');
    this.port = address.port;
    return address.port;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const stream of this.#streams) stream.destroy();
    if (!server) return;
    const closed = once(server, 'close');
    server.close();
    await closed;
  }

  get openConnections(): number {
    return this.#streams.size;
  }

  /** Answers on a stream that somebody else opened: a modem's call, for example. */
  serve(stream: Duplex): void {
    this.#streams.add(stream);
    stream.on('close', () => this.#streams.delete(stream));
    // A client that hangs up with a reset is part of the tests.
    stream.on('error', () => stream.destroy());
    let pending: Buffer = Buffer.alloc(0);
    stream.on('data', (chunk: Buffer) => {
      this.heard(stream, chunk);
      pending = Buffer.concat([pending, chunk]);
      for (let size = this.#frameSize(pending); size <= pending.length; size = this.#frameSize(pending)) {
        this.#asked(stream, pending.subarray(0, size));
        pending = pending.subarray(size);
      }
    });
  }

  #accepted(socket: Socket): void {
    this.accepted += 1;
    socket.setNoDelay();
    this.serve(socket);
  }

  #frameSize(bytes: Buffer): number {
    const isTcp = this.#framing === 'tcp';
    const functionCode = bytes[isTcp ? 7 : 1];
    if (functionCode === undefined) return Number.POSITIVE_INFINITY;
    return (BODY[functionCode] ?? 6) + (isTcp ? 6 : 2);
  }

  #asked(stream: Duplex, frame: Buffer): void {
    const isTcp = this.#framing === 'tcp';
    const body = isTcp ? frame.subarray(6) : frame.subarray(0, -2);
    if (!isTcp && crc(body) !== frame.readUInt16LE(frame.length - 2)) return;
    const request = requestIn(body, isTcp ? frame.readUInt16BE(0) : 0);
    this.requests.push(request);
    const fault = this.fault(request);
    const answering = {
      ...request,
      answer: (count: number) => this.#answer({ ...request, count }),
      frame: (answer: Buffer, header = {}) => this.#frame(answer, { transaction: request.transaction, ...header }),
    };
    if (fault) misbehave(stream, answering, fault);
    else if (this.#units.has(request.unit)) stream.write(answering.frame(answering.answer(request.count)));
  }

  /** Unit, function code and data. */
  #answer(request: SeenRequest): Buffer {
    const { unit, functionCode, file = 0 } = request;
    const start = file * 65_536 + request.start;
    if (functionCode === 43) return this.#identity(request);
    const words: number[] = [];
    for (let index = 0; index < request.count; index += 1) {
      const word = this.#words.get(`${unit} ${functionCode} ${start + index}`);
      if (word === undefined) return Buffer.from([unit, functionCode | 0x80, 2]);
      words.push(word);
    }
    if (functionCode <= 2) return Buffer.from([unit, functionCode, Math.ceil(words.length / 8), ...packed(words)]);
    const bytes = words.flatMap((word) => [word >> 8, word & 0xff]);
    const records = functionCode === 20 ? [bytes.length + 2, bytes.length + 1, 6] : [bytes.length];
    return Buffer.from([unit, functionCode, ...records, ...bytes]);
  }

  #identity({ unit, start }: SeenRequest): Buffer {
    const objects = this.#identities.get(unit);
    const text = objects?.[start];
    if (!objects || text === undefined) return Buffer.from([unit, 43 | 0x80, 2]);
    const hasMore = start + 1 < objects.length;
    const head = [unit, 43, 14, 1, 1, hasMore ? 0xff : 0, hasMore ? start + 1 : 0, 1, start, Buffer.byteLength(text)];
    return Buffer.concat([Buffer.from(head), Buffer.from(text)]);
  }

  #frame(body: Buffer, { transaction = 0, protocol = 0, length = body.length }): Buffer {
    if (this.#framing === 'rtu') {
      const checksum = Buffer.alloc(2);
      checksum.writeUInt16LE(crc(body));
      return Buffer.concat([body, checksum]);
    }
    const header = Buffer.alloc(6);
    header.writeUInt16BE(transaction, 0);
    header.writeUInt16BE(protocol, 2);
    header.writeUInt16BE(length, 4);
    return Buffer.concat([header, body]);
  }
}

function requestIn(body: Buffer, transaction: number): SeenRequest {
  const [unit = 0, functionCode = 0] = body;
  if (functionCode === 43) return { transaction, unit, functionCode, start: body.readUInt8(4), count: 0 };
  if (functionCode !== 20) {
    return { transaction, unit, functionCode, start: body.readUInt16BE(2), count: body.readUInt16BE(4) };
  }
  const [file, start, count] = [body.readUInt16BE(4), body.readUInt16BE(6), body.readUInt16BE(8)];
  return { transaction, unit, functionCode, file, start, count };
}

/** Eight bits to a byte, the first in the lowest. */
function packed(bits: readonly number[]): number[] {
  const bytes = Array<number>(Math.ceil(bits.length / 8)).fill(0);
  for (const [index, bit] of bits.entries()) bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (bit << (index & 7));
  return bytes;
}

/** CRC-16 of the Modbus serial line specification, 6.2.2: polynomial 0xA001, start 0xFFFF. */
export function crc(bytes: Buffer): number {
  let sum = 0xffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >> 1) ^ 0xa001 : sum >> 1;
  }
  return sum;
}
