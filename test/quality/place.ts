import type { SupplyPoint } from '../../src/domain/customer.ts';
import { fleetOf, type MeterPlace } from '../../src/domain/fleet.ts';
import type { Quantity } from '../../src/domain/quantity.ts';
import type { Reading, SuspectReason, TimeSource, Values } from '../../src/domain/reading.ts';

type Point = Pick<SupplyPoint, 'nominalKv'> & Partial<Pick<SupplyPoint, 'contractKva' | 'transformerKva'>>;

/** The place of meter `m1` at a supply point; 10 kV and 2000 kVA (115.5 A) unless told. */
export function placeOf(point: Point = { nominalKv: 10, transformerKva: 2000 }, ratios = { ctRatio: 1, ptRatio: 1 }) {
  const connection = { kind: 'modbus-tcp', host: '127.0.0.1', port: 502, unit: 1 } as const;
  const meter = { id: 'm1', model: 'x', connection, pollInterval: 1_000, ...ratios };
  const supplyPoint = { id: 'sp', name: 'sp', feeder: 'F', substation: 'S', meters: [meter], ...point };
  const fleet = fleetOf([
    {
      id: 'c',
      name: 'c',
      class: 'first',
      industry: 'steel',
      accountManager: 'am',
      supplyPoints: [supplyPoint],
    },
  ]);
  const place = fleet.meters.get('m1');
  if (!place) throw new Error('no meter');
  return place satisfies MeterPlace;
}

export const START = Date.UTC(2026, 2, 3, 0, 0, 0);

/** What meter `m1` read `offset` milliseconds after START. */
export function reading(offset: number, values: Values, timeSource: TimeSource = 'register'): Reading {
  return { meter: 'm1', time: START + offset, arrivedAt: START + offset, timeSource, values };
}

/** The quantities that a judged reading does not trust, with their reasons. */
export function doubtsOf({ suspect }: Reading): Partial<Record<Quantity, SuspectReason>> {
  return Object.fromEntries(Object.entries(suspect ?? {}).map(([quantity, { reason }]) => [quantity, reason]));
}
