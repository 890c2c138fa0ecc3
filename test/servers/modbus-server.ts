import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';

export interface SeenRequest {
  readonly transaction: number;
  readonly unit: number;
  readonly functionCode: number;
  readonly start: number;
  readonly count: number;
}

/** What the server does with a request instead of answering it well. */
export type Fault =
  | {
      readonly kind:
        | 'silence'
        | 'reset'
        | 'end'
        | 'garbage'
        | 'half'
        | 'fragments'
        | 'twice'
        | 'length 0'
        | 'length 65535';
    }
  | { readonly kind: 'wrong transaction' | 'wrong protocol' | 'wrong unit' | 'wrong function' | 'wrong checksum' }
  | { readonly kind: 'fewer registers' | 'more registers' | 'byte count above' | 'byte count below' | 'byte count odd' }
  | { readonly kind: 'late' | 'unasked'; readonly ms: number }
  | { readonly kind: 'exception'; readonly code: number };

type Framing = 'tcp' | 'rtu';

/**
 * A meter or gateway on a real socket, written from the Modbus specification and with nothing of the program's own. Words
 * are what the test put there; anything else is exception 2. A unit without any words does not answer.
 */
export class ModbusServer {
  readonly requests: SeenRequest[] = [];
  /** Asked for each request; undefined answers it well. */
  fault: (request: SeenRequest) => Fault | undefined = () => undefined;
  accepted = 0;
  port = 0;
  readonly #framing: Framing;
  readonly #words = new Map<string, number>();
  readonly #units = new Set<number>();
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  constructor(framing: Framing = 'tcp') {
    this.#framing = framing;
  }

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
    for (const socket of this.#sockets) socket.destroy();
    if (!server) return;
    const closed = once(server, 'close');
    server.close();
    await closed;
  }

  get openConnections(): number {
    return this.#sockets.size;
  }

  #accepted(socket: Socket): void {
    this.accepted += 1;
    this.#sockets.add(socket);
    socket.setNoDelay();
    socket.on('close', () => this.#sockets.delete(socket));
    // A client that hangs up with a reset is part of the tests.
    socket.on('error', () => socket.destroy());
    let pending: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      pending = Buffer.concat([pending, chunk]);
      const size = this.#framing === 'tcp' ? 12 : 8;
      while (pending.length >= size) {
        this.#asked(socket, pending.subarray(0, size));
        pending = pending.subarray(size);
      }
    });
  }

  #asked(socket: Socket, frame: Buffer): void {
    const isTcp = this.#framing === 'tcp';
    const body = isTcp ? frame.subarray(6) : frame.subarray(0, 6);
    if (!isTcp && crc(body) !== frame.readUInt16LE(6)) return;
    const request: SeenRequest = {
      transaction: isTcp ? frame.readUInt16BE(0) : 0,
      unit: body.readUInt8(0),
      functionCode: body.readUInt8(1),
      start: body.readUInt16BE(2),
      count: body.readUInt16BE(4),
    };
    this.requests.push(request);
    const fault = this.fault(request);
    if (fault) this.#misbehave(socket, request, fault);
    else if (this.#units.has(request.unit)) socket.write(this.#frame(request, this.#answer(request)));
  }

  /** Unit, function code and data. */
  #answer({ unit, functionCode, start, count }: SeenRequest): Buffer {
    const answer = Buffer.alloc(3 + 2 * count);
    answer.writeUInt8(unit, 0);
    answer.writeUInt8(functionCode, 1);
    answer.writeUInt8(2 * count, 2);
    for (let index = 0; index < count; index += 1) {
      const word = this.#words.get(`${unit} ${functionCode} ${start + index}`);
      if (word === undefined) return Buffer.from([unit, functionCode | 0x80, 2]);
      answer.writeUInt16BE(word, 3 + 2 * index);
    }
    return answer;
  }

  #frame({ transaction }: SeenRequest, body: Buffer, { protocol = 0, length = body.length } = {}): Buffer {
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

  #misbehave(socket: Socket, request: SeenRequest, fault: Fault): void {
    const answer = this.#answer(request);
    const good = this.#frame(request, answer);
    const withByte = (index: number, value: number) => {
      const changed = Buffer.from(answer);
      changed.writeUInt8(value, index);
      return this.#frame(request, changed);
    };
    switch (fault.kind) {
      case 'silence':
        return;
      case 'reset':
        socket.resetAndDestroy();
        return;
      case 'end':
        socket.end();
        return;
      case 'garbage':
        socket.write(Buffer.from('deadbeefcafe0102', 'hex'));
        return;
      case 'half':
        socket.write(good.subarray(0, Math.floor(good.length / 2)));
        return;
      case 'fragments':
        for (const byte of good) socket.write(Buffer.from([byte]));
        return;
      case 'twice':
        socket.write(Buffer.concat([good, good]));
        return;
      case 'length 0':
        socket.write(this.#frame(request, answer, { length: 0 }));
        return;
      case 'length 65535':
        socket.write(this.#frame(request, answer, { length: 65_535 }));
        return;
      case 'wrong transaction':
        socket.write(this.#frame({ ...request, transaction: (request.transaction + 7) & 0xffff }, answer));
        return;
      case 'wrong protocol':
        socket.write(this.#frame(request, answer, { protocol: 9 }));
        return;
      case 'wrong unit':
        socket.write(withByte(0, request.unit + 1));
        return;
      case 'wrong function':
        socket.write(withByte(1, request.functionCode === 3 ? 4 : 3));
        return;
      case 'wrong checksum':
        good.writeUInt8(good.readUInt8(good.length - 1) ^ 0xff, good.length - 1);
        socket.write(good);
        return;
      case 'fewer registers':
        socket.write(this.#frame(request, this.#answer({ ...request, count: request.count - 1 })));
        return;
      case 'more registers':
        socket.write(this.#frame(request, this.#answer({ ...request, count: request.count + 1 })));
        return;
      case 'byte count above':
        socket.write(withByte(2, 2 * request.count + 2));
        return;
      case 'byte count below':
        socket.write(withByte(2, 2 * request.count - 2));
        return;
      case 'byte count odd':
        socket.write(withByte(2, 2 * request.count - 1));
        return;
      case 'late':
        setTimeout(() => socket.write(good), fault.ms).unref();
        return;
      case 'unasked':
        socket.write(good);
        setTimeout(() => socket.write(good), fault.ms).unref();
        return;
      case 'exception':
        socket.write(this.#frame(request, Buffer.from([request.unit, request.functionCode | 0x80, fault.code])));
        return;
    }
  }
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
