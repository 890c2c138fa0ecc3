import type { ModbusModel } from '../model.ts';
import { EventCounters } from './event-counters.ts';
import { EventRecords } from './event-records.ts';
import type { MeterLog } from './known-meter.ts';
import { type EventLogParts, LastEvent } from './last-event.ts';

/** The event log of a model, in whichever form its meters have it; undefined where there is none. */
export function eventLogOf({ events, maxBlock }: ModbusModel, parts: EventLogParts): MeterLog | undefined {
  switch (events?.form) {
    case 'last':
      return new LastEvent(events, parts);
    case 'counters':
      return new EventCounters(events, { ...parts, maxBlock });
    case 'ring':
    case 'file':
      return new EventRecords(events, { ...parts, maxBlock });
    default:
      return undefined;
  }
}
