import type { FileRequest } from './request.ts';

/** Registers: an answer to function code 20 has at most 245 bytes, two of them about themselves (protocol 6.14). */
export const LONGEST_FILE_READ = 121;

/** Requests for records that stand in a file of a unit one after the other. */
export function fileRequests(unit: number, file: number): (offset: number, count: number) => FileRequest {
  return (record, count) => ({ unit, functionCode: 20, file, record, count });
}
