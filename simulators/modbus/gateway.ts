import { createServer, type Server, type Socket } from 'node:net';
import type { Measurement } from '../electricity/measurement.ts';
import { type ModbusRequest, RequestReader, responseFrame } from './mbap.ts';
import { ILLEGAL_FUNCTION, NO_ANSWER_FROM_TARGET, type RegisterLayout, readRegisters } from './registers.ts';

/** One device behind the gateway. Its values are computed when somebody asks. */
export interface ModbusUnit {
  readonly layout: RegisterLayout;
  readonly measure: () => Measurement;
  /** While true, requests to this unit get no answer. */
  readonly isSilent?: () => boolean;
}

export interface GatewayOptions {
  /** By unit id. */
  readonly units: ReadonlyMap<number, ModbusUnit>;
  /** While true, connections are accepted and nothing is answered. */
  readonly isSilent?: () => boolean;
  /** Default 0, which takes a free one. */
  readonly port?: number;
}

const HOST = '127.0.0.1';

/** A Modbus TCP server on loopback with one or several units behind its port. It reads only; nothing can be written. */
export class ModbusGateway {
  readonly #options: GatewayOptions;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#options.port ?? 0, HOST, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
  }

  /** The port that it listens on, once started. */
  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The gateway does not listen');
    return address.port;
  }

  stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  #serve(socket: Socket): void {
    const reader = new RequestReader();
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('close', () => this.#sockets.delete(socket));
    // A client that resets its connection is the client's business; 'close' follows.
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      const requests = readOrHangUp(reader, chunk, socket);
      if (this.#options.isSilent?.()) return;
      for (const request of requests) {
        const answer = this.#answer(request);
        if (answer) socket.write(responseFrame(request, answer));
      }
    });
  }

  #answer(request: ModbusRequest): Buffer | undefined {
    const unit = this.#options.units.get(request.unit);
    const functionCode = request.pdu.readUInt8(0);
    if (!unit) return exception(functionCode, NO_ANSWER_FROM_TARGET);
    if (unit.isSilent?.()) return undefined;
    if (!unit.layout.functionCodes.includes(functionCode) || request.pdu.length !== 5) {
      return exception(functionCode, ILLEGAL_FUNCTION);
    }
    const [address, count] = [request.pdu.readUInt16BE(1), request.pdu.readUInt16BE(3)];
    const registers = readRegisters(unit.layout, address, count, unit.measure());
    if (typeof registers === 'number') return exception(functionCode, registers);
    return Buffer.concat([Buffer.of(functionCode, registers.length), registers]);
  }
}

function exception(functionCode: number, code: number): Buffer {
  return Buffer.of(functionCode | 0x80, code);
}

/** A stream that is not Modbus TCP cannot be brought back into step. */
function readOrHangUp(reader: RequestReader, chunk: Buffer, socket: Socket): ModbusRequest[] {
  try {
    return reader.push(chunk);
  } catch {
    // What was wrong is the client's to find out; a real device closes the connection without a word.
    socket.destroy();
    return [];
  }
}
