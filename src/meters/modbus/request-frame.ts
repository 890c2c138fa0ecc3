import { checksum } from './checksum.ts';
import type { FileRequest, Framing, Request } from './request.ts';

/** Bytes in front of the unit: transaction, protocol and length of a Modbus TCP header. */
export const HEADER = { tcp: 6, rtu: 0 } as const satisfies Record<Framing, number>;

/** Kind of identity interface, and its basic category. */
export const DEVICE_IDENTIFICATION = 14;
export const BASIC = 1;

/** Reference type of file records; the only one there is. */
export const FILE_RECORDS = 6;

/** What an answer can carry: 250 bytes of registers or bits, 245 of a file with its two length bytes. */
const MOST = { 1: 2000, 2: 2000, 3: 125, 4: 125, 20: 121 } as const;

/**
 * A request as it goes over the wire. `id` is the transaction of Modbus TCP, `object` where an identity is read on from.
 * Throws a RangeError for what no request can say (Modbus application protocol 1.1b3, 6.1-6.4, 6.14, 6.21).
 */
export function requestFrame(request: Request, framing: Framing, id: number, object = 0): Buffer {
  const from = HEADER[framing];
  const body = bodyLength(request);
  const frame = Buffer.allocUnsafe(from + body + (framing === 'rtu' ? 2 : 0));
  frame.writeUInt8(request.unit, from);
  frame.writeUInt8(request.functionCode, from + 1);
  if (request.functionCode === 43) {
    frame.writeUInt8(DEVICE_IDENTIFICATION, from + 2);
    frame.writeUInt8(BASIC, from + 3);
    frame.writeUInt8(object, from + 4);
  } else {
    const most = MOST[request.functionCode];
    if (!(request.count >= 1 && request.count <= most)) throw new RangeError(`a count of ${request.count}`);
    if (request.functionCode === 20) writeRecords(frame, from + 2, request);
    else {
      frame.writeUInt16BE(request.start, from + 2);
      frame.writeUInt16BE(request.count, from + 4);
    }
  }
  if (framing === 'rtu') frame.writeUInt16LE(checksum(frame, body), body);
  else {
    frame.writeUInt16BE(id, 0);
    frame.writeUInt16BE(0, 2);
    frame.writeUInt16BE(body, 4);
  }
  return frame;
}

function bodyLength({ functionCode }: Request): number {
  if (functionCode === 43) return 5;
  return functionCode === 20 ? 10 : 6;
}

/** One group: its length, reference type, file, first record and how many registers. */
function writeRecords(frame: Buffer, at: number, { file, record, count }: FileRequest): void {
  frame.writeUInt8(7, at);
  frame.writeUInt8(FILE_RECORDS, at + 1);
  frame.writeUInt16BE(file, at + 2);
  frame.writeUInt16BE(record, at + 4);
  frame.writeUInt16BE(count, at + 6);
}
