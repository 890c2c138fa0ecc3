import type { Reading } from '../../domain/reading.ts';
import { timeFaultOf } from '../../domain/time-limits.ts';
import type { Packet } from './heard.ts';
import { type Incoming, NO_NEWS, type Outcome, type TopicListener } from './incoming.ts';
import type { PayloadModel } from './mapping.ts';
import type { MeterVoice } from './meter-voice.ts';
import { type NamedMetric, SparkplugNode } from './sparkplug-node.ts';
import { rebirthRequest } from './sparkplug-payload.ts';
import { MarkedValue, type ValueReader } from './value-reader.ts';

/** A meter behind an edge node. `device` is '' where the node itself is the meter. */
export interface EdgeMeter {
  readonly device: string;
  readonly voice: MeterVoice;
  readonly values: ValueReader;
  readonly hold: PayloadModel['hold'];
}

/** Metrics of one message may be older than its newest one by so much where nothing is held. */
const AT_LEAST = 5_000;

/** All meters behind one Sparkplug edge node: their births, deaths and sequence are one. */
export class EdgeListener implements TopicListener {
  readonly #group: string;
  readonly #edge: string;
  readonly #meters: EdgeMeter[] = [];
  readonly #devices = new Set<string>();
  readonly #node = new SparkplugNode(this.#devices);

  constructor(group: string, edge: string) {
    this.#group = group;
    this.#edge = edge;
  }

  add(meter: EdgeMeter): void {
    this.#meters.push(meter);
    this.#devices.add(meter.device);
  }

  metersOf(levels: readonly string[]): readonly string[] {
    const device = levels[4];
    const meant = device === undefined ? this.#meters : this.#meters.filter((meter) => meter.device === device);
    return meant.map(({ voice }) => voice.place.meter.id);
  }

  hear(incoming: Incoming): Outcome | undefined {
    const { packet, levels } = incoming;
    const [, , type = '', , device = ''] = levels;
    // No birth or data is ever to be kept by a broker (Sparkplug 3.0, 6.4); commands are for the node.
    if (packet.isRetained || !MESSAGES.has(type) || levels.length > 5) return undefined;
    if (type.startsWith('D') !== (device !== '')) return undefined;
    const payload = incoming.sparkplug();
    const news = this.#node.hear(type, device, payload, packet.arrivedAt);
    const meant = this.#meters.filter((meter) => news.death === 'node' || meter.device === device);
    if (news.death) for (const { voice } of meant) voice.forget();
    const readings = meant.flatMap((meter) => readingsOf(meter, timed(news.metrics, payload.timestamp), packet));
    if (!news.isRebirthDue) return readings.length > 0 ? { ...NO_NEWS, readings } : NO_NEWS;
    const topic = `spBv1.0/${this.#group}/NCMD/${this.#edge}`;
    return { readings, events: [], requests: [{ topic, payload: rebirthRequest(packet.arrivedAt) }] };
  }
}

const MESSAGES: ReadonlySet<string> = new Set(['NBIRTH', 'NDEATH', 'NDATA', 'DBIRTH', 'DDEATH', 'DDATA']);

/** A metric with its own time, or that of its message; Infinity when neither has one. */
interface Timed {
  readonly metric: NamedMetric;
  readonly time: number;
}

/** In order of time; what has none comes last. */
function timed(metrics: readonly NamedMetric[], usual = Number.POSITIVE_INFINITY): readonly Timed[] {
  const found = metrics.map((metric) => ({ metric, time: metric.timestamp ?? usual }));
  return found.sort((a, b) => (a.time === b.time ? 0 : a.time - b.time));
}

/**
 * One reading for each instant of history, one for what has no time, and for what is live one that has the time of its
 * newest metric, until a metric repeats. In order of time.
 */
function readingsOf(meter: EdgeMeter, metrics: readonly Timed[], packet: Packet): Reading[] {
  const readings: Reading[] = [];
  let instant: Instant = { metrics: new Map(), isHistorical: false };
  const finish = (): void => {
    const reading = instantReading(meter, instant, packet);
    if (reading) readings.push(reading);
  };
  for (const each of metrics) {
    const { isHistorical, name } = each.metric;
    if (instant.metrics.has(name) || isHistorical !== instant.isHistorical || isOfAnotherTime(each, instant)) {
      finish();
      instant = { metrics: new Map(), isHistorical };
    }
    instant.metrics.set(name, each);
  }
  finish();
  return readings;
}

interface Instant {
  /** In order of time. */
  readonly metrics: Map<string, Timed>;
  readonly isHistorical: boolean;
}

function isOfAnotherTime({ time }: Timed, { metrics, isHistorical }: Instant): boolean {
  if (!isHistorical && Number.isFinite(time)) return false;
  return [...metrics.values()].some((other) => other.time !== time);
}

function instantReading(meter: EdgeMeter, { metrics, isHistorical }: Instant, packet: Packet): Reading | undefined {
  const { arrivedAt } = packet;
  const newest = [...metrics.values()].at(-1)?.time;
  if (newest === undefined) return undefined;
  const isTimed = Number.isFinite(newest);
  const timeFault = isTimed ? timeFaultOf(newest, arrivedAt) : undefined;
  const isOfArrival = !isTimed || timeFault !== undefined;
  // Of history without a time that can be right nobody knows when it was.
  if (isHistorical && isOfArrival) return undefined;
  const oldest = Math.min(newest, arrivedAt) - Math.max(meter.hold, AT_LEAST);
  const sample: Record<string, MarkedValue> = {};
  for (const [name, { metric, time }] of metrics) {
    // What a birth repeats from long ago is no news.
    if (time < oldest) continue;
    Object.defineProperty(sample, name, {
      value: new MarkedValue(metric.value, metric.mark, metric.unit),
      enumerable: true,
    });
  }
  const said = meter.values.read(sample, undefined);
  if (said.values.length === 0 && said.suspect.length === 0) return undefined;
  // What has waited may be as old as can be: nothing that is held is joined with it, and it is not held.
  const isPast = isHistorical || (packet.hasWaited === true && isOfArrival);
  const when = isOfArrival ? timeFault && { timeFault } : { time: newest };
  return meter.voice.readingOf({ said, isHistorical: isPast, ...when }, arrivedAt);
}
