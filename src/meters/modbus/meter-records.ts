import { z } from 'zod';
import type { Reading } from '../../domain/reading.ts';
import { OLDEST_READING } from '../../domain/time-limits.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { LoadRecords } from '../model.ts';
import { primaryOf } from '../rating.ts';
import type { CursorSource, EventSink, ReadingSink } from '../reading-sink.ts';
import type { KnownMeter, MeterLog } from './known-meter.ts';
import type { LineAccess } from './line-access.ts';
import { savedPosition } from './log-position.ts';
import { byOurClock, RIGHT_CLOCK } from './meter-clock.ts';
import { OwnReadings } from './own-readings.ts';
import type { Block } from './read-plan.ts';
import { type JournalPosition, RecordJournal } from './record-journal.ts';
import { fileRequests, LONGEST_FILE_READ } from './record-requests.ts';
import { timeOf } from './time-place.ts';
import { rawValues } from './values.ts';

export interface MeterRecordsParts {
  readonly meter: string;
  readonly unit: number;
  readonly pollInterval: number;
  readonly maxBlock: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly onReading: ReadingSink;
  readonly onEvents: EventSink;
  readonly cursorOf: CursorSource;
}

/** `until`: when the last reading of our own had come; `gaps`: what may still be filled. */
const position = z.object({
  number: z.int().min(0),
  resets: z.int().min(0),
  until: z.number().optional(),
  gaps: z.array(z.object({ from: z.number(), to: z.number() })).default([]),
});

type Position = z.infer<typeof position>;

interface TimedRecord {
  readonly bytes: Buffer;
  /** Epoch milliseconds. */
  readonly time: number;
}

/** Load records of a meter's file: they become readings where the daemon has none of its own. */
export class MeterRecords implements MeterLog {
  readonly name = 'records';
  readonly interval: number;
  readonly #parts: MeterRecordsParts;
  readonly #records: LoadRecords;
  readonly #block: Block;
  readonly #journal: RecordJournal;
  readonly #own: OwnReadings;
  #position: Position | undefined;
  #isRestored = false;

  constructor(records: LoadRecords, parts: MeterRecordsParts) {
    const { newest, capacity, recordLength, values, file } = records;
    this.interval = records.interval;
    this.#parts = parts;
    this.#own = new OwnReadings(parts.pollInterval);
    this.#records = records;
    this.#block = {
      functionCode: values[0]?.functionCode ?? 3,
      start: 0,
      count: recordLength,
      registers: values,
      scales: [],
    };
    this.#journal = new RecordJournal({
      ...parts,
      name: this.name,
      newest,
      capacity,
      recordLength,
      maxBlock: Math.min(parts.maxBlock, LONGEST_FILE_READ),
      request: fileRequests(parts.unit, file),
    });
  }

  /** A reading of our own came. */
  came(time: number): void {
    this.#own.came(time);
  }

  async check({ ask }: LineAccess, known: KnownMeter): Promise<void> {
    this.#restore();
    const own = this.#own;
    own.forget(this.#parts.clock.now() - OLDEST_READING);
    const from = this.#position;
    if (!from || !own.hasGaps) {
      // At first sight its history is none of ours; without a gap there is nothing to fill.
      const end = await this.#journal.end(ask, from ?? { number: 0, resets: 0 });
      if (end) await this.#save(end);
      return;
    }
    for await (const { records, position } of this.#journal.after(from, ask)) {
      const timed = records.flatMap(({ bytes }) => this.#timed(bytes, known));
      const readings = timed.flatMap((record) => (own.isMissing(record.time) ? [this.#readingOf(record, known)] : []));
      await Promise.all(readings.map((reading) => this.#parts.onReading(reading)));
      // A meter writes in the order of time: behind this record nothing fills an older gap.
      own.forget(Math.max(Number.NEGATIVE_INFINITY, ...timed.map(({ time }) => time)));
      await this.#save(position);
    }
    // Where nothing new is there, the next life of the daemon must still know the gaps, and until when it was there itself.
    if (this.#position === from) await this.#save(from);
  }

  /** A record with its time by our clock; none where it has no time, or one that is still to come. */
  #timed(bytes: Buffer, known: KnownMeter): TimedRecord[] {
    const { time: place } = this.#records;
    const written = timeOf(bytes, 2 * place.address, place);
    if (typeof written !== 'number') return [];
    const time = Math.round(byOurClock(written, known));
    return time <= this.#parts.clock.now() + RIGHT_CLOCK ? [{ bytes, time }] : [];
  }

  #readingOf({ bytes, time }: TimedRecord, { rating }: KnownMeter): Reading {
    const { meter, clock } = this.#parts;
    const { values, missing } = primaryOf(rawValues([{ block: this.#block, bytes }]), rating);
    const reading = { meter, time, timeSource: 'payload', arrivedAt: clock.now(), values } as const;
    return Object.keys(missing).length > 0 ? { ...reading, missing } : reading;
  }

  async #save({ number, resets }: JournalPosition): Promise<void> {
    const { meter, onEvents } = this.#parts;
    const { gaps, latest: until } = this.#own;
    const next = { number, resets, gaps: [...gaps], ...(until !== undefined && { until }) };
    await onEvents([], { meter, log: this.name, position: JSON.stringify(next) });
    this.#position = next;
  }

  #restore(): void {
    const { meter, log, cursorOf } = this.#parts;
    if (this.#isRestored) return;
    this.#position = savedPosition(cursorOf, { meter, name: this.name, log }, position);
    this.#isRestored = true;
    const { until, gaps = [] } = this.#position ?? {};
    if (until !== undefined) this.#own.resume(until, gaps);
  }
}
