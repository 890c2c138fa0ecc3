import type { MeterPlace } from '../../domain/fleet.ts';
import type { MeterEvent, MeterEventKind, Phase } from '../../domain/meter-event.ts';
import { LOW_VOLTAGE_KV, nominalPhaseVolts, SINGLE_PHASE_KV } from '../../domain/nominal-voltage.ts';
import type { TimeFault } from '../../domain/reading.ts';
import { eventTimeFaultOf, isLateEvent } from '../../domain/time-limits.ts';
import type { Packet } from './heard.ts';
import { type Finder, finderOf, type Path } from './json-path.ts';
import type { EventMapping } from './mapping.ts';
import { numberOf } from './payload-number.ts';
import { type OwnTime, ownTimeOf } from './payload-time.ts';
import { UntimedEvents } from './untimed-events.ts';
import { type Test, testOf } from './value-reader.ts';

const MAX_NOTE = 500;
const HAS_WAITED = 'it waited at the broker: the time is when it came';
/** Volts and milliseconds beyond this are none. */
const MOST = 1e12;

/** Reads the events of one kind from messages. Made once for a mapping. */
export class EventReader {
  /** The message is an event as a whole, and nothing else. */
  readonly isWhole: boolean;
  readonly #mapping: EventMapping;
  readonly #timeZone: string;
  readonly #each: Finder | undefined;
  readonly #when: readonly Test[];
  readonly #kind: Finder;
  readonly #start: Finder | undefined;
  readonly #duration: Finder | undefined;
  readonly #extremes: readonly Finder[];
  readonly #phases: Finder | undefined;
  readonly #key: readonly Finder[];
  readonly #note: readonly Finder[];
  readonly #untimed = new UntimedEvents();

  constructor(mapping: EventMapping, timeZone: string) {
    this.#mapping = mapping;
    this.#timeZone = timeZone;
    this.isWhole = !mapping.each;
    this.#each = mapping.each && finderOf(mapping.each);
    this.#when = mapping.when.map((condition) => testOf({ ...condition, paths: condition.paths.map(placed) }));
    this.#kind = placedFinder(mapping.kind.paths);
    this.#start = mapping.start && placedFinder(mapping.start.paths);
    this.#duration = mapping.duration && placedFinder(mapping.duration.paths);
    this.#extremes = mapping.extreme.map(({ paths }) => placedFinder(paths));
    this.#phases = mapping.phases && placedFinder(mapping.phases);
    this.#key = mapping.key.map((path) => placedFinder([path]));
    this.#note = mapping.note.map((path) => placedFinder([path]));
  }

  /** Undefined: the message is about something else. Empty: it is an event of a kind that is of no interest. */
  read(message: unknown, place: MeterPlace, packet: Packet): readonly MeterEvent[] | undefined {
    if (!this.#each) {
      const whole = { $: message, element: message };
      return this.#isMeant(whole) ? this.#eventsOf([whole], place, packet) : undefined;
    }
    const list = this.#each(message);
    if (!Array.isArray(list)) return undefined;
    const found = list.map((element) => ({ $: message, element })).filter((each) => this.#isMeant(each));
    return found.length > 0 ? this.#eventsOf(found, place, packet) : undefined;
  }

  #isMeant(each: Element): boolean {
    return this.#when.every((test) => test(each));
  }

  #eventsOf(found: readonly Element[], place: MeterPlace, packet: Packet): readonly MeterEvent[] {
    return found.flatMap((each, index) => {
      const kind = this.#kindOf(each);
      return kind ? [this.#eventOf(each, kind, index, place, packet)] : [];
    });
  }

