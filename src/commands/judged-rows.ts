import type { MeterPlace } from '../domain/fleet.ts';
import { LINE_VOLTAGES, PHASE_VOLTAGES, QUANTITIES, QUANTITY_NAMES, type Quantity } from '../domain/quantity.ts';
import type { Reading, Values } from '../domain/reading.ts';
import { areVoltagesPlausible, type Probed } from '../meters/probe.ts';
import { disagreementsIn } from '../quality/disagreements.ts';
import type { QualityCheck } from '../quality/quality-check.ts';

/** One quantity of a meter, as the tools show it. */
export interface Row {
  readonly quantity: Quantity;
  /** Of a Modbus meter: where it was read, and the 16-bit words that came. */
  readonly functionCode?: number;
  readonly address?: number;
  readonly words?: readonly number[];
  readonly value?: number;
  readonly unit: string;
  /** 'not judged': nothing speaks against it, and nothing for it, where not one voltage makes sense. */
  readonly quality: 'good' | 'not judged' | 'suspect' | 'missing';
  readonly reason?: string;
}

export interface JudgedProbe {
  readonly rows: readonly Row[];
  /** As the daemon would have it, without what only shows with time. */
  readonly reading: Reading;
}

/** What a meter is judged against whose supply point nobody described. */
export interface Presumed {
  readonly place: MeterPlace;
  /** Its voltage is what was read; otherwise what was read makes no sense as a voltage, and it is the usual one. */
  readonly isRead: boolean;
}

/** kV; with it garbage shows as garbage. */
const USUAL_KV = 0.38;

export function presumedPlace(place: MeterPlace, values: Values): Presumed {
  const volts = areVoltagesPlausible(values) ? lineVoltsIn(values) : undefined;
  const nominalKv = volts === undefined ? USUAL_KV : Number((volts / 1_000).toPrecision(2));
  return { place: { ...place, supplyPoint: { ...place.supplyPoint, nominalKv } }, isRead: volts !== undefined };
}

/** The largest, which a lost phase leaves alone; of a single-phase meter, its phase voltage. */
function lineVoltsIn(values: Values): number | undefined {
  const lines = LINE_VOLTAGES.flatMap((quantity) => values[quantity] ?? []);
  const phases = PHASE_VOLTAGES.flatMap((quantity) => values[quantity] ?? []);
  if (Math.max(...lines) > 0) return Math.max(...lines);
  const phase = Math.max(...phases);
  if (!(phase > 0)) return undefined;
  return phases.length > 1 ? Math.sqrt(3) * phase : phase;
}

/** Each quantity with its quality, in the order of the model. `presumed`: what the place was made of, if it was. */
export function judgedRows(probed: Probed, place: MeterPlace, check: QualityCheck, presumed?: Presumed): JudgedProbe {
  const unsuspected = presumed && !presumed.isRead ? 'not judged' : 'good';
  const reading = doubted(check.judge(probed.reading, place), place);
  const { suspect = {}, values } = reading;
  // What the meter never gave is nothing new to the daemon; to a person who is there for the first time it is.
  const { missing = {} } = probed.reading;
  const registers = new Map(probed.registers.map((register) => [register.quantity, register]));
  const said = new Set([...registers.keys(), ...QUANTITY_NAMES.filter((name) => isSaid(probed.reading, name))]);
  const rows = [...said].map((quantity): Row => {
    const register = registers.get(quantity);
    const place = register && {
      functionCode: register.functionCode,
      address: register.address,
      ...(register.words && { words: register.words }),
    };
    const row = { quantity, ...place, unit: QUANTITIES[quantity].unit };
    const value = values[quantity];
    if (value !== undefined) return { ...row, value, quality: unsuspected };
    const doubt = suspect[quantity];
    if (doubt) return { ...row, value: doubt.value, quality: 'suspect', reason: doubt.reason };
    const reason = register?.cause ?? missing[quantity] ?? 'not in the answer';
    return { ...row, quality: 'missing', reason };
  });
  return { rows, reading };
}

function isSaid({ missing, suspect, values }: Reading, quantity: Quantity): boolean {
  return values[quantity] !== undefined || suspect?.[quantity] !== undefined || missing?.[quantity] !== undefined;
}

/** What disagrees in this one reading; the daemon would wait whether it lasts. */
function doubted(reading: Reading, { supplyPoint }: MeterPlace): Reading {
  const disagreements = disagreementsIn(reading.values, supplyPoint);
  if (disagreements.length === 0) return reading;
  const values: Partial<Record<Quantity, number>> = { ...reading.values };
  const suspect = { ...reading.suspect };
  for (const { reason, quantities } of disagreements) {
    for (const quantity of quantities) {
      const value = values[quantity];
      if (value === undefined) continue;
      suspect[quantity] = { value, reason };
      delete values[quantity];
    }
  }
  return { ...reading, values, suspect };
}
