import { decode } from '../../../src/meters/modbus/codec.ts';
import { type EventLog, type ModbusModel, type Place, REGISTERS_OF } from '../../../src/meters/model.ts';
import { type FrozenMeter, memoryOf } from './frozen-words.ts';

/** A place that is no quantity, with what its number is multiplied by. */
interface Beside {
  readonly name: string;
  readonly place: Place;
  readonly scale: number;
}

function besideOf({ ratios, clock, events }: ModbusModel): readonly Beside[] {
  return [
    ...(ratios.ct ? [{ name: 'ct ratio', place: ratios.ct, scale: ratios.ct.scale }] : []),
    ...(ratios.pt ? [{ name: 'pt ratio', place: ratios.pt, scale: ratios.pt.scale }] : []),
    ...(clock ? [{ name: 'clock', place: clock, scale: 1 }] : []),
    ...(events ?? []).flatMap(placesOfEvents),
  ];
}

function placesOfEvents(events: EventLog): readonly Beside[] {
  if (events.form === 'counters') {
    return events.counters.map(({ name, place }) => ({ name: `counter ${name}`, place, scale: 1 }));
  }
  const { start, duration, extreme, kind, phases } = events.fields;
  return [
    ...(start ? [{ name: 'event start', place: start, scale: 1 }] : []),
    ...(duration ? [{ name: 'event duration', place: duration, scale: duration.scale }] : []),
    ...(extreme ? [{ name: 'event extreme', place: extreme, scale: extreme.scale }] : []),
    ...(kind ? [{ name: 'event kind', place: kind.place, scale: 1 }] : []),
    ...(phases ? [{ name: 'event phases', place: phases.place, scale: 1 }] : []),
  ];
}

/** Ratios, clock and event registers of a model as the device answers them; NaN for what it does not have. */
export function besideValues(model: ModbusModel, meter: FrozenMeter): Readonly<Record<string, number>> {
  return Object.fromEntries(besideOf(model).map(({ name, place, scale }) => [name, scale * numberAt(place, meter)]));
}

function numberAt(place: Place, meter: FrozenMeter): number {
  const memory = memoryOf(meter, place.functionCode);
  const bytes = Buffer.alloc(2 * REGISTERS_OF[place.type]);
  for (let index = 0; index < REGISTERS_OF[place.type]; index++) {
    const word = memory.get(place.address + index);
    if (word === undefined) return Number.NaN;
    bytes.writeUInt16BE(word, 2 * index);
  }
  const raw = decode(bytes, 0, place);
  return typeof raw === 'number' ? raw : Number.NaN;
}
