import { z } from 'zod';
import type { MeterEvent } from '../../domain/meter-event.ts';
import { type EventCounter, type EventLog, REGISTERS_OF } from '../model.ts';
import { countIn } from './count.ts';
import type { KnownMeter, MeterLog } from './known-meter.ts';
import type { EventLogParts } from './last-event.ts';
import type { LineAccess } from './line-access.ts';
import { savedPosition } from './log-position.ts';
import { noticedEvent } from './meter-events.ts';
import type { Ask } from './request.ts';
import { type Span, spanOfAll, spanOfPlace } from './span.ts';

/** The count of each counter, and how often it fell: a count that comes again is another one then. */
const position = z.object({
  counts: z.record(z.string(), z.object({ count: z.number(), resets: z.number() })),
});

type Counts = z.infer<typeof position>['counts'];

/** Where another log tells of events as well: how long before or after a count it may do so, beyond two looks. */
const APART = 10_000;

/** A rise that was seen. `told`: what another log has said of it. */
interface Rise {
  readonly told: number;
  /** The look before it. */
  readonly lookedAt: number;
}

interface Untold {
  readonly by: number;
  readonly lookedAt: number;
}

/**
 * Counters of events: that one rose is all that the meter says, so that its event begins when that was noticed. Beside
 * another log of the same events they tell only what that one did not: it is given one more look for it.
 */
export class EventCounters implements MeterLog {
  readonly name: MeterLog['name'];
  readonly interval: number;
  readonly #parts: EventLogParts;
  readonly #counters: readonly EventCounter[];
  /** One request that has all counters, where there can be one. */
  readonly #span: Span | undefined;
  readonly #rises = new Map<string, Rise>();
  #counts: Counts | undefined;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(form: EventLog & { form: 'counters' }, parts: EventLogParts & { readonly maxBlock: number }) {
    this.name = parts.name;
    this.interval = form.interval;
    this.#counters = form.counters;
    this.#parts = parts;
    const all = spanOfAll(form.counters.map(({ place }) => ({ place, registers: REGISTERS_OF[place.type] })));
    const isOne = form.counters.every(({ place }) => place.functionCode === all.functionCode);
    this.#span = isOne && all.count <= parts.maxBlock ? all : undefined;
  }

  async check({ ask }: LineAccess, known: KnownMeter): Promise<void> {
    const { clock, meter, log, cursorOf, onEvents } = this.#parts;
    this.#counts ??= savedPosition(cursorOf, { meter, name: this.name, log }, position)?.counts ?? {};
    const before = this.#counts;
    const after: Counts = { ...before };
    const events: MeterEvent[] = [];
    const settled: string[] = [];
    const bytes = this.#span && (await ask({ unit: this.#parts.unit, ...this.#span }));
    for (const counter of this.#counters) {
      const { name } = counter;
      const count = bytes ? this.#countIn(bytes, counter) : await this.#read(counter, ask);
      if (count === undefined) continue;
      const { count: last, resets } = before[name] ?? { count, resets: 0 };
      const untold = count > last ? this.#untold(counter, count - last) : undefined;
      if (count > last && !untold) continue;
      settled.push(name);
      after[name] = { count, resets: resets + (count < last ? 1 : 0) };
      if (count < last) this.#fell(counter, last, count);
      else if (untold && untold.by > 0) events.push(this.#rose(counter, untold, after, known));
    }
    const now = clock.now();
    if (JSON.stringify(after) !== JSON.stringify(before)) {
      await onEvents(events, { meter, log: this.name, position: JSON.stringify({ counts: after }) });
      this.#counts = after;
    }
    for (const name of settled) this.#rises.delete(name);
    this.#lookedAt = now;
  }

  /** How much of a rise no other log has told; undefined while one may still tell it. */
  #untold({ kind, name }: EventCounter, by: number): Untold | undefined {
    const { clock, told } = this.#parts;
    const seen = this.#rises.get(name);
    const { told: before, lookedAt } = seen ?? { told: 0, lookedAt: this.#lookedAt };
    const since = clock.now() - 2 * this.interval - APART;
    const toldOf = before + (told?.take(kind, by - before, since) ?? 0);
    this.#rises.set(name, { told: toldOf, lookedAt });
    const isLeft = toldOf < by;
    return told && isLeft && !seen ? undefined : { by: by - toldOf, lookedAt };
  }

  #rose(counter: EventCounter, { by, lookedAt }: Untold, counts: Counts, known: KnownMeter): MeterEvent {
    const { clock, meter } = this.#parts;
    const { name, kind, phases } = counter;
    const arrivedAt = clock.now();
    const { count = 0, resets = 0 } = counts[name] ?? {};
    const key = [name, ...(resets > 0 ? [`r${resets}`] : []), count].join('-');
    const note = `${name} rose by ${by}`;
    return noticedEvent({ kind, phases, note }, { meter, key, interval: this.interval, arrivedAt, lookedAt, known });
  }

  #fell({ name }: EventCounter, was: number, is: number): void {
    const { meter, log } = this.#parts;
    log.warn({ meter, counter: name, was, lost: is }, 'An event counter of a meter fell: it was reset or replaced');
  }

  #countIn(bytes: Buffer, { place }: EventCounter): number | undefined {
    return countIn(bytes, 2 * (place.address - (this.#span?.start ?? place.address)), place);
  }

  async #read(counter: EventCounter, ask: Ask): Promise<number | undefined> {
    return this.#countIn(await ask({ unit: this.#parts.unit, ...spanOfPlace(counter.place) }), counter);
  }
}
