import { checksum } from './checksum.ts';
import type { Framing, Request } from './request.ts';
import { BASIC, DEVICE_IDENTIFICATION, FILE_RECORDS, HEADER } from './request-frame.ts';

/** Unit, function code and data of the longest answer there can be. */
const LONGEST = 254;
/** Unit, function code and exception code. */
const EXCEPTION = 3;
/** Unit, function code, kind, category, conformity, more, next object, number of objects. */
const IDENTITY = 8;

/** What is asked, and how its answer must come. */
export interface Asked {
  readonly request: Request;
  readonly framing: Framing;
  /** The transaction of Modbus TCP. */
  readonly id: number;
}

/**
 * How many of these bytes, all that came since the request, are its answer; 0 while it is not all there. A text says why
 * they are not the answer nor its beginning: every field is checked as soon as it is there.
 */
export function answerLength(bytes: Buffer, asked: Asked): number | string {
  return asked.framing === 'tcp' ? tcpLength(bytes, asked) : rtuLength(bytes, asked.request);
}

/** Whether the answers to both have the same unit, function code and length: without a transaction nothing else differs. */
export function hasEqualAnswer(one: Request, other: Request): boolean {
  if (one.unit !== other.unit || one.functionCode !== other.functionCode) return false;
  if (one.functionCode === 43 || other.functionCode === 43) return true;
  return byteCount(one) === byteCount(other);
}

/** Whether serial bytes begin as the answer does: unit, function code and byte count. Never of an identity, without any. */
export function hasBegun(bytes: Buffer, request: Request): boolean {
  if (request.functionCode === 43 || bytes.length < 3) return false;
  return bytes[0] === request.unit && bytes[1] === request.functionCode && bytes[2] === byteCount(request);
}

/** The code of an answer that is an exception. */
export function exceptionIn(answer: Buffer, { framing }: Asked): number | undefined {
  const from = HEADER[framing];
  return answer.readUInt8(from + 1) < 0x80 ? undefined : answer.readUInt8(from + 2);
}

/** The values alone of an answer of that length; of an identity, its list of objects. */
export function valuesIn(answer: Buffer, length: number, { request, framing }: Asked): Buffer {
  const from = HEADER[framing];
  const end = framing === 'rtu' ? length - 2 : length;
  if (request.functionCode === 43) return answer.subarray(from + IDENTITY, end);
  return answer.subarray(from + (request.functionCode === 20 ? 5 : 3), end);
}

/** The object from which an identity goes on, where this answer was not all of it. */
export function nextObjectIn(answer: Buffer, { framing }: Asked): number | undefined {
  const from = HEADER[framing];
  return answer.readUInt8(from + 5) === 0 ? undefined : answer.readUInt8(from + 6);
}

function tcpLength(bytes: Buffer, { request, id }: Asked): number | string {
  const from = HEADER.tcp;
  if (bytes.length < 2) return 0;
  if (bytes.readUInt16BE(0) !== id) return `transaction id is ${bytes.readUInt16BE(0)} instead of ${id}`;
  if (bytes.length < 4) return 0;
  if (bytes.readUInt16BE(2) !== 0) return `protocol id is ${bytes.readUInt16BE(2)} instead of 0`;
  if (bytes.length < from) return 0;
  const promised = bytes.readUInt16BE(4);
  if (promised < EXCEPTION || promised > LONGEST) return `the header promises ${promised} bytes`;
  const body = bodyLength(bytes, from, request, promised);
  if (typeof body === 'string' || body === 0) return body;
  if (body !== promised) return `the header promises ${promised} bytes instead of ${body}`;
  return bytes.length < from + body ? 0 : from + body;
}

function rtuLength(bytes: Buffer, request: Request): number | string {
  const body = bodyLength(bytes, 0, request);
  if (typeof body === 'string' || body === 0) return body;
  if (bytes.length < body + 2) return 0;
  return bytes.readUInt16LE(body) === checksum(bytes, body) ? body + 2 : 'the checksum is wrong';
}

/** How long unit, function code and data are by what they say; `promised` by the header. 0 while that cannot be known. */
function bodyLength(bytes: Buffer, from: number, request: Request, promised?: number): number | string {
  if (bytes.length <= from) return 0;
  const unit = bytes.readUInt8(from);
  if (unit !== request.unit) return `unit ${unit} answered instead of ${request.unit}`;
  if (bytes.length <= from + 1) return 0;
  const functionCode = bytes.readUInt8(from + 1);
  if (functionCode === (request.functionCode | 0x80)) return EXCEPTION;
  if (functionCode !== request.functionCode) {
    return `function code is ${functionCode} instead of ${request.functionCode}`;
  }
  if (request.functionCode === 43) return identityLength(bytes, from, promised);
  if (bytes.length <= from + 2) return 0;
  const expected = byteCount(request);
  const count = bytes.readUInt8(from + 2);
  if (count !== expected) return `byte count is ${count} instead of ${expected}`;
  const doubt = request.functionCode === 20 ? recordsDoubt(bytes, from, expected - 1) : undefined;
  return doubt ?? 3 + expected;
}

function byteCount(request: Exclude<Request, { functionCode: 43 }>): number {
  switch (request.functionCode) {
    case 1:
    case 2:
      return Math.ceil(request.count / 8);
    case 20:
      return 2 + 2 * request.count;
    default:
      return 2 * request.count;
  }
}

function recordsDoubt(bytes: Buffer, from: number, expected: number): string | undefined {
  if (bytes.length <= from + 3) return undefined;
  const length = bytes.readUInt8(from + 3);
  if (length !== expected) return `length of the records is ${length} instead of ${expected}`;
  if (bytes.length <= from + 4) return undefined;
  const reference = bytes.readUInt8(from + 4);
  return reference === FILE_RECORDS ? undefined : `reference type is ${reference} instead of ${FILE_RECORDS}`;
}

/**
 * Only its objects say how long an identity is. Meters disagree whether the number of objects is of this answer or of
 * all that follow; where a header says where the answer ends, that decides.
 */
function identityLength(bytes: Buffer, from: number, promised?: number): number | string {
  if (bytes.length <= from + 3) return 0;
  const kind = bytes.readUInt8(from + 2);
  const category = bytes.readUInt8(from + 3);
  if (kind !== DEVICE_IDENTIFICATION || category !== BASIC) return `it identifies by ${kind}/${category}`;
  if (bytes.length < from + IDENTITY) return 0;
  const objects = bytes.readUInt8(from + 7);
  let length = IDENTITY;
  for (let index = 0; index < objects && length !== promised; index += 1) {
    if (bytes.length <= from + length + 1) return 0;
    length += 2 + bytes.readUInt8(from + length + 1);
    if (length > LONGEST) return 'its objects are longer than an answer can be';
  }
  return length;
}
