import type { MeterPlace } from '../../domain/fleet.ts';
import type { MeterEvent, MeterEventKind, Phase } from '../../domain/meter-event.ts';
import { LOW_VOLTAGE_KV, nominalPhaseVolts, SINGLE_PHASE_KV } from '../../domain/nominal-voltage.ts';
import { type Finder, finderOf, type Path } from './json-path.ts';
import type { EventMapping } from './mapping.ts';
import { numberOf } from './payload-number.ts';
import { timeOf } from './payload-time.ts';
import { type Test, testOf } from './value-reader.ts';

/** From here on nobody could have acted on an event at its time. Milliseconds. */
const LATE_AFTER = 5 * 60_000;
const MAX_AHEAD = 10_000;
/** No log is longer; an older time is that of a clock that was never set. */
const MAX_AGE = 366 * 86_400_000;
const MAX_NOTE = 500;
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
  read(message: unknown, place: MeterPlace, arrivedAt: number): readonly MeterEvent[] | undefined {
    if (!this.#each) {
      const whole = { $: message, element: message };
      return this.#isMeant(whole) ? [this.#eventOf(whole, place, arrivedAt)].filter((event) => !!event) : undefined;
    }
    const list = this.#each(message);
    if (!Array.isArray(list)) return undefined;
    const found = list.map((element) => ({ $: message, element })).filter((each) => this.#isMeant(each));
    if (found.length === 0) return undefined;
    return found.flatMap((each) => this.#eventOf(each, place, arrivedAt) ?? []);
  }

  #isMeant(each: Element): boolean {
    return this.#when.every((test) => test(each));
  }

  #eventOf(each: Element, place: MeterPlace, arrivedAt: number): MeterEvent | undefined {
    const kind = this.#kindOf(each);
    if (!kind) return undefined;
    const start = this.#startOf(each, arrivedAt) ?? arrivedAt;
    const duration = this.#durationOf(each);
    const phases = phasesOf(this.#phases?.(each));
    const extreme = this.#extremeOf(each, place, phases);
    const note = textsOf(this.#note, each).join(', ').slice(0, MAX_NOTE);
    const own = textsOf(this.#key, each);
    return {
      meter: place.meter.id,
      key: own.length > 0 ? [kind, ...own].join(':') : [kind, start, ...phases].join(':'),
      kind,
      start,
      phases,
      arrivedAt,
      isLate: arrivedAt - (start + (duration ?? 0)) > LATE_AFTER,
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

  #startOf(each: Element, arrivedAt: number): number | undefined {
    const { start } = this.#mapping;
    if (!start || !this.#start) return undefined;
    const zone = start.zone === 'site' ? this.#timeZone : start.zone;
    const time = timeOf(this.#start(each), start.format, zone, arrivedAt);
    return time !== undefined && time <= arrivedAt + MAX_AHEAD && time >= arrivedAt - MAX_AGE ? time : undefined;
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
