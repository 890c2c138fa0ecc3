import { z } from 'zod';
import type { EventFields, EventLog } from '../model.ts';
import { eventFacts } from './event-fields.ts';
import type { KnownMeter, MeterLog } from './known-meter.ts';
import type { EventLogParts } from './last-event.ts';
import type { LineAccess } from './line-access.ts';
import { savedPosition } from './log-position.ts';
import { noticedEvent } from './meter-events.ts';
import { type JournalPosition, RecordJournal } from './record-journal.ts';
import { fileRequests, LONGEST_FILE_READ } from './record-requests.ts';

const position = z.object({ number: z.int().min(0), resets: z.int().min(0) });

/** Numbered event records in registers or in a file. What the log holds at first sight is handed on too. */
export class EventRecords implements MeterLog {
  readonly name = 'events';
  readonly interval: number;
  readonly #parts: EventLogParts;
  readonly #fields: EventFields;
  readonly #journal: RecordJournal;
  #position: JournalPosition | undefined;

  constructor(form: EventLog & { form: 'ring' | 'file' }, parts: EventLogParts & { readonly maxBlock: number }) {
    const { unit, maxBlock } = parts;
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
    const { clock, log, meter, cursorOf, onEvents } = this.#parts;
    const from = this.#position ??
      savedPosition(cursorOf, { meter, name: this.name, log }, position) ?? { number: 0, resets: 0 };
    for await (const { records, position } of this.#journal.after(from, ask)) {
      const arrivedAt = clock.now();
      const events = records.flatMap(({ key, bytes }) => {
        const facts = eventFacts(this.#fields, { start: 0, bytes }, known);
        return facts ? [noticedEvent(facts, { meter, key, interval: this.interval, arrivedAt, known })] : [];
      });
      await onEvents(events, { meter, log: this.name, position: JSON.stringify(position) });
      this.#position = position;
    }
    this.#position ??= from;
  }
}
