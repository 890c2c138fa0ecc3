import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { PoisonPayload } from './heard.ts';

/** Sparkplug 3.0, 6.4.17: a metric as it is on the wire. */
export interface Metric {
  readonly name?: string;
  readonly alias?: bigint;
  /** Epoch milliseconds. */
  readonly timestamp?: number;
  readonly datatype?: number;
  readonly isHistorical: boolean;
  readonly isNull: boolean;
  readonly value?: number | bigint | string | boolean;
  /** Its property `Quality`: 0 bad, 192 good, 500 stale. */
  readonly quality?: number;
  /** Its property `engUnit`. */
  readonly unit?: string;
}

export interface SparkplugPayload {
  readonly timestamp?: number;
  readonly seq?: number;
  readonly metrics: readonly Metric[];
}

/** Reads a payload; throws PoisonPayload for what is none, or has more than `most` metrics. */
export function decodePayload(bytes: Uint8Array, most: number): SparkplugPayload {
  const payload: { -readonly [Key in keyof SparkplugPayload]: SparkplugPayload[Key] } = { metrics: [] };
  const metrics: Metric[] = [];
  try {
    readFields(bytes, (reader, field) => {
      if (field === 1) payload.timestamp = Number(reader.uint64());
      else if (field === 2) metrics.push(decodeMetric(reader.bytes()));
      else if (field === 3) payload.seq = Number(reader.uint64());
      else return false;
      if (metrics.length > most) throw new PoisonPayload(`more than ${most} metrics`);
      return true;
    });
  } catch (error) {
    if (error instanceof PoisonPayload) throw error;
    throw new PoisonPayload('no Sparkplug payload', { cause: error });
  }
  return { ...payload, metrics };
}

/** What asks an edge node for its birth (Sparkplug 3.0, 6.4.19: NCMD). */
export function rebirthRequest(now: number): Buffer {
  const metric = new BinaryWriter()
    .tag(1, WireType.LengthDelimited)
    .string('Node Control/Rebirth')
    .tag(3, WireType.Varint)
    .uint64(BigInt(Math.round(now)))
    .tag(4, WireType.Varint)
    .uint32(DATATYPE_BOOLEAN)
    .tag(14, WireType.Varint)
    .bool(true)
    .finish();
  const payload = new BinaryWriter()
    .tag(1, WireType.Varint)
    .uint64(BigInt(Math.round(now)))
    .tag(2, WireType.LengthDelimited)
    .bytes(metric);
  return Buffer.from(payload.finish());
}

const DATATYPE_BOOLEAN = 11;
const SIGNED_BITS: ReadonlyMap<number, number> = new Map([
  [1, 8],
  [2, 16],
  [3, 32],
  [4, 64],
]);
const UNSIGNED: readonly number[] = [5, 6, 7, 8];
const FLOATING: readonly number[] = [9, 10];
const TEXT: readonly number[] = [12, 14];

/**
 * The value by its datatype: signed integers travel as two's complement in unsigned fields, whatever their width.
 * Undefined: it is no number or text, or nobody said what it is.
 */
export function valueByType(value: Metric['value'], datatype: number | undefined): number | string | undefined {
  if (datatype === undefined) return undefined;
  const isInteger = typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value));
  const bits = SIGNED_BITS.get(datatype);
  if (bits !== undefined && isInteger) return Number(BigInt.asIntN(bits, BigInt(value)));
  if (UNSIGNED.includes(datatype) && isInteger) return Number(value);
  if (FLOATING.includes(datatype) && typeof value === 'number') return value;
  return TEXT.includes(datatype) && typeof value === 'string' ? value : undefined;
}

/** Calls `take` for every field; what it does not read is passed over. */
function readFields(bytes: Uint8Array, take: (reader: BinaryReader, field: number) => boolean): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    const from = reader.pos;
    if (!take(reader, field) && reader.pos === from) reader.skip(wireType, field);
  }
  if (reader.pos > reader.len) throw new Error('it ends too early');
}

function decodeMetric(bytes: Uint8Array): Metric {
  const metric: { -readonly [Key in keyof Metric]: Metric[Key] } = { isHistorical: false, isNull: false };
  readFields(bytes, (reader, field) => {
    switch (field) {
      case 1:
        metric.name = reader.string();
        return true;
      case 2:
        metric.alias = BigInt(reader.uint64());
        return true;
      case 3:
        metric.timestamp = Number(reader.uint64());
        return true;
      case 4:
        metric.datatype = reader.uint32();
        return true;
      case 5:
        metric.isHistorical = reader.bool();
        return true;
      case 7:
        metric.isNull = reader.bool();
        return true;
      case 9:
        Object.assign(metric, decodeProperties(reader.bytes()));
        return true;
      case 10:
        metric.value = reader.uint32();
        return true;
      case 11:
        metric.value = BigInt(reader.uint64());
        return true;
      case 12:
        metric.value = reader.float();
        return true;
      case 13:
        metric.value = reader.double();
        return true;
      case 14:
        metric.value = reader.bool();
        return true;
      case 15:
        metric.value = reader.string();
        return true;
      default:
        return false;
    }
  });
  return metric;
}

function decodeProperties(bytes: Uint8Array): Pick<Metric, 'quality' | 'unit'> {
  const keys: string[] = [];
  const values: (number | string | undefined)[] = [];
  readFields(bytes, (reader, field) => {
    if (field === 1) keys.push(reader.string());
    else if (field === 2) values.push(decodeProperty(reader.bytes()));
    else return false;
    return true;
  });
  const quality = values[keys.findIndex((key) => key.toLowerCase() === 'quality')];
  const unit = values[keys.findIndex((key) => key.toLowerCase() === 'engunit')];
  return {
    ...(typeof quality === 'number' && { quality }),
    ...(typeof unit === 'string' && { unit }),
  };
}

/** PropertyValue { type = 1; is_null = 2; int = 3; long = 4; float = 5; double = 6; boolean = 7; string = 8; ... } */
function decodeProperty(bytes: Uint8Array): number | string | undefined {
  let value: number | string | undefined;
  readFields(bytes, (reader, field) => {
    if (field === 3) value = reader.uint32();
    else if (field === 4) value = Number(reader.uint64());
    else if (field === 8) value = reader.string();
    else return false;
    return true;
  });
  return value;
}
