import type { FunctionCode } from '../model.ts';

/** How requests travel: with a Modbus TCP header, or as serial frames with their checksum. */
export type Framing = 'modbus-tcp' | 'rtu-over-tcp';

export interface Request {
  readonly unit: number;
  readonly functionCode: FunctionCode;
  readonly start: number;
  readonly count: number;
}

const HEADER = { 'modbus-tcp': 6, 'rtu-over-tcp': 0 } as const satisfies Record<Framing, number>;
const CHECKSUM = { 'modbus-tcp': 0, 'rtu-over-tcp': 2 } as const satisfies Record<Framing, number>;

/**
 * Why these bytes, all that came since the request, are not exactly one answer to it; undefined when they are. It checks
 * what modbus-serial lets pass: protocol id, byte count against the request, unit of an exception, bytes too many.
 */
export function doubtAbout(
  bytes: Buffer,
  framing: Framing,
  { unit, functionCode, count }: Request,
): string | undefined {
  const header = HEADER[framing];
  const body = bytes.subarray(header, bytes.length - CHECKSUM[framing]);
  if (body.length < 3) return `only ${bytes.length} bytes came`;
  if (header > 0) {
    const protocol = bytes.readUInt16BE(2);
    if (protocol !== 0) return `protocol id is ${protocol} instead of 0`;
    const length = bytes.readUInt16BE(4);
    if (length !== body.length) return `the header promises ${length} bytes, ${body.length} came`;
  }
  if (body[0] !== unit) return `unit ${body[0]} answered instead of ${unit}`;
  const isException = body[1] === (functionCode | 0x80);
  if (!isException && body[1] !== functionCode) return `function code is ${body[1]} instead of ${functionCode}`;
  if (!isException && body[2] !== 2 * count) return `byte count is ${body[2]} instead of ${2 * count}`;
  const expected = isException ? 3 : 3 + 2 * count;
  return body.length === expected ? undefined : `${body.length} bytes came instead of ${expected}`;
}
