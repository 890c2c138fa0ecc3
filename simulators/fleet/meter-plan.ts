import type { SimulatedCustomer } from '../electricity/customers.ts';
import { cyclic } from '../electricity/cyclic.ts';

export type ModelName = 'sdm630' | 'pac4200' | 'pm5xxx' | 'plain-json';

/** How one customer's meter is built in and reached. */
export interface PlannedMeter {
  readonly id: string;
  readonly customer: SimulatedCustomer;
  readonly model: ModelName;
  readonly link:
    | { readonly kind: 'modbus'; readonly gateway: string; readonly unit: number }
    | { readonly kind: 'mqtt'; readonly topic: string };
  /** The meter stands at 1:1 behind its transformers and shows secondary values. */
  readonly showsSecondary: boolean;
}

/** How the meters on one feeder were built when it was fitted out. */
interface FittingOut {
  readonly model: ModelName;
  /** All meters behind one port, or one port each. */
  readonly shared?: true;
  readonly secondary?: true;
}

/** Feeder by feeder, F01 first. */
const FITTING_OUT: readonly FittingOut[] = [
  { model: 'pm5xxx' },
  { model: 'pac4200' },
  { model: 'pm5xxx', shared: true },
  { model: 'pac4200' },
  { model: 'sdm630', secondary: true },
  { model: 'pm5xxx' },
  { model: 'pac4200' },
  { model: 'sdm630', shared: true, secondary: true },
  { model: 'sdm630', shared: true },
  { model: 'pac4200', shared: true },
  { model: 'sdm630' },
  { model: 'pac4200' },
  { model: 'pm5xxx' },
  { model: 'sdm630', secondary: true },
  { model: 'pm5xxx' },
  { model: 'pac4200' },
  { model: 'plain-json', secondary: true },
  { model: 'plain-json' },
  { model: 'plain-json' },
  { model: 'pm5xxx', shared: true },
];

/** One meter for each customer, as the feeder that it hangs on was fitted out. */
export function meterPlan(customers: readonly SimulatedCustomer[]): PlannedMeter[] {
  const units = new Map<string, number>();
  return customers.map((customer) => {
    const { model, shared, secondary } = fittingOut(customer.feeder);
    const id = `${customer.id}-a-m1`;
    const gateway = `gateway-${shared ? customer.feeder : customer.id}`;
    const unit = (units.get(gateway) ?? 0) + 1;
    units.set(gateway, unit);
    const link =
      model === 'plain-json'
        ? ({ kind: 'mqtt', topic: `grid/${customer.feeder}/${id}` } as const)
        : ({ kind: 'modbus', gateway, unit } as const);
    return { id, customer, model, link, showsSecondary: secondary ?? false };
  });
}

function fittingOut(feeder: string): FittingOut {
  return cyclic(FITTING_OUT, Number(feeder.slice(1)) - 1);
}
