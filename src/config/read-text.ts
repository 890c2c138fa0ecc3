import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { messageOf } from '../lib/errors.ts';
import type { Problem } from './problem.ts';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EISDIR: 'a directory',
  EACCES: 'a file that this user may not read',
};

type Text = { readonly text: string } | { readonly problem: Problem };

/**
 * Reads a UTF-8 file, with or without byte order mark. An unreadable file is a problem of the key that named it, given
 * as `named(message)`; without one it is a problem of the file itself.
 */
export function readText(file: string, named?: (message: string) => Problem): Text {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    const reason = REASONS[errorCode(error)] ?? messageOf(error);
    if (named) return { problem: named(`expected a readable file, found ${reason}: ${file}`) };
    return { problem: { file, line: 1, path: '', message: `expected a readable file, found ${reason}` } };
  }
  const text = utf8(bytes);
  if (text !== undefined) return { text };
  const message = 'expected text in UTF-8, found another encoding (GBK?); save the file as UTF-8';
  return { problem: { file, line: firstForeignLine(bytes), path: '', message } };
}

/** The file that another file names: relative to the other's folder. */
export function beside(file: string, name: string): string {
  return isAbsolute(name) ? name : join(dirname(file), name);
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined; // not UTF-8: the caller says so
  }
}

function firstForeignLine(bytes: Buffer): number {
  let line = 1;
  for (let start = 0; start < bytes.length; line++) {
    const end = bytes.indexOf('\n', start);
    const next = end < 0 ? bytes.length : end + 1;
    if (utf8(bytes.subarray(start, next)) === undefined) return line;
    start = next;
  }
  return line;
}
