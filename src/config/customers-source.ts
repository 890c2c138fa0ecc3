import { extname } from 'node:path';
import { readCustomersCsv } from './customers-csv.ts';
import type { Origin } from './origin.ts';
import type { Outline } from './outline.ts';
import type { Problem } from './problem.ts';
import { beside, readText } from './read-text.ts';
import { type Env, readYaml } from './yaml-source.ts';

export interface CustomersSource {
  readonly origin: Origin;
  /** `{ customers: [...] }`, not checked yet; undefined if there is nothing to read. */
  readonly data: unknown;
  readonly problems: readonly Problem[];
}

/** The customers, from wherever the configuration has them: in itself, in a table, or in a YAML file. */
export function customersSource({ customers, customers_file }: Outline, origin: Origin, env: Env): CustomersSource {
  if (customers !== undefined) return { origin, data: { customers }, problems: [] };
  if (customers_file === undefined) return { origin, data: undefined, problems: [] };
  const file = beside(origin.file, customers_file);
  const named = (message: string): Problem => origin.problem(['customers_file'], message);
  if (extname(file).toLowerCase() !== '.csv') return readYaml(file, env, named);
  const read = readText(file, named);
  return 'text' in read ? readCustomersCsv(file, read.text) : { origin, data: undefined, problems: [read.problem] };
}
