import type { Names } from './names.ts';
import type { Fields } from './rows.ts';

const CELL_BYTES = 10;

/** The fields of one row as bytes: per field its number (uint16) and its value (float64), little endian. */
export function pack(fields: Fields, names: Names): Buffer {
  const entries = Object.entries(fields);
  const packed = Buffer.allocUnsafe(entries.length * CELL_BYTES);
  let at = 0;
  for (const [name, value] of entries) {
    at = packed.writeUInt16LE(names.idOf(name), at);
    at = packed.writeDoubleLE(value, at);
  }
  return packed;
}

/** The fields that `pack` was given, or those of them that are wanted. */
export function unpack(packed: Buffer, names: Names, wanted?: ReadonlySet<string>): Fields {
  const fields: Record<string, number> = {};
  forEachCell(packed, (id, value) => {
    const name = names.nameOf(id);
    if (!wanted || wanted.has(name)) fields[name] = value;
  });
  return fields;
}

/** Each field's number and value in the order in which they were packed. */
export function forEachCell(packed: Buffer, see: (id: number, value: number) => void): void {
  for (let at = 0; at < packed.length; at += CELL_BYTES) see(packed.readUInt16LE(at), packed.readDoubleLE(at + 2));
}

/** Whether no field has a value that is a number. */
export function isBlank(packed: Buffer): boolean {
  for (let at = 0; at < packed.length; at += CELL_BYTES) {
    if (!Number.isNaN(packed.readDoubleLE(at + 2))) return false;
  }
  return true;
}
