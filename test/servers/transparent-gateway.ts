import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { crc } from './modbus-server.ts';

/** What a register holds: its unit and address, so that no answer can pass for another. */
export function wordOf(unit: number, address: number): number {
  return (unit << 12) | address;
}

/**
 * A gateway that knows nothing of Modbus, with meters behind it that have every register: what comes from the bus goes to
 * whoever is connected then, in the order in which the bus was asked.
 */
export class TransparentGateway {
  readonly requests: Buffer[] = [];
  /** How many answers were given, to whomever. */
  answered = 0;
  word = wordOf;
  /** Milliseconds from a request to its answer, and the exception that it is, if any. */
  latency: (request: Buffer) => number = () => 0;
  exception: (request: Buffer) => number | undefined = () => undefined;
  isLost: (request: Buffer) => boolean = () => false;
  /** Milliseconds from an answer to the same once more. */
  twice: (request: Buffer) => number | undefined = () => undefined;
  /** Of a device that hangs up behind each answer: how many milliseconds. What was asked meanwhile it has not heard. */
  hangsUpAfter: number | undefined;
  readonly #sockets = new Set<Socket>();
  /** Each meter behind a way of its own, so that none waits for another. */
  isParallel = false;
  readonly #buses = new Map<number, Promise<unknown>>();
  #server: Server | undefined;

  async start(): Promise<number> {
    const server = createServer({ noDelay: true }, (socket) => this.#accepted(socket));
    this.#server = server;
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('no port');
    return address.port;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server?.close();
    await Promise.all(this.#buses.values());
  }

  /** Ends every connection; what the bus was asked it answers all the same. */
  hangUp(): void {
    for (const socket of this.#sockets) socket.end();
  }

  #accepted(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    let pending: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk]);
      for (; pending.length >= 8; pending = pending.subarray(8)) this.#asked(pending.subarray(0, 8), socket);
    });
  }

  #give(answer: Buffer, asker: Socket): void {
    const hearing = this.hangsUpAfter === undefined ? this.#sockets : [asker];
    for (const socket of hearing) {
      if (!socket.writable) continue;
      socket.write(answer);
      if (this.hangsUpAfter !== undefined) setTimeout(() => socket.end(), this.hangsUpAfter);
    }
  }

  #asked(request: Buffer, asker: Socket): void {
    this.requests.push(request);
    if (this.isLost(request)) return;
    const due = performance.now() + this.latency(request);
    const answer = answerTo(request, this.exception(request), this.word);
    const bus = this.isParallel ? request.readUInt8(0) : 0;
    const answered = Promise.resolve(this.#buses.get(bus)).then(async () => {
      await new Promise((resolve) => setTimeout(resolve, due - performance.now()));
      this.#give(answer, asker);
      this.answered += 1;
      const again = this.twice(request);
      if (again !== undefined) setTimeout(() => this.#give(answer, asker), again);
    });
    this.#buses.set(bus, answered);
  }
}

/** The frame that a meter answers with. */
export function answerTo(request: Buffer, exception?: number, word = wordOf): Buffer {
  const [unit = 0, functionCode = 0] = request;
  const [start, count] = [request.readUInt16BE(2), request.readUInt16BE(4)];
  const words = Array.from({ length: count }, (_, index) => word(unit, start + index));
  const body =
    exception === undefined
      ? Buffer.from([unit, functionCode, 2 * count, ...words.flatMap((word) => [word >> 8, word & 0xff])])
      : Buffer.from([unit, functionCode | 0x80, exception]);
  const sum = crc(body);
  return Buffer.from([...body, sum & 0xff, sum >> 8]);
}
