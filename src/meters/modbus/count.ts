import { type Place, REGISTERS_OF } from '../model.ts';
import { decode } from './codec.ts';

/**
 * A count in the meter that begins at byte `at`; undefined where it is none. Registers that are all ones are what meters
 * give while they have no value, and no meter has counted that far.
 */
export function countIn(bytes: Buffer, at: number, place: Place): number | undefined {
  const raw = decode(bytes, at, place);
  if (typeof raw !== 'number' || !Number.isInteger(raw) || raw < 0) return undefined;
  const registers = bytes.subarray(at, at + 2 * REGISTERS_OF[place.type]);
  return !place.bits && registers.every((byte) => byte === 0xff) ? undefined : raw;
}
