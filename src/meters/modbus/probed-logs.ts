import type { MeterEventKind, Phase } from '../../domain/meter-event.ts';
import type { Log } from '../../lib/log.ts';
import type { EventCounter, EventLog, LoadRecords, ModbusModel } from '../model.ts';
import type { Rating } from '../rating.ts';
import { decode } from './codec.ts';
import { MeterError } from './errors.ts';
import { type EventFacts, eventFacts, placesOf } from './event-fields.ts';
import { RecordJournal } from './record-journal.ts';
import { fileRequests, LONGEST_FILE_READ } from './record-requests.ts';
import type { Ask } from './request.ts';
import { spanOfAll, spanOfPlace } from './span.ts';

/** What the logs hold that a meter keeps by itself. Read without any cursor: nothing is taken from them. */
export interface ProbedLogs {
  /** For each form that the model has. */
  readonly events?: readonly ProbedEvents[];
  readonly records?: ProbedRecords;
}

export interface ProbedEvents {
  readonly form: EventLog['form'];
  /** The number of the newest record, where they have numbers; 0 is none. */
  readonly newest?: number;
  /** The newest first, each with its time by the meter's own clock. */
  readonly events: readonly EventFacts[];
  readonly counters: readonly ProbedCounter[];
  /** Why it could not be read. */
  readonly cause?: string;
}

export interface ProbedCounter {
  readonly name: string;
  readonly kind: MeterEventKind;
  readonly phases: readonly Phase[];
  /** Undefined where the meter does not say. */
  readonly count?: number;
}

export interface ProbedRecords {
  readonly newest?: number;
  readonly capacity: number;
  readonly cause?: string;
}

export interface ProbedLogsParts {
  readonly meter: string;
  readonly unit: number;
  readonly model: ModbusModel;
  readonly rating: Rating;
  readonly ask: Ask;
  readonly log: Log;
}

const MOST_EVENTS = 3;
const BEGINNING = { number: 0, resets: 0 } as const;

/** Undefined where the model has no logs. Rejects with what is no MeterError. */
export async function probedLogs(parts: ProbedLogsParts): Promise<ProbedLogs | undefined> {
  const { events, records } = parts.model;
  if (!events && !records) return undefined;
  return {
    ...(events && { events: await allEventsOf(events, parts) }),
    ...(records && { records: await recordsOf(records, parts) }),
  };
}

async function allEventsOf(forms: readonly EventLog[], parts: ProbedLogsParts): Promise<readonly ProbedEvents[]> {
  const read: ProbedEvents[] = [];
  for (const form of forms) read.push(await eventsOf(form, parts));
  return read;
}

async function eventsOf(form: EventLog, parts: ProbedLogsParts): Promise<ProbedEvents> {
  const none = { form: form.form, events: [], counters: [] };
  try {
    switch (form.form) {
      case 'last':
        return { ...none, events: await lastEvent(form, parts) };
      case 'counters':
        return { ...none, counters: await countersOf(form.counters, parts) };
      default:
        return { ...none, ...(await newestEvents(form, parts)) };
    }
  } catch (error) {
    if (error instanceof MeterError) return { ...none, cause: error.message };
    throw error;
  }
}

async function lastEvent(form: EventLog & { form: 'last' }, { ask, rating, unit }: ProbedLogsParts) {
  const span = spanOfAll(placesOf(form.fields));
  const from = { start: span.start, bytes: await ask({ unit, ...span }) };
  const facts = eventFacts(form.fields, from, { rating, clockAhead: 0 });
  return facts ? [facts] : [];
}

async function countersOf(counters: readonly EventCounter[], { ask, unit }: ProbedLogsParts) {
  const read: ProbedCounter[] = [];
  for (const { kind, name, phases, place } of counters) {
    const count = decode(await ask({ unit, ...spanOfPlace(place) }), 0, place);
    read.push({ name, kind, phases, ...(typeof count === 'number' && { count }) });
  }
  return read;
}

async function newestEvents(form: EventLog & { form: 'ring' | 'file' }, parts: ProbedLogsParts) {
  const { ask, meter, model, rating, log, unit } = parts;
  const { capacity, newest, recordLength } = form;
  const isFile = form.form === 'file';
  const journal = new RecordJournal({
    meter,
    unit,
    log,
    name: 'events',
    newest,
    capacity,
    recordLength,
    maxBlock: isFile ? Math.min(model.maxBlock, LONGEST_FILE_READ) : model.maxBlock,
    request: isFile
      ? fileRequests(unit, form.file)
      : (offset, count) => ({ unit, functionCode: form.functionCode, start: form.first + offset, count }),
  });
  const end = await journal.end(ask, BEGINNING);
  if (!end) return {};
  const events: EventFacts[] = [];
  const from = Math.max(0, end.number - Math.min(MOST_EVENTS, capacity));
  for await (const { records } of journal.after({ number: from, resets: 0 }, ask)) {
    for (const { bytes } of records) {
      const facts = eventFacts(form.fields, { start: 0, bytes }, { rating, clockAhead: 0 });
      if (facts) events.unshift(facts);
    }
  }
  return { newest: end.number, events: events.slice(0, MOST_EVENTS) };
}

async function recordsOf({ capacity, newest }: LoadRecords, { ask, unit }: ProbedLogsParts): Promise<ProbedRecords> {
  try {
    const raw = decode(await ask({ unit, ...spanOfPlace(newest) }), 0, newest);
    return typeof raw === 'number' ? { capacity, newest: raw * newest.scale } : { capacity, cause: raw };
  } catch (error) {
    if (error instanceof MeterError) return { capacity, cause: error.message };
    throw error;
  }
}
