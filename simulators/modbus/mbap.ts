/** One Modbus TCP request: the header's fields and the PDU (function code and data). */
export interface ModbusRequest {
  readonly transaction: number;
  readonly unit: number;
  readonly pdu: Buffer;
}

/** Transaction id, protocol id, length and unit id. */
const HEADER_BYTES = 7;
/** Unit id and at most 253 bytes of PDU. */
const MAX_LENGTH_FIELD = 254;

/** Cuts a TCP stream into Modbus requests: they may come in pieces, or several at once. */
export class RequestReader {
  #pending: Buffer = Buffer.alloc(0);

  /** The requests that are complete with this chunk. Throws when the stream is not Modbus TCP. */
  push(chunk: Buffer): ModbusRequest[] {
    this.#pending = Buffer.concat([this.#pending, chunk]);
    const requests: ModbusRequest[] = [];
    while (this.#pending.length >= HEADER_BYTES) {
      const length = this.#pending.readUInt16BE(4);
      if (this.#pending.readUInt16BE(2) !== 0) throw new Error('Not Modbus: the protocol id is not 0');
      if (length < 2 || length > MAX_LENGTH_FIELD) throw new Error(`Not Modbus: length field ${length}`);
      const end = HEADER_BYTES - 1 + length;
      if (this.#pending.length < end) break;
      requests.push({
        transaction: this.#pending.readUInt16BE(0),
        unit: this.#pending.readUInt8(6),
        pdu: this.#pending.subarray(HEADER_BYTES, end),
      });
      this.#pending = this.#pending.subarray(end);
    }
    return requests;
  }
}

/** The answer to a request: same transaction, same unit. */
export function responseFrame(request: ModbusRequest, pdu: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(request.transaction, 0);
  header.writeUInt16BE(pdu.length + 1, 4);
  header.writeUInt8(request.unit, 6);
  return Buffer.concat([header, pdu]);
}
