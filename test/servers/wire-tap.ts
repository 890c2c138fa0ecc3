import type { Duplex } from 'node:stream';
import { crc } from './modbus-server.ts';

type Framing = 'tcp' | 'rtu';

export interface TappedFrame {
  readonly unit: number;
  readonly functionCode: number;
}

const TCP_HEADER = 6;
const CHECKSUM = 2;
/** Unit, function code and data of the longest request (Modbus application protocol 1.1b3, 4.1). */
const LONGEST = 254;
/** Of registers, as a serial frame. */
const SHORTEST_READ = 8;

/** Bytes of a request from its unit to its data, where the function code alone says it; the writing ones among them. */
const FIXED: Readonly<Record<number, number>> = {
  ...{ 1: 6, 2: 6, 3: 6, 4: 6, 5: 6, 6: 6 },
  ...{ 7: 2, 8: 6, 11: 2, 12: 2, 17: 2, 22: 8, 24: 4, 43: 5 },
};
/** Where a request has the number of bytes that follow. */
const COUNTED_AT: Readonly<Record<number, number>> = { 15: 6, 16: 6, 20: 2, 21: 2, 23: 10 };

/**
 * Listens on the wires of servers and names every request by its function code, also those that no server knows. Written
 * from the Modbus specification; bytes that are no request of a connection's protocol are kept as a doubt.
 */
export class WireTap {
  readonly frames: TappedFrame[] = [];
  readonly doubts: string[] = [];
  readonly #wires = new Map<Duplex, { bytes: Buffer; framing?: Framing | undefined }>();

  /** To be told all bytes that come over a connection, in their order. */
  readonly heard = (stream: Duplex, chunk: Buffer): void => {
    const wire = this.#wires.get(stream) ?? { bytes: Buffer.alloc(0) };
    this.#wires.set(stream, wire);
    wire.bytes = Buffer.concat([wire.bytes, chunk]);
    wire.framing ??= framingOf(wire.bytes);
    while (wire.framing !== undefined && wire.bytes.length > 0) {
      const length = wire.framing === 'rtu' ? rtuLength(wire.bytes) : tcpLength(wire.bytes);
      if (length === undefined) return;
      const from = wire.framing === 'rtu' ? 0 : TCP_HEADER;
      const [unit, functionCode] = wire.bytes.subarray(from, from + 2);
      if (length === 'no request' || unit === undefined || functionCode === undefined) {
        this.doubts.push(`${wire.framing}: ${wire.bytes.toString('hex')}`);
        wire.bytes = Buffer.alloc(0);
        return;
      }
      this.frames.push({ unit, functionCode });
      wire.bytes = wire.bytes.subarray(length);
    }
  };

  /** Every function code that was heard, in their order. */
  functionCodes(): readonly number[] {
    return [...new Set(this.frames.map(({ functionCode }) => functionCode))].sort((a, b) => a - b);
  }
}

/** A whole frame with the right checksum begins a serial line. Undefined while it may still become one. */
function framingOf(bytes: Buffer): Framing | undefined {
  const length = rtuLength(bytes);
  if (typeof length === 'number') return 'rtu';
  return length === undefined && bytes.length < SHORTEST_READ ? undefined : 'tcp';
}

/** Undefined while it is not all there. */
function tcpLength(bytes: Buffer): number | 'no request' | undefined {
  if (bytes.length < TCP_HEADER) return undefined;
  const body = bytes.readUInt16BE(4);
  if (bytes.readUInt16BE(2) !== 0 || body < 2 || body > LONGEST) return 'no request';
  return bytes.length < TCP_HEADER + body ? undefined : TCP_HEADER + body;
}

function rtuLength(bytes: Buffer): number | 'no request' | undefined {
  const functionCode = bytes[1];
  if (functionCode === undefined) return undefined;
  const countedAt = COUNTED_AT[functionCode];
  if (countedAt !== undefined && bytes.length <= countedAt) return undefined;
  const body = countedAt === undefined ? FIXED[functionCode] : countedAt + 1 + bytes.readUInt8(countedAt);
  if (body === undefined) return 'no request';
  if (bytes.length < body + CHECKSUM) return undefined;
  return crc(bytes.subarray(0, body)) === bytes.readUInt16LE(body) ? body + CHECKSUM : 'no request';
}