  #eventOf(each: Element, kind: MeterEventKind, index: number, place: MeterPlace, packet: Packet): MeterEvent {
    const { arrivedAt } = packet;
    const { time, timeFault } = this.#startOf(each, arrivedAt);
    const duration = this.#durationOf(each);
    const phases = phasesOf(this.#phases?.(each));
    const extreme = this.#extremeOf(each, place, phases);
    const hasWaited = time === undefined && packet.hasWaited === true;
    const note = noteOf(textsOf(this.#note, each), timeFault, hasWaited);
    const own = textsOf(this.#key, each);
    const untimed =
      own.length === 0 && time === undefined
        ? this.#untimed.identityOf(place.meter.id, each.element, index, packet)
        : undefined;
    const key = untimed ? [untimed.key] : own.length > 0 ? own : [time, ...phases];
    return {
      meter: place.meter.id,
      key: [kind, ...key].join(':'),
      kind,
      start: time ?? untimed?.start ?? arrivedAt,
      phases,
      arrivedAt,
      isLate: hasWaited || isLateEvent((time ?? arrivedAt) + (duration ?? 0), arrivedAt),
      ...(duration !== undefined && { duration }),
      ...(extreme !== undefined && { extreme }),
      ...(note !== '' && { note }),
    };
  }

  #kindOf(each: Element): MeterEventKind | undefined {
    const { kinds, other } = this.#mapping.kind;
    const found = this.#kind(each);
    const isWord = typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean';
    return (isWord ? kinds.get(String(found).trim()) : undefined) ?? other;
  }

  #startOf(each: Element, arrivedAt: number): OwnTime {
    const { start } = this.#mapping;
    if (!start || !this.#start) return {};
    const zone = start.zone === 'site' ? this.#timeZone : start.zone;
    return ownTimeOf(this.#start(each), start.format, zone, arrivedAt, eventTimeFaultOf);
  }

  #durationOf(each: Element): number | undefined {
    const duration = numberOf(this.#duration?.(each));
    if (duration === undefined || duration < 0 || duration > MOST) return undefined;
    return duration * (this.#mapping.duration?.scale ?? 1);
  }

  #extremeOf(each: Element, place: MeterPlace, phases: readonly Phase[]): number | undefined {
    for (const [index, find] of this.#extremes.entries()) {
      const found = numberOf(find(each));
      const { unit, scale } = this.#mapping.extreme[index] ?? {};
      if (found === undefined || Math.abs(found) > MOST || scale === undefined) continue;
      if (unit === '%') return (found / 100) * nominalVolts(place.supplyPoint.nominalKv, phases);
      return found * scale * place.meter.ptRatio;
    }
    return undefined;
  }
}

/** What the paths of an event are looked up in: the element, or the message after `$`. */
interface Element {
  readonly $: unknown;
  readonly element: unknown;
}

function placed(path: Path): Path {
  const [first] = path;
  return first?.kind === 'key' && first.key === '$' ? path : [{ kind: 'key', key: 'element' }, ...path];
}

function placedFinder(paths: readonly Path[]): Finder {
  return finderOf(paths.map(placed));
}

/** What the sender says beside it, and what is not to be believed of its time. */
function noteOf(texts: readonly string[], timeFault: TimeFault | undefined, hasWaited: boolean): string {
  const said = texts.join(', ').slice(0, MAX_NOTE);
  const doubt = timeFault ? `its time is ${timeFault}: the time is when it came` : '';
  return [said, doubt, hasWaited ? HAS_WAITED : ''].filter((part) => part !== '').join('; ');
}

/** Below 1 kV meters watch the phases, above it the lines. */
function nominalVolts(nominalKv: number, phases: readonly Phase[]): number {
  const volts = nominalKv * 1_000;
  if (nominalKv <= SINGLE_PHASE_KV || (nominalKv > LOW_VOLTAGE_KV && phases.length !== 1)) return volts;
  return nominalPhaseVolts(volts);
}

const PHASE_OF: ReadonlyMap<string, Phase> = new Map([
  ['L1', 'L1'],
  ['L2', 'L2'],
  ['L3', 'L3'],
  ['A', 'L1'],
  ['B', 'L2'],
  ['C', 'L3'],
  ['1', 'L1'],
  ['2', 'L2'],
  ['3', 'L3'],
]);
const PHASES = ['L1', 'L2', 'L3'] as const;

/** From ["L1", "L2"], "L1,L2", "L1-L2", "ABC", 1 ... in order, each once. */
function phasesOf(found: unknown): readonly Phase[] {
  const texts = (Array.isArray(found) ? found : [found]).flatMap((part) => {
    if (typeof part !== 'string' && typeof part !== 'number') return [];
    return String(part)
      .toUpperCase()
      .match(/L[123]|[ABC123]/g);
  });
  const named = new Set(texts.map((text) => PHASE_OF.get(text ?? '')));
  return PHASES.filter((phase) => named.has(phase));
}

function textsOf(finders: readonly Finder[], each: Element): readonly string[] {
  return finders.flatMap((find) => {
    const found = find(each);
    return typeof found === 'string' || typeof found === 'number' ? [String(found)] : [];
  });
}
