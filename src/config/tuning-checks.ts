import {
  fieldCountOf,
  type ModbusModel,
  type Model,
  type Place,
  REGISTERS_OF,
  type TimePlace,
} from '../meters/model.ts';
import type { Origin, Path } from './origin.ts';
import type { Problem } from './problem.ts';

/** How a meter is asked for what its model needs. */
export interface TunedMeter {
  readonly model: Model | undefined;
  readonly maxBlock: number | undefined;
  readonly path: Path;
}

/** Meters whose largest request could not hold the longest value of their model. */
export function blockProblems(meters: readonly TunedMeter[], origin: Origin): Problem[] {
  return meters.flatMap(({ model, maxBlock, path }) => {
    if (model?.transport !== 'modbus' || maxBlock === undefined) return [];
    const { name, registers } = longestOf(model);
    if (maxBlock >= registers) return [];
    const expected = `expected at least ${registers}, the registers of ${name} of the model ${model.id}`;
    return [origin.problem([...path, 'max_block'], `${expected}, found ${maxBlock}`)];
  });
}

interface Asked {
  readonly name: string;
  readonly registers: number;
}

function longestOf(model: ModbusModel): Asked {
  const none: Asked = { name: 'a value', registers: 1 };
  return askedOf(model).reduce((longest, each) => (each.registers > longest.registers ? each : longest), none);
}

/** What is asked for as a whole. */
function askedOf({ registers, ratios, clock, events, records }: ModbusModel): readonly Asked[] {
  return [
    ...registers.flatMap(({ quantity, scaledBy, ...place }) => [
      asked(quantity, place),
      ...scaledBy.map((scale) => asked(`the scale of ${quantity}`, scale)),
    ]),
    ...(ratios.ct ? [asked('the ct ratio', ratios.ct)] : []),
    ...(ratios.pt ? [asked('the pt ratio', ratios.pt)] : []),
    ...(clock ? [asked('the clock', clock)] : []),
    ...(events ?? []).flatMap(askedOfEvents),
    ...(records ? [asked('the number of the newest load record', records.newest)] : []),
  ];
}

function askedOfEvents(events: NonNullable<ModbusModel['events']>[number]): readonly Asked[] {
  switch (events.form) {
    case 'last': {
      const { start, duration, extreme, kind, phases } = events.fields;
      const places = [start, duration, extreme, kind?.place, phases?.place];
      return places.flatMap((place) => (place ? [asked('the last event', place)] : []));
    }
    case 'counters':
      return events.counters.map(({ name, place }) => asked(`the counter ${name}`, place));
    case 'ring':
      return [asked('the newest event', events.newest), { name: 'an event', registers: events.recordLength }];
    case 'file':
      return [asked('the newest event', events.newest)];
  }
}

function asked(name: string, place: Place & Partial<Pick<TimePlace, 'format'>>): Asked {
  return { name, registers: REGISTERS_OF[place.type] * fieldCountOf(place.format) };
}
