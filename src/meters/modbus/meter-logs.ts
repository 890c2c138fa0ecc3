import type { EventLog, ModbusModel } from '../model.ts';
import { EventCounters } from './event-counters.ts';
import { EventRecords } from './event-records.ts';
import type { MeterLog } from './known-meter.ts';
import { type EventLogParts, LastEvent } from './last-event.ts';
import { ToldEvents } from './told-events.ts';

type Parts = Omit<EventLogParts, 'name' | 'told'>;

/** The event logs of a model, in whichever forms its meters have them. */
export function eventLogsOf({ events = [], maxBlock }: ModbusModel, parts: Parts): readonly MeterLog[] {
  // What is counted only may be told by another log already.
  const told = events.length > 1 ? { told: new ToldEvents() } : {};
  return events.map((form, index) => {
    const name = index === 0 ? 'events' : form.form;
    return eventLogOf(form, { ...parts, ...told, name, maxBlock });
  });
}

function eventLogOf(form: EventLog, parts: EventLogParts & { readonly maxBlock: number }): MeterLog {
  switch (form.form) {
    case 'last':
      return new LastEvent(form, parts);
    case 'counters':
      return new EventCounters(form, parts);
    default:
      return new EventRecords(form, parts);
  }
}
