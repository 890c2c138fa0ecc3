import { QUANTITIES, QUANTITY_NAMES } from '../domain/quantity.ts';
import type { Model } from '../meters/model.ts';
import { knownModels } from './known-models.ts';
import type { Output } from './output.ts';
import { readConfig, WRONG_CONFIGURATION } from './read-config.ts';
import { tableLines } from './table.ts';

export interface ModelsRequest {
  /** Lists the models of this configuration: the shipped ones and those of its `models_dir`. */
  readonly config?: string;
  /** Lists the shipped models and those of this folder, for which no configuration is needed. */
  readonly modelsDir?: string;
  /** Lists what a model may name in place of the models. */
  readonly quantities?: boolean;
  /** An array of objects instead of a table. */
  readonly json?: boolean;
}

/**
 * Lists the meter models that a configuration may name. Returns the exit code: 0 with the list on stdout, or 2 with every
 * problem of the model files (and of the configuration, where one is given) on stderr, one a line. With `quantities` it
 * lists these with their units, and reads no file.
 */
export function models(request: ModelsRequest, out: Output, env = process.env): number {
  if (request.quantities) return quantities(request, out);
  const found =
    request.config === undefined ? knownModels(request.modelsDir, out) : readConfig(request.config, out, env)?.models;
  if (!found) return WRONG_CONFIGURATION;
  const rows = [...found.values()].map(rowOf).sort((a, b) => (a.id < b.id ? -1 : 1));
  out.stdout.write(request.json ? `${JSON.stringify(rows, undefined, 2)}\n` : table(rows));
  return 0;
}

function quantities({ json }: ModelsRequest, out: Output): number {
  const rows = QUANTITY_NAMES.map((quantity) => ({ quantity, unit: QUANTITIES[quantity].unit }));
  const cells = rows.map(({ quantity, unit }) => [quantity, unit]);
  const lines = tableLines([{ head: 'quantity' }, { head: 'unit' }], cells);
  out.stdout.write(json ? `${JSON.stringify(rows, undefined, 2)}\n` : `${lines.join('\n')}\n`);
  return 0;
}

/** What a model knows beside quantities. */
type Also = 'clock' | 'events' | 'records' | 'ratios';

/** What a person wants to know of a model before naming it. */
interface Row {
  readonly id: string;
  readonly name: string;
  readonly transport: Model['transport'];
  readonly quantities: number;
  readonly also: readonly Also[];
  readonly source: string;
}

function rowOf(model: Model): Row {
  const { id, name, transport, source } = model;
  return { id, name, transport, quantities: new Set(quantitiesOf(model)).size, also: alsoOf(model), source };
}

function alsoOf(model: Model): readonly Also[] {
  const has = hasOf(model);
  return (['clock', 'events', 'records', 'ratios'] as const).filter((also) => has[also]);
}

function hasOf(model: Model): Readonly<Record<Also, boolean>> {
  if (model.transport === 'mqtt') {
    const { messages } = model;
    return {
      clock: false,
      events: messages.some(({ events }) => events.length > 0),
      records: false,
      ratios: messages.some(({ ratios }) => ratios.ct !== undefined || ratios.pt !== undefined),
    };
  }
  const { clock, events, ratios, records } = model;
  return {
    clock: clock !== undefined,
    events: events !== undefined,
    records: records !== undefined,
    ratios: ratios.ct !== undefined || ratios.pt !== undefined,
  };
}

function quantitiesOf(model: Model): readonly string[] {
  const values = model.transport === 'modbus' ? model.registers : model.messages.flatMap((message) => message.values);
  return values.map(({ quantity }) => quantity);
}

const COLUMNS = [
  { head: 'id' },
  { head: 'name' },
  { head: 'transport' },
  { head: 'quantities', isRight: true },
  { head: 'also' },
  { head: 'source' },
] as const;

function table(rows: readonly Row[]): string {
  const cells = rows.map(({ id, name, transport, quantities, also, source }) => [
    id,
    name,
    transport,
    String(quantities),
    also.join(', '),
    source,
  ]);
  return `${tableLines(COLUMNS, cells).join('\n')}\n`;
}
