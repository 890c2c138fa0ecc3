import { type Customer, lineOf, type Meter, type SupplyPoint } from './customer.ts';

/** A meter with everything it hangs under. */
export interface MeterPlace {
  readonly customer: Customer;
  readonly supplyPoint: SupplyPoint;
  readonly meter: Meter;
  readonly line: string;
}

/** All customers, found by meter or by line. */
export interface Fleet {
  readonly customers: readonly Customer[];
  /** Every meter by its id, in the order of the customers. */
  readonly meters: ReadonlyMap<string, MeterPlace>;
  /** The meters of each line (gateway or broker). */
  readonly lines: ReadonlyMap<string, readonly MeterPlace[]>;
}

export function fleetOf(customers: readonly Customer[]): Fleet {
  const places = customers.flatMap((customer) =>
    customer.supplyPoints.flatMap((supplyPoint) =>
      supplyPoint.meters.map((meter) => ({ customer, supplyPoint, meter, line: lineOf(meter.connection) })),
    ),
  );
  const lines = new Map<string, MeterPlace[]>();
  for (const place of places) {
    const neighbours = lines.get(place.line);
    if (neighbours) neighbours.push(place);
    else lines.set(place.line, [place]);
  }
  return { customers, meters: new Map(places.map((place) => [place.meter.id, place])), lines };
}
