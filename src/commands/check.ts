import type { Config } from '../config/config.ts';
import type { SupplyPoint } from '../domain/customer.ts';
import { isNominalVoltage } from '../domain/nominal-voltage.ts';
import type { Output } from './output.ts';
import { readConfig, WRONG_CONFIGURATION } from './read-config.ts';

/**
 * Reads the configuration as `run` would. Returns the exit code: 0 with a summary on stdout, or 2 with every problem
 * on stderr, one a line.
 */
export function check(configFile: string, out: Output, env = process.env): number {
  const config = readConfig(configFile, out, env);
  if (!config) return WRONG_CONFIGURATION;
  out.stdout.write(`${[`${configFile} is valid`, ...summaryOf(config)].join('\n')}\n`);
  return 0;
}

function summaryOf(config: Config): string[] {
  const { customers, fleet, people, mqtt, pack, store, dataDir } = config;
  const points = customers.flatMap(({ supplyPoints }) => supplyPoints);
  const models = countsOf([...fleet.meters.values()].map(({ meter }) => meter.model));
  const roles = countsOf(people.map(({ role }) => role));
  const rules = Object.entries(pack.rules).flatMap(([name, { enabled }]) => (enabled ? [name] : []));
  const notes = points.flatMap((point) => [...strangeVoltage(point), ...unwatchedLoad(point)]);
  return [
    `  customers  ${customers.length}, with ${counted(points.length, 'supply point')}`,
    `  meters     ${fleet.meters.size}: ${models}`,
    `  lines      ${fleet.lines.size}`,
    `  brokers    ${mqtt.brokers.length}`,
    `  people     ${people.length}: ${roles}`,
    `  rules      ${pack.standard}: ${rules.length > 0 ? rules.join(', ') : 'all disabled'}`,
    `  store      ${store.kind}, data in ${dataDir}`,
    ...notes.map((note) => `  note       ${note}`),
  ];
}

/** 'c01-a: 380 kV is not a nominal voltage of GB/T 156; meant 0.38?' */
function strangeVoltage({ id, nominalKv }: SupplyPoint): string[] {
  if (isNominalVoltage(nominalKv)) return [];
  const hint = isNominalVoltage(nominalKv / 1000) ? `; meant ${nominalKv / 1000}?` : '';
  return [`${id}: ${nominalKv} kV is not a nominal voltage of GB/T 156${hint}`];
}

function unwatchedLoad({ id, contractKva, transformerKva }: SupplyPoint): string[] {
  if ((contractKva ?? transformerKva) !== undefined) return [];
  return [`${id} has neither contract_kva nor transformer_kva: overload is not watched`];
}

/** ['a', 'b', 'a'] → '2 a, 1 b' */
function countsOf(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => `${count} ${name}`).join(', ');
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
