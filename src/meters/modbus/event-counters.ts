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

/** Counters of events: that one rose is all that the meter says, so that its event begins when that was noticed. */
export class EventCounters implements MeterLog {
  readonly name = 'events';
  readonly interval: number;
  readonly #parts: EventLogParts;
  readonly #counters: readonly EventCounter[];
  /** One request that has all counters, where there can be one. */
  readonly #span: Span | undefined;
  #counts: Counts | undefined;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(form: EventLog & { form: 'counters' }, parts: EventLogParts & { readonly maxBlock: number }) {
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
    const bytes = this.#span && (await ask({ unit: this.#parts.unit, ...this.#span }));
    for (const counter of this.#counters) {
      const count = bytes ? this.#countIn(bytes, counter) : await this.#read(counter, ask);
      if (count === undefined) continue;
      const last = before[counter.name];
      const resets = (last?.resets ?? 0) + (last && count < last.count ? 1 : 0);
      after[counter.name] = { count, resets };
      if (last && count < last.count) this.#fell(counter, last.count, count);
      else if (last && count > last.count) events.push(this.#rose(counter, count - last.count, after, known));
    }
    const now = clock.now();
    if (JSON.stringify(after) !== JSON.stringify(before)) {
      await onEvents(events, { meter, log: this.name, position: JSON.stringify({ counts: after }) });
      this.#counts = after;
    }
    this.#lookedAt = now;
  }

  #rose(counter: EventCounter, by: number, counts: Counts, known: KnownMeter): MeterEvent {
    const { clock, meter } = this.#parts;
    const { name, kind, phases } = counter;
    const arrivedAt = clock.now();
    const { count = 0, resets = 0 } = counts[name] ?? {};
    const key = [name, ...(resets > 0 ? [`r${resets}`] : []), count].join('-');
    const note = `${name} rose by ${by}`;
    const noticed = { meter, key, interval: this.interval, arrivedAt, lookedAt: this.#lookedAt, known };
    return noticedEvent({ kind, phases, note }, noticed);
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
