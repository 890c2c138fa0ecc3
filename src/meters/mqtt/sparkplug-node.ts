import { type Metric, type SparkplugPayload, valueByType } from './sparkplug-payload.ts';

/** Between two requests for a birth. */
const COOL_DOWN = 30_000;
const BAD = 0;
const STALE = 500;

/** A metric with its name, its value as its datatype means it, and what marks it. */
export interface NamedMetric {
  readonly name: string;
  readonly timestamp?: number;
  readonly isHistorical: boolean;
  readonly value: number | string | undefined;
  readonly mark?: 'missing' | 'suspect';
  readonly unit?: string;
}

export interface NodeNews {
  readonly metrics: readonly NamedMetric[];
  /** The device is dead, or with 'node' all of the edge node's are. */
  readonly death?: 'device' | 'node';
  /** The birth certificate must be asked for. */
  readonly isRebirthDue: boolean;
}

const NOTHING: NodeNews = { metrics: [], isRebirthDue: false };

/** What a birth says of a metric. `device` is '' for the edge node itself. */
interface Known {
  readonly device: string;
  readonly name: string;
  readonly datatype: number | undefined;
  readonly unit: string | undefined;
}

/**
 * The session of one Sparkplug edge node: births, deaths, aliases and the sequence of its messages. After a gap nothing
 * that goes by an alias is believed until the node is born again; it is asked to be, once in 30 s at most.
 */
export class SparkplugNode {
  /** The devices whose metrics matter; '' is the node itself. */
  readonly #devices: ReadonlySet<string>;
  readonly #byAlias = new Map<bigint, Known | 'ambiguous'>();
  readonly #byName = new Map<string, Known>();
  readonly #born = new Set<string>();
  #birthSequence: bigint | undefined;
  #sequence: number | undefined;
  #isTrusted = false;
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(devices: ReadonlySet<string>) {
    this.#devices = devices;
  }

  /** `now` is when the message arrived, epoch milliseconds. */
  hear(type: string, device: string, payload: SparkplugPayload, now: number): NodeNews {
    switch (type) {
      case 'NBIRTH':
        this.#begin(payload);
        return this.#birth('', payload, now);
      case 'DBIRTH': {
        const isInOrder = this.#follows(payload);
        return this.#asking(!isInOrder, this.#birth(device, payload, now), now);
      }
      case 'NDATA':
      case 'DDATA':
        return this.#data(device, payload, now);
      case 'NDEATH':
        return this.#nodeDeath(payload);
      case 'DDEATH':
        this.#born.delete(device);
        this.#forget(device);
        return this.#asking(!this.#follows(payload), { metrics: [], death: 'device', isRebirthDue: false }, now);
      default:
        return NOTHING;
    }
  }

  #begin(payload: SparkplugPayload): void {
    this.#byAlias.clear();
    this.#byName.clear();
    this.#born.clear();
    this.#birthSequence = deathSequenceOf(payload);
    this.#sequence = payload.seq;
    this.#isTrusted = true;
  }

  #birth(device: string, { metrics }: SparkplugPayload, now: number): NodeNews {
    if (!this.#devices.has(device)) return NOTHING;
    this.#forget(device);
    this.#born.add(device);
    for (const { name, alias, datatype, unit } of metrics) {
      if (name === undefined) continue;
      const known = { device, name, datatype, unit };
      this.#byName.set(keyOf(device, name), known);
      // An alias must be unique over the whole edge node (Sparkplug 3.0, 6.4.17): one that is not tells nothing.
      if (alias !== undefined) this.#byAlias.set(alias, this.#byAlias.has(alias) ? 'ambiguous' : known);
    }
    return this.#named(device, metrics, now);
  }

  #data(device: string, payload: SparkplugPayload, now: number): NodeNews {
    const isInOrder = this.#follows(payload);
    const isOurs = this.#devices.has(device);
    const news = isOurs ? this.#named(device, payload.metrics, now) : NOTHING;
    return this.#asking(!isInOrder || (isOurs && !this.#born.has(device)), news, now);
  }

  /** A death of an earlier session may come after the birth of the next one; it tells by its bdSeq. */
  #nodeDeath(payload: SparkplugPayload): NodeNews {
    const isOther = this.#birthSequence === undefined || deathSequenceOf(payload) !== this.#birthSequence;
    if (isOther) return NOTHING;
    this.#birthSequence = undefined;
    this.#sequence = undefined;
    this.#isTrusted = false;
    this.#born.clear();
    this.#byAlias.clear();
    this.#byName.clear();
    return { metrics: [], death: 'node', isRebirthDue: false };
  }

  /** Whether the message is the next one after the last (0 follows 255). */
  #follows({ seq }: SparkplugPayload): boolean {
    const expected = this.#sequence === undefined ? undefined : (this.#sequence + 1) % 256;
    if (seq !== undefined) this.#sequence = seq;
    if (seq !== undefined && seq !== expected) this.#isTrusted = false;
    return this.#isTrusted;
  }

  #named(device: string, metrics: readonly Metric[], now: number): NodeNews {
    let isUnknown = false;
    const named: NamedMetric[] = [];
    for (const metric of metrics) {
      const known = this.#knownOf(device, metric);
      if (known === 'unknown') isUnknown = true;
      else if (known) named.push(namedMetric(metric, known));
    }
    return { metrics: named, isRebirthDue: isUnknown && this.#isAskDue(now) };
  }

  #knownOf(device: string, { name, alias, datatype, unit }: Metric): Known | 'unknown' | undefined {
    if (name !== undefined) {
      const known = this.#byName.get(keyOf(device, name));
      return { device, name, datatype: datatype ?? known?.datatype, unit: unit ?? known?.unit };
    }
    if (alias === undefined) return undefined;
    if (!this.#isTrusted) return 'unknown';
    const known = this.#byAlias.get(alias);
    if (known === 'ambiguous') return undefined;
    return known?.device === device ? { ...known, unit: unit ?? known.unit } : 'unknown';
  }

  #forget(device: string): void {
    for (const [alias, known] of this.#byAlias)
      if (known !== 'ambiguous' && known.device === device) this.#byAlias.delete(alias);
    for (const [key, known] of this.#byName) if (known.device === device) this.#byName.delete(key);
  }

  #asking(isWanted: boolean, news: NodeNews, now: number): NodeNews {
    return isWanted && this.#isAskDue(now) ? { ...news, isRebirthDue: true } : news;
  }

  #isAskDue(now: number): boolean {
    // A clock that was set back is followed.
    if (now >= this.#askedAt && now - this.#askedAt < COOL_DOWN) return false;
    this.#askedAt = now;
    return true;
  }
}

function keyOf(device: string, name: string): string {
  return `${device}\n${name}`;
}

function deathSequenceOf({ metrics }: SparkplugPayload): bigint | undefined {
  const value = metrics.find(({ name }) => name === 'bdSeq')?.value;
  return typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))
    ? BigInt(value)
    : undefined;
}

function namedMetric(metric: Metric, { name, datatype, unit }: Known): NamedMetric {
  const { timestamp, isHistorical, isNull, quality } = metric;
  const value = isNull ? undefined : valueByType(metric.value, datatype);
  const isMissing = isNull || quality === STALE || (quality === BAD && value === undefined);
  return {
    name,
    isHistorical,
    value,
    ...(timestamp !== undefined && { timestamp }),
    ...(isMissing ? { mark: 'missing' as const } : quality === BAD && { mark: 'suspect' as const }),
    ...(unit !== undefined && { unit }),
  };
}
