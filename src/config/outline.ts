import { z } from 'zod';
import { webOptions } from '../web/options.ts';

const text = z.string().optional().catch(undefined);

const meter = z
  .object({ id: text, model: text, connection: text, max_block: z.int().optional().catch(undefined) })
  .catch({});

const supplyPoint = z.object({ id: text, meters: z.array(meter).catch([]) }).catch({ meters: [] });

const customer = z
  .object({ id: text, account_manager: text, supply_points: z.array(supplyPoint).catch([]) })
  .catch({ supply_points: [] });

const person = z.object({ id: text, role: text }).catch({});

const broker = z.object({ id: text, url: text }).catch({});

/**
 * What can be understood of a configuration that may be wrong elsewhere: each field on its own, undefined where it is
 * wrong. The checks across sections look at this, so that one mistake does not hide another.
 */
export const outline = z
  .object({
    standard: text,
    models_dir: text,
    customers_file: text,
    customers: z.unknown().optional(),
    people: z.array(person).catch([]),
    mqtt: z.object({ brokers: z.array(broker).catch([]) }).catch({ brokers: [] }),
    web: webOptions.optional().catch(undefined),
  })
  .catch({ people: [], mqtt: { brokers: [] } });

export const customersOutline = z.object({ customers: z.array(customer).catch([]) }).catch({ customers: [] });

export type Outline = z.infer<typeof outline>;

export type CustomersOutline = z.infer<typeof customersOutline>;
