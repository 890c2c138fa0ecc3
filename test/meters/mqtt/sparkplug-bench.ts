import type { Packet } from '../../../src/meters/mqtt/heard.ts';
import type { Interpreter } from '../../../src/meters/mqtt/interpreter.ts';
import { ARRIVAL, interpreterOf, packet, shipped } from './dialects.ts';

export const MODEL = shipped('sparkplug-b');
export const WRITTEN = ARRIVAL - 10_000;

export function meter(): Interpreter {
  return interpreterOf(MODEL, { topic: 'plant/edge1/meter1' });
}

export function hear(
  interpreter: Interpreter,
  type: string,
  payload: Buffer,
  more: Partial<Packet> & { device?: string } = {},
) {
  const { device = 'meter1', ...rest } = more;
  const topic = type.startsWith('N') ? `spBv1.0/plant/${type}/edge1` : `spBv1.0/plant/${type}/edge1/${device}`;
  return interpreter.hear(packet(topic, payload, rest));
}

/** As protobuf writes a number. */
export function varint(number: number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt(number);
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
}
