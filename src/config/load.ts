import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Customer } from '../domain/customer.ts';
import { fleetOf } from '../domain/fleet.ts';
import { loadModels } from '../meters/model-files.ts';
import { brokerFiles, withBrokerFiles } from '../meters/options.ts';
import { mergePack, type RulePack, rulePack, withoutLimits } from '../rules/pack.ts';
import type { Config } from './config.ts';
import { crossCheck } from './cross-checks.ts';
import { customersFile, customersOf } from './customers.ts';
import { customersSource } from './customers-source.ts';
import { deepFreeze } from './freeze.ts';
import type { Origin } from './origin.ts';
import { customersOutline, type Outline, outline } from './outline.ts';
import type { Problem } from './problem.ts';
import { beside, readText } from './read-text.ts';
import { type Sections, sections } from './sections.ts';
import { type Understood, understand } from './understand.ts';
import { type Env, readYaml } from './yaml-source.ts';

/** The folder config/ that is shipped: as far up from src/config/ as from dist/config/. */
const SHIPPED = fileURLToPath(new URL('../../config/', import.meta.url));

/** Register maps and payload mappings. */
export const SHIPPED_MODELS = [join(SHIPPED, 'models'), join(SHIPPED, 'payloads')];

export type Loaded =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * Reads the configuration and every file that it names, and finds all problems at once. Only a file that cannot be
 * read as YAML or as a table hides what is inside it.
 */
export function loadConfig(file: string, env: Env = process.env): Loaded {
  const { origin, data, problems: syntax } = readYaml(file, env);
  if (data === undefined) return { ok: false, problems: syntax };
  const main = understand(sections, data, origin);
  const rough = outline.parse(main.data);
  const models = modelsOf(rough, origin);
  const pack = packOf(rough, origin, env);
  const source = customersSource(rough, origin, env);
  const customers = understand(customersFile, source.data, source.origin);
  const cross = crossCheck({
    outline: rough,
    origin,
    customers: customersOutline.parse(customers.data),
    customersOrigin: source.origin,
    models: models.models,
    brokenModels: models.brokenIds,
  });
  const unreadable = main.value ? unreadableFiles(main.value, origin) : [];
  const problems = firstTold(
    [...syntax, ...models.problems, ...pack.problems, ...source.problems],
    [...main.problems, ...(source.data === undefined ? [] : customers.problems)],
    [...cross, ...unreadable],
  );
  if (problems.length > 0 || !main.value || !pack.value || !customers.value) {
    return { ok: false, problems: inReadingOrder(problems, file) };
  }

  const { data_dir, poll_interval, rules, people, site, log, store, web, modbus, mqtt, mail, summary } = main.value;
  const list = customersOf(customers.value, poll_interval);
  const merged = mergePack(pack.value, rules);
  const silentRules = rulesWithoutLimits(merged, list, origin);
  if (silentRules.length > 0) return { ok: false, problems: silentRules };
  const config: Config = {
    file: resolve(file),
    dataDir: resolve(beside(file, data_dir)),
    site,
    log,
    store,
    web,
    modbus,
    mqtt: withBrokerFiles(mqtt, (name) => resolve(beside(file, name))),
    mail,
    summary,
    pack: merged,
    models: models.models,
    people,
    customers: list,
    fleet: fleetOf(list),
  };
  return { ok: true, config: deepFreeze(config) };
}

function unreadableFiles({ mqtt }: Sections, origin: Origin): Problem[] {
  return brokerFiles(mqtt).flatMap(({ path, file }) => {
    const read = readText(beside(origin.file, file), (message) => origin.problem([...path], message));
    return 'problem' in read ? [read.problem] : [];
  });
}

function rulesWithoutLimits(pack: RulePack, customers: readonly Customer[], origin: Origin): Problem[] {
  const voltages = new Set(customers.flatMap(({ supplyPoints }) => supplyPoints.map(({ nominalKv }) => nominalKv)));
  return withoutLimits(pack, [...voltages]).map(({ rule, kv }) =>
    origin.problem(['rules', rule, 'limits'], `expected a row for ${kv} kV, which supply points have`),
  );
}

function modelsOf({ models_dir }: Outline, origin: Origin) {
  const own = models_dir === undefined ? [] : [beside(origin.file, models_dir)];
  const { models, brokenIds, problems } = loadModels([...SHIPPED_MODELS, ...own]);
  return {
    models,
    brokenIds,
    problems: problems.map(({ file, line, path, expected }): Problem => {
      return own.includes(file) ? origin.problem(['models_dir'], expected) : { file, line, path, message: expected };
    }),
  };
}

function packOf({ standard }: Outline, origin: Origin, env: Env): Pick<Understood<RulePack>, 'value' | 'problems'> {
  const file = standard === undefined ? join(SHIPPED, 'standards', 'gb.yaml') : beside(origin.file, standard);
  const source = readYaml(file, env, (message) => origin.problem(['standard'], message));
  if (source.data === undefined) return { problems: source.problems };
  const pack = understand(rulePack, source.data, source.origin);
  return { ...pack, problems: firstTold(source.problems, pack.problems) };
}

/** The problems of all stages. A later stage is silent about a place that an earlier one has told. */
function firstTold(...stages: (readonly Problem[])[]): Problem[] {
  const places = new Set<string>();
  const told: Problem[] = [];
  for (const stage of stages) {
    const fresh = stage.filter((problem) => !places.has(placeOf(problem)));
    told.push(...fresh);
    for (const problem of fresh) places.add(placeOf(problem));
  }
  return told;
}

/** File by file, the configuration itself first, and down the lines. */
function inReadingOrder(problems: readonly Problem[], first: string): Problem[] {
  const files = [...new Set([first, ...problems.map(({ file }) => file)])];
  return problems.toSorted((a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line);
}

function placeOf({ file, line, path }: Problem): string {
  return `${file}:${line} ${path}`;
}
