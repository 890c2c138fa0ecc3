import { z } from 'zod';
import type { EventFields, EventLog } from '../model.ts';
import { type EventFacts, recordFacts } from './event-fields.ts';
import type { KnownMeter, MeterLog } from './known-meter.ts';
import type { EventLogParts } from './last-event.ts';
import type { LineAccess } from './line-access.ts';
import { savedPosition } from './log-position.ts';
import { noticedEvent } from './meter-events.ts';
import { type JournalPosition, type JournalRecord, RecordJournal } from './record-journal.ts';
import { fileRequests, LONGEST_FILE_READ } from './record-requests.ts';

const position = z.object({ number: z.int().min(0), resets: z.int().min(0) });

/** Numbered event records in registers or in a file. What the log holds at first sight is handed on too. */
export class EventRecords implements MeterLog {
  readonly name: MeterLog['name'];
  readonly interval: number;
  readonly #parts: EventLogParts;
  readonly #fields: EventFields;
  readonly #journal: RecordJournal;
  #position: JournalPosition | undefined;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(form: EventLog & { form: 'ring' | 'file' }, parts: EventLogParts & { readonly maxBlock: number }) {
    const { unit, maxBlock } = parts;
    this.name = parts.name;
    this.interval = form.interval;
    this.#parts = parts;
    this.#fields = form.fields;
    const { newest, capacity, recordLength } = form;
    this.#journal = new RecordJournal({
      ...parts,
      name: this.name,
      newest,
      capacity,
      recordLength,
      maxBlock: form.form === 'file' ? Math.min(maxBlock, LONGEST_FILE_READ) : maxBlock,
      request:
        form.form === 'file'
          ? fileRequests(unit, form.file)
          : (offset, count) => ({ unit, functionCode: form.functionCode, start: form.first + offset, count }),
    });
  }

  async check({ ask }: LineAccess, known: KnownMeter): Promise<void> {
    const { clock, log, meter, cursorOf, onEvents, told } = this.#parts;
    this.#position ??= savedPosition(cursorOf, { meter, name: this.name, log }, position);
    const { interval } = this;
    const lookedAt = this.#lookedAt;
    const now = clock.now();
    for await (const { records, position } of this.#journal.after(this.#position, ask)) {
      const arrivedAt = clock.now();
      const events = records.flatMap((record) => {
        const facts = recordFacts(this.#fields, { start: 0, bytes: record.bytes }, known);
        return facts
          ? [noticedEvent(facts, { meter, key: keyOf(record, facts), interval, arrivedAt, lookedAt, known })]
          : [];
      });
      await onEvents(events, { meter, log: this.name, position: JSON.stringify(position) });
      if (this.#position) told?.add(events);
      this.#position = position;
    }
    this.#lookedAt = now;
  }
}

/**
 * A record is the same whatever number it is read under, as after a newest number that was wrong: then it stands in the same
 * slot and says the same. Only without a start is its number all that tells it from others.
 */
function keyOf({ key, slot }: JournalRecord, { start, kind, phases }: EventFacts): string {
  return start === undefined ? key : [start, kind, phases.join(''), `slot${slot}`].join('-');
}
