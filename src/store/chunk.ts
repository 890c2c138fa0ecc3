import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Names } from './names.ts';
import { forEachCell } from './packing.ts';
import type { Row } from './rows.ts';

/** A row on its way into a chunk, its fields packed; whose it is, the chunk's key says. */
export interface PackedRow {
  readonly time: number;
  readonly packed: Buffer;
}

const FORMAT = 1;

/**
 * Many rows of one meter as one compressed piece. Nothing is rounded: every float64 comes back bit for bit.
 *
 *     byte 0      format, 1
 *     byte 1..    raw deflate of, all little endian:
 *       uint32    number of rows, n
 *       n float64 times in ascending order, shuffled
 *       per field, to the end:
 *         uint16    number of the field's name
 *         n float64 values, shuffled; NaN where a row has no such field (a value is never NaN)
 *
 * Shuffled: all first bytes, then all second bytes, ... Neighbouring values share their high bytes, and values that
 * a meter holds as float32 have zeros in their low bytes; side by side both deflate to almost nothing.
 */
export function encodeChunk(rows: readonly PackedRow[]): Buffer {
  const count = rows.length;
  const columns = new Map<number, Float64Array>();
  for (const [index, { packed }] of rows.entries()) {
    forEachCell(packed, (id, value) => {
      if (Number.isNaN(value)) return;
      const column = columns.get(id) ?? new Float64Array(count).fill(Number.NaN);
      column[index] = value;
      columns.set(id, column);
    });
  }
  const body = Buffer.allocUnsafe(4 + count * 8 + columns.size * (2 + count * 8));
  let at = body.writeUInt32LE(count);
  at = shuffle(
    Float64Array.from(rows, (row) => row.time),
    body,
    at,
  );
  for (const [id, column] of columns) at = shuffle(column, body, body.writeUInt16LE(id, at));
  return Buffer.concat([Buffer.of(FORMAT), deflateRawSync(body, { level: 1 })]);
}

/** The rows of a chunk in order of time, with the fields that are wanted (all, unless told). */
export function decodeChunk(chunk: Buffer, names: Names, wanted?: ReadonlySet<string>): Omit<Row, 'meter'>[] {
  if (chunk[0] !== FORMAT) throw new Error(`a chunk has the unknown format ${chunk[0]}; known is ${FORMAT}`);
  const body = inflateRawSync(chunk.subarray(1));
  const columnBytes = body.readUInt32LE(0) * 8;
  const rows: { time: number; fields: Record<string, number> }[] = [];
  for (const time of unshuffle(body.subarray(4, 4 + columnBytes))) rows.push({ time, fields: {} });
  for (let at = 4 + columnBytes; at < body.length; at += 2 + columnBytes) {
    const name = names.nameOf(body.readUInt16LE(at));
    if (wanted && !wanted.has(name)) continue;
    const column = unshuffle(body.subarray(at + 2, at + 2 + columnBytes));
    for (const [index, row] of rows.entries()) {
      const value = column[index];
      if (value !== undefined && !Number.isNaN(value)) row.fields[name] = value;
    }
  }
  return rows;
}

/** Writes a column's bytes into `body` from `at` on; returns where it ends. */
function shuffle(values: Float64Array, body: Buffer, at: number): number {
  const count = values.length;
  const value = Buffer.allocUnsafe(8);
  for (let index = 0; index < count; index++) {
    value.writeDoubleLE(values[index] ?? 0);
    for (let place = 0; place < 8; place++) body[at + place * count + index] = value[place] ?? 0;
  }
  return at + count * 8;
}

function unshuffle(shuffled: Buffer): Float64Array {
  const count = shuffled.length / 8;
  const values = new Float64Array(count);
  const value = Buffer.allocUnsafe(8);
  for (let index = 0; index < count; index++) {
    for (let place = 0; place < 8; place++) value[place] = shuffled[place * count + index] ?? 0;
    values[index] = value.readDoubleLE();
  }
  return values;
}
