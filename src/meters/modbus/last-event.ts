import { z } from 'zod';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { EventLog } from '../model.ts';
import type { CursorSource, EventSink } from '../reading-sink.ts';
import { eventFacts, type FieldBytes, placesOf } from './event-fields.ts';
import type { KnownMeter, MeterLog } from './known-meter.ts';
import type { LineAccess } from './line-access.ts';
import { savedPosition } from './log-position.ts';
import { noticedEvent } from './meter-events.ts';
import type { Ask } from './request.ts';
import { type Span, spanOfAll } from './span.ts';
import type { ToldEvents } from './told-events.ts';

export interface EventLogParts {
  readonly name: MeterLog['name'];
  readonly meter: string;
  readonly unit: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly onEvents: EventSink;
  readonly cursorOf: CursorSource;
  /** Where the meter counts its events too. */
  readonly told?: ToldEvents;
}

const position = z.object({ key: z.string() });

/** The registers of a meter's last event: what happens between two looks is seen only if it is the last. */
export class LastEvent implements MeterLog {
  readonly name: MeterLog['name'];
  readonly interval: number;
  readonly #parts: EventLogParts;
  readonly #form: EventLog & { form: 'last' };
  readonly #span: Span;
  #lastKey: string | undefined;
  #isRestored = false;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(form: EventLog & { form: 'last' }, parts: EventLogParts) {
    this.name = parts.name;
    this.interval = form.interval;
    this.#parts = parts;
    this.#form = form;
    this.#span = spanOfAll(placesOf(form.fields));
  }

  async check({ ask }: LineAccess, known: KnownMeter): Promise<void> {
    const { meter, clock, onEvents, told } = this.#parts;
    const lastKey = this.#restored();
    const facts = eventFacts(this.#form.fields, await this.#read(ask), known);
    // A meter without an event is a first sight too: what comes after it is news.
    const key = facts ? [facts.start ?? '', facts.kind, facts.phases.join('')].join('-') : '';
    const arrivedAt = clock.now();
    const lookedAt = this.#lookedAt;
    this.#lookedAt = arrivedAt;
    if (key === lastKey) return;
    const event = facts && noticedEvent(facts, { meter, key, interval: this.interval, arrivedAt, lookedAt, known });
    // Nobody knows when the meter put there what is seen for the first time.
    const events = event ? [lastKey === undefined ? { ...event, isLate: true } : event] : [];
    await onEvents(events, { meter, log: this.name, position: JSON.stringify({ key }) });
    if (lastKey !== undefined) told?.add(events);
    this.#lastKey = key;
  }

  #restored(): string | undefined {
    const { meter, log, cursorOf } = this.#parts;
    if (!this.#isRestored) this.#lastKey = savedPosition(cursorOf, { meter, name: this.name, log }, position)?.key;
    this.#isRestored = true;
    return this.#lastKey;
  }

  /** All fields at once: a meter may write the next event between two requests. */
  async #read(ask: Ask): Promise<FieldBytes> {
    const bytes = await ask({ unit: this.#parts.unit, ...this.#span });
    return { start: this.#span.start, bytes };
  }
}
