import type { Log } from '../../lib/log.ts';
import type { ModbusNumber } from '../model.ts';
import { countIn } from './count.ts';
import type { Ask, Request } from './request.ts';
import { spanOfPlace } from './span.ts';

export interface RecordJournalParts {
  readonly meter: string;
  readonly unit: number;
  /** As the log calls it: 'events', 'records'. */
  readonly name: string;
  /** Holds the number of the newest record; numbers count up from 1. */
  readonly newest: ModbusNumber;
  readonly capacity: number;
  readonly recordLength: number;
  /** Registers of one request. */
  readonly maxBlock: number;
  /** The request for `count` registers from register `offset` of the records. */
  request(offset: number, count: number): Request;
  readonly log: Log;
}

/** The number of the last record that was taken, and how often the numbers began anew. */
export interface JournalPosition {
  readonly number: number;
  readonly resets: number;
}

export interface JournalRecord {
  /** Its number, and behind it how often the numbers had begun anew. */
  readonly key: string;
  /** Where it stands, counted from 0: the same record has the same place whatever number it is read under. */
  readonly slot: number;
  readonly bytes: Buffer;
}

export interface JournalBatch {
  readonly records: readonly JournalRecord[];
  /** Where it goes on once these records are durable. */
  readonly position: JournalPosition;
}

const BATCH = 20;
/** A log that is written over so often since the last look is read a look later, which loses nothing more. */
const MOST_ROUNDS = 10;
const BEGINNING: JournalPosition = { number: 0, resets: 0 };

/**
 * Numbered records of which the newest overwrite the oldest: record n stands in slot (n - 1) mod capacity. It keeps no
 * position of its own, only a newest number that it does not believe before it has seen it twice.
 */
export class RecordJournal {
  readonly #parts: RecordJournalParts;
  #doubted: number | undefined;

  constructor(parts: RecordJournalParts) {
    this.#parts = parts;
  }

  /**
   * The position behind the newest record; undefined when the meter does not say. A number that fell, or rose by many times
   * the capacity, counts from the second look on at which it stands.
   */
  async end(ask: Ask, { resets, number }: JournalPosition): Promise<JournalPosition | undefined> {
    const newest = await this.#newest(ask);
    if (newest === undefined || !this.#isBelieved(newest, number)) return undefined;
    if (newest >= number) return { number: newest, resets };
    const { meter, name, log } = this.#parts;
    log.warn({ meter, log: name, was: number, newest }, 'The log of a meter begins anew: it was cleared or replaced');
    return { number: newest, resets: resets + 1 };
  }

  /**
   * The records behind a position, oldest first, in batches; at first sight, without a position, all that are there. What
   * was overwritten before it could be read is told.
   */
  async *after(position: JournalPosition | undefined, ask: Ask): AsyncGenerator<JournalBatch> {
    const end = await this.end(ask, position ?? BEGINNING);
    if (!end) return;
    const isNew = end.resets !== position?.resets;
    let done = isNew ? { number: 0, resets: end.resets } : position;
    // That it begins anew must be kept even where it holds nothing yet.
    if (isNew && end.number === 0) yield { records: [], position: end };
    while (done.number < end.number) {
      const isFirst = isNew && done.number === 0;
      const from = this.#notOverwritten(done.number, end.number, isFirst);
      const numbers = range(from + 1, Math.min(from + BATCH, end.number));
      const records: { number: number; bytes: Buffer }[] = [];
      for (const number of numbers) records.push({ number, bytes: await this.#read(number, ask) });
      // The meter writes on while it is read.
      const newest = (await this.#newest(ask)) ?? end.number;
      const oldest = this.#notOverwritten(from, this.#isPlausible(newest, end.number) ? newest : end.number);
      const { resets } = end;
      const position = { number: Math.max(oldest, numbers.at(-1) ?? from), resets };
      const sound = records.filter(({ number }) => number > oldest);
      const slotOf = (number: number) => (number - 1) % this.#parts.capacity;
      yield {
        records: sound.map(({ number, bytes }) => ({ key: keyOf(number, resets), slot: slotOf(number), bytes })),
        position,
      };
      done = position;
    }
  }

  /** The last record before those that are still there; what is lost is told. */
  #notOverwritten(taken: number, newest: number, isFirst = false): number {
    const { capacity, meter, name, log } = this.#parts;
    const lost = newest - capacity - taken;
    if (lost <= 0) return taken;
    if (isFirst)
      log.info({ meter, log: name, older: lost }, 'The log of a meter is new here: older records were no longer there');
    else log.warn({ meter, log: name, lost }, 'The log of a meter was overwritten before it was read');
    return taken + lost;
  }

  #isPlausible(newest: number, number: number): boolean {
    return newest >= number && newest - number <= MOST_ROUNDS * this.#parts.capacity;
  }

  #isBelieved(newest: number, number: number): boolean {
    const { capacity, meter, name, log } = this.#parts;
    const doubted = this.#doubted;
    // Nothing is known before the first record.
    const isBelieved =
      number === 0 ||
      this.#isPlausible(newest, number) ||
      (doubted !== undefined && newest >= doubted && newest - doubted <= capacity);
    this.#doubted = isBelieved ? undefined : newest;
    if (!isBelieved) log.debug({ meter, log: name, was: number, newest }, 'The newest number of a log is doubted');
    return isBelieved;
  }

  async #newest(ask: Ask): Promise<number | undefined> {
    const { unit, newest } = this.#parts;
    const bytes = await ask({ unit, ...spanOfPlace(newest) });
    const count = countIn(bytes, 0, newest);
    return count === undefined ? undefined : Math.round(count * newest.scale);
  }

  async #read(number: number, ask: Ask): Promise<Buffer> {
    const { capacity, recordLength, maxBlock, request } = this.#parts;
    const first = ((number - 1) % capacity) * recordLength;
    const parts: Buffer[] = [];
    for (let offset = 0; offset < recordLength; offset += maxBlock) {
      parts.push(await ask(request(first + offset, Math.min(maxBlock, recordLength - offset))));
    }
    return Buffer.concat(parts);
  }
}

function keyOf(number: number, resets: number): string {
  return resets === 0 ? `${number}` : `${number}-r${resets}`;
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
}
