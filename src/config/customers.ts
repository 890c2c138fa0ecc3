import { z } from 'zod';
import { CUSTOMER_CLASSES, type Customer, type Meter, type SupplyPoint } from '../domain/customer.ts';
import { tuningKeys, tuningOf } from '../meters/options.ts';
import { connection } from './connection.ts';
import { id, pollInterval, text } from './fields.ts';

const HIGHEST_KV = 1_000;

const meter = z.strictObject({
  id,
  model: text,
  connection,
  poll_interval: pollInterval.optional(),
  ct_ratio: z.number().positive().default(1),
  pt_ratio: z.number().positive().default(1),
  ...tuningKeys,
});

const nominalKv = z.number().refine((kv) => kv > 0 && kv <= HIGHEST_KV, {
  error: `expected the nominal voltage in kV, above 0 and at most ${HIGHEST_KV}`,
});

const supplyPoint = z.strictObject({
  id,
  name: text.optional(),
  nominal_kv: nominalKv,
  feeder: text,
  substation: text,
  contract_kva: z.number().positive().optional(),
  transformer_kva: z.number().positive().optional(),
  meters: z.array(meter).min(1),
});

const customer = z.strictObject({
  id,
  name: text,
  class: z.enum(CUSTOMER_CLASSES),
  industry: text,
  account_manager: text,
  supply_points: z.array(supplyPoint).min(1),
});

/** What a customers file holds; the configuration's own `customers:` is the same list. */
export const customersFile = z.strictObject({ customers: z.array(customer).min(1) });

export type CustomersFile = z.infer<typeof customersFile>;

/** The domain's customers. Meters without a poll interval of their own get the given one, in ms. */
export function customersOf(file: CustomersFile, defaultPollInterval: number): Customer[] {
  return file.customers.map((entry) => ({
    id: entry.id,
    name: entry.name,
    class: entry.class,
    industry: entry.industry,
    accountManager: entry.account_manager,
    supplyPoints: entry.supply_points.map((point) => supplyPointOf(point, defaultPollInterval)),
  }));
}

function supplyPointOf(point: z.infer<typeof supplyPoint>, defaultPollInterval: number): SupplyPoint {
  return {
    id: point.id,
    name: point.name ?? point.id,
    nominalKv: point.nominal_kv,
    feeder: point.feeder,
    substation: point.substation,
    ...(point.contract_kva !== undefined && { contractKva: point.contract_kva }),
    ...(point.transformer_kva !== undefined && { transformerKva: point.transformer_kva }),
    meters: point.meters.map((entry) => meterOf(entry, defaultPollInterval)),
  };
}

function meterOf(entry: z.infer<typeof meter>, defaultPollInterval: number): Meter {
  const tuning = tuningOf(entry);
  return {
    id: entry.id,
    model: entry.model,
    connection: entry.connection,
    pollInterval: entry.poll_interval ?? defaultPollInterval,
    ctRatio: entry.ct_ratio,
    ptRatio: entry.pt_ratio,
    ...(tuning && { tuning }),
  };
}
