import { connectionProblem, type Model } from '../meters/model.ts';
import { parseConnection } from './connection.ts';
import { lineProblems, webPortProblems } from './line-checks.ts';
import type { Origin, Path } from './origin.ts';
import type { CustomersOutline, Outline } from './outline.ts';
import { addressProblems } from './own-addresses.ts';
import type { Problem } from './problem.ts';
import { blockProblems } from './tuning-checks.ts';

export interface Checked {
  readonly outline: Outline;
  readonly origin: Origin;
  /** The customers, and the file that they stand in. */
  readonly customers: CustomersOutline;
  readonly customersOrigin: Origin;
  readonly models: ReadonlyMap<string, Model>;
  /** Models whose files have problems of their own, which are told there. */
  readonly brokenModels: ReadonlySet<string>;
}

/** What only shows when sections are read side by side: ids, references, and addresses used twice. */
export function crossCheck(checked: Checked): Problem[] {
  const { outline, origin, customers, customersOrigin } = checked;
  const people = noted(outline.people, ['people']);
  const brokers = noted(outline.mqtt.brokers, ['mqtt', 'brokers']);
  const clients = noted(customers.customers, ['customers']);
  const supplyPoints = clients.flatMap(({ item, path }) => noted(item.supply_points, [...path, 'supply_points']));
  const meters = supplyPoints.flatMap(({ item, path }) => noted(item.meters, [...path, 'meters']));
  const tuned = meters.map(({ item, path }) => ({ model: modelOf(item, checked), maxBlock: item.max_block, path }));
  const connections = meters.flatMap(({ item, path }) => {
    const connection = connectionOf(item);
    return connection ? [{ connection, model: modelOf(item, checked), path: [...path, 'connection'] }] : [];
  });
  return [
    ...repeatedIds(people, origin),
    ...repeatedIds(brokers, origin),
    ...repeatedUrls(brokers, origin),
    ...repeatedIds(clients, customersOrigin),
    ...repeatedIds(supplyPoints, customersOrigin),
    ...repeatedIds(meters, customersOrigin),
    ...customersGivenOnce(outline, origin),
    ...gridEngineerExists(outline, origin),
    ...clients.flatMap((client) => accountManagerExists(client, outline, customersOrigin)),
    ...meters.flatMap((meter) => modelFits(meter, checked)),
    ...meters.flatMap((meter) => brokerExists(meter, outline, customersOrigin)),
    ...addressProblems(connections, customersOrigin),
    ...lineProblems(connections, customersOrigin),
    ...webPortProblems(connections, outline.web, customersOrigin),
    ...blockProblems(tuned, customersOrigin),
  ];
}

/** An entry of a list and the path to it. */
interface Noted<T> {
  readonly item: T;
  readonly path: Path;
}

type Client = CustomersOutline['customers'][number];
type Meter = Client['supply_points'][number]['meters'][number];

function noted<T>(list: readonly T[], path: Path): Noted<T>[] {
  return list.map((item, index) => ({ item, path: [...path, index] }));
}

function repeatedIds(list: readonly Noted<{ id?: string | undefined }>[], origin: Origin): Problem[] {
  return repeated(
    list.map(({ item, path }) => ({ key: item.id, path: [...path, 'id'] })),
    origin,
    'expected an id of its own',
  );
}

/** One broker under two ids would be two clients with one client id, each throwing the other out. */
function repeatedUrls(brokers: readonly Noted<{ url?: string | undefined }>[], origin: Origin): Problem[] {
  const urls = brokers.map(({ item, path }) => ({ key: item.url, path: [...path, 'url'] }));
  return repeated(urls, origin, 'expected a broker of its own');
}

function repeated(
  list: readonly { key: string | undefined; path: Path }[],
  origin: Origin,
  expected: string,
): Problem[] {
  const first = new Map<string, Path>();
  const problems: Problem[] = [];
  for (const { key, path } of list) {
    if (key === undefined) continue;
    const earlier = first.get(key);
    if (!earlier) first.set(key, path);
    else problems.push(origin.problem(path, `${expected}, found "${key}" as on line ${origin.lineOf(earlier)}`));
  }
  return problems;
}

function customersGivenOnce({ customers, customers_file }: Outline, origin: Origin): Problem[] {
  if (customers !== undefined && customers_file !== undefined) {
    return [origin.problem(['customers_file'], 'expected either customers_file or customers, found both')];
  }
  if (customers !== undefined || customers_file !== undefined) return [];
  return [origin.problem([], 'expected customers_file or customers, found neither')];
}

function gridEngineerExists({ people }: Outline, origin: Origin): Problem[] {
  // An unknown role may be a grid engineer's, misspelt.
  if (people.length === 0 || people.some(({ role }) => role !== 'account_manager')) return [];
  return [origin.problem(['people'], 'expected at least one person with the role grid_engineer, found none')];
}

function accountManagerExists({ item, path }: Noted<Client>, { people }: Outline, origin: Origin): Problem[] {
  const { account_manager: id } = item;
  if (id === undefined || people.length === 0) return [];
  const place = [...path, 'account_manager'];
  const person = people.find((other) => other.id === id);
  if (!person) return [origin.problem(place, `expected the id of a person in the section people, found "${id}"`)];
  if (person.role !== 'grid_engineer') return [];
  return [origin.problem(place, `expected a person with the role account_manager, found "${id}" with grid_engineer`)];
}

function modelFits(
  { item, path }: Noted<Meter>,
  { models, brokenModels, customersOrigin: origin }: Checked,
): Problem[] {
  if (item.model === undefined) return [];
  const model = models.get(item.model);
  if (!model && brokenModels.has(item.model)) return [];
  const known = [...models.keys()].join(', ');
  if (!model) return [origin.problem([...path, 'model'], `expected a known model (${known}), found "${item.model}"`)];
  const connection = connectionOf(item);
  if (!connection) return [];
  if (connection.kind === 'mqtt' && model.transport === 'mqtt') {
    const topicExpected = connectionProblem(model, connection.topic, connection.select);
    if (topicExpected === undefined) return [];
    const message = `${topicExpected} for the model ${model.id}, found "${item.connection}"`;
    return [origin.problem([...path, 'connection'], message)];
  }
  if (connection.kind !== 'mqtt' && model.transport !== 'mqtt') return [];
  const wanted = model.transport === 'mqtt' ? 'mqtt://...' : 'a Modbus connection (modbus-tcp://..., for example)';
  const expected = `expected ${wanted} for the model ${model.id}`;
  return [origin.problem([...path, 'connection'], `${expected}, found ${connection.kind}://`)];
}

function brokerExists({ item, path }: Noted<Meter>, { mqtt }: Outline, origin: Origin): Problem[] {
  const connection = connectionOf(item);
  if (connection?.kind !== 'mqtt' || mqtt.brokers.some(({ id }) => id === connection.broker)) return [];
  const expected = 'expected the id of a broker in the section mqtt';
  return [origin.problem([...path, 'connection'], `${expected}, found "${connection.broker}"`)];
}

function modelOf({ model }: Meter, { models }: Checked): Model | undefined {
  return model === undefined ? undefined : models.get(model);
}

function connectionOf({ connection }: Meter) {
  if (connection === undefined) return undefined;
  const parsed = parseConnection(connection);
  return 'connection' in parsed ? parsed.connection : undefined;
}
