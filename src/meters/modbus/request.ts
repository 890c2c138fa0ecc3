import type { FunctionCode } from '../model.ts';

/** How requests travel: with a Modbus TCP header, or as serial frames with their checksum. */
export type Framing = 'tcp' | 'rtu';

/** Registers: 3 holding, 4 input. The answer is 2 bytes for each. */
export interface RegisterRequest {
  readonly unit: number;
  readonly functionCode: FunctionCode;
  readonly start: number;
  readonly count: number;
  /** Smaller counts at which no value is cut, ascending: what else could be asked for to bring a line into step. */
  readonly cuts?: readonly number[];
}

/** Coils or discrete inputs. The answer is one bit for each, lowest bit first, in whole bytes. */
export interface BitRequest {
  readonly unit: number;
  readonly functionCode: 1 | 2;
  readonly start: number;
  readonly count: number;
}

/** `count` registers from the given record of a file (Modbus application protocol 6.14). The answer is 2 bytes for each. */
export interface FileRequest {
  readonly unit: number;
  readonly functionCode: 20;
  readonly file: number;
  readonly record: number;
  readonly count: number;
}

/** Basic device identification (Modbus application protocol 6.21). The answer is the list of objects as it was sent. */
export interface IdentityRequest {
  readonly unit: number;
  readonly functionCode: 43;
}

/** Everything that can be asked of a meter: nothing that writes is among it. */
export type Request = RegisterRequest | BitRequest | FileRequest | IdentityRequest;

/** Asks one thing of a meter over its line. The bytes are the values alone, in the order of the wire. */
export type Ask = (request: Request) => Promise<Buffer>;
