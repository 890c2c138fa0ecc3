import type { Tuning } from '../../domain/customer.ts';
import type { EventFields, EventLog, FunctionCode, LoadRecords, ModbusModel, ModbusRegister, Place } from '../model.ts';

/**
 * The model as one meter has it. Another function code takes the place of the one that most registers have; what the model
 * reads with the other code, it reads so for a reason.
 */
export function tunedModel(model: ModbusModel, tuning: Tuning | undefined): ModbusModel {
  const { maxBlock = model.maxBlock, maxGap = model.maxGap } = tuning ?? {};
  // The same object where nothing is different: hundreds of meters share what is worked out for their model.
  const isLimited = maxBlock !== model.maxBlock || maxGap !== model.maxGap;
  const limited = isLimited ? { ...model, maxBlock, maxGap } : model;
  const usual = usualCode(model);
  const wanted = tuning?.functionCode ?? usual;
  return wanted === usual ? limited : recoded(limited, (code) => (code === usual ? wanted : code));
}

function usualCode({ registers }: ModbusModel): FunctionCode {
  const inputs = registers.filter(({ functionCode }) => functionCode === 4).length;
  return inputs > registers.length / 2 ? 4 : 3;
}

type Recode = (code: FunctionCode) => FunctionCode;

function recoded(model: ModbusModel, recode: Recode): ModbusModel {
  const { ratios, clock, events, records } = model;
  return {
    ...model,
    registers: model.registers.map((register) => registerWith(register, recode)),
    ratios: {
      ...(ratios.ct && { ct: placeWith(ratios.ct, recode) }),
      ...(ratios.pt && { pt: placeWith(ratios.pt, recode) }),
    },
    ...(clock && { clock: placeWith(clock, recode) }),
    ...(events && { events: events.map((form) => eventsWith(form, recode)) }),
    ...(records && { records: recordsWith(records, recode) }),
  };
}

function placeWith<T extends Place>(place: T, recode: Recode): T {
  return { ...place, functionCode: recode(place.functionCode) };
}

function registerWith(register: ModbusRegister, recode: Recode): ModbusRegister {
  return { ...placeWith(register, recode), scaledBy: register.scaledBy.map((scale) => placeWith(scale, recode)) };
}

function recordsWith(records: LoadRecords, recode: Recode): LoadRecords {
  return { ...records, newest: placeWith(records.newest, recode) };
}

function eventsWith(events: EventLog, recode: Recode): EventLog {
  switch (events.form) {
    case 'last':
      return { ...events, fields: fieldsWith(events.fields, recode) };
    case 'counters':
      return {
        ...events,
        counters: events.counters.map((counter) => ({ ...counter, place: placeWith(counter.place, recode) })),
      };
    case 'ring':
      return { ...events, newest: placeWith(events.newest, recode), functionCode: recode(events.functionCode) };
    case 'file':
      return { ...events, newest: placeWith(events.newest, recode) };
  }
}

function fieldsWith({ start, duration, extreme, kind, phases }: EventFields, recode: Recode): EventFields {
  return {
    ...(start && { start: placeWith(start, recode) }),
    ...(duration && { duration: placeWith(duration, recode) }),
    ...(extreme && { extreme: placeWith(extreme, recode) }),
    ...(kind && { kind: { ...kind, place: placeWith(kind.place, recode) } }),
    ...(phases && { phases: { ...phases, place: placeWith(phases.place, recode) } }),
  };
}
