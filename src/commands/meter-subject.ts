import type { Config } from '../config/config.ts';
import { parseProbeAddress } from '../config/connection.ts';
import type { Connection } from '../domain/customer.ts';
import { fleetOf, type MeterPlace } from '../domain/fleet.ts';
import type { Model } from '../meters/model.ts';
import { type ModbusOptions, type MqttOptions, modbusOptions, mqttOptions } from '../meters/options.ts';
import { knownModels } from './known-models.ts';
import type { Output } from './output.ts';
import { readConfig } from './read-config.ts';

/** A meter to be asked, with all that is known of it. */
export interface MeterSubject {
  readonly place: MeterPlace;
  readonly model: Model;
  readonly modbus: ModbusOptions;
  readonly mqtt: MqttOptions;
  readonly timeZone: string;
  /** It stands in a configuration. */
  readonly isConfigured: boolean;
  /** Undefined where nobody said it. */
  readonly nominalKv: number | undefined;
}

export interface MeterRequest {
  /** The id of a configured meter, or an address. */
  readonly meter: string;
  readonly config?: string;
  readonly model?: string;
  readonly modelsDir?: string;
  readonly nominalKv?: string;
  readonly ctRatio?: string;
  readonly ptRatio?: string;
}

/** The meter that is meant, or undefined after stderr was told what is wrong with the request. */
export function meterSubject(request: MeterRequest, out: Output, env: NodeJS.ProcessEnv): MeterSubject | undefined {
  if (request.model !== undefined) return unconfigured({ ...request, model: request.model }, out);
  if (request.config !== undefined) return configured(request.meter, request.config, out, env);
  out.stderr.write('expected --config FILE for a configured meter, or --model ID for an address\n');
  return undefined;
}

/** 'modbus-tcp://192.0.2.1:502/1'; of a meter at a broker, with its topic. */
export function addressOf({ place }: MeterSubject): string {
  const { connection } = place.meter;
  if (connection.kind === 'mqtt') return `${place.line}/${connection.topic}`;
  return place.line.includes('?') ? `${place.line} unit ${connection.unit}` : `${place.line}/${connection.unit}`;
}

function configured(id: string, file: string, out: Output, env: NodeJS.ProcessEnv): MeterSubject | undefined {
  const config = readConfig(file, out, env);
  if (!config) return undefined;
  const place = config.fleet.meters.get(id);
  const model = place && config.models.get(place.meter.model);
  if (!place || !model) {
    out.stderr.write(`${file} has no meter ${id}${similar(id, config)}\n`);
    return undefined;
  }
  const { modbus, mqtt, site } = config;
  const { nominalKv } = place.supplyPoint;
  return { place, model, modbus, mqtt, timeZone: site.time_zone, isConfigured: true, nominalKv };
}

function similar(id: string, { fleet }: Config): string {
  const ids = [...fleet.meters.keys()];
  const near = ids.filter((each) => each.startsWith(id) || id.startsWith(each) || each.includes(id));
  const shown = (near.length > 0 ? near : ids).slice(0, 5);
  return shown.length > 0 ? `; it has ${shown.join(', ')}${ids.length > shown.length ? ', ...' : ''}` : '';
}

function unconfigured(request: MeterRequest & { readonly model: string }, out: Output): MeterSubject | undefined {
  const models = knownModels(request.modelsDir, out);
  if (!models) return undefined;
  const problems: string[] = [];
  const model = models.get(request.model);
  if (!model) problems.push(unknownModel(request.model, request.modelsDir, models));
  else if (model.transport === 'mqtt')
    problems.push(`--model ${request.model}: expected a Modbus model; MQTT meters are probed by their configuration`);
  const usualUnit = model?.transport === 'modbus' ? model.usualUnit : 1;
  const connection = connectionOf(request.meter, usualUnit, problems);
  const nominalKv = positive('--nominal-kv', request.nominalKv, problems);
  const ctRatio = positive('--ct-ratio', request.ctRatio, problems) ?? 1;
  const ptRatio = positive('--pt-ratio', request.ptRatio, problems) ?? 1;
  if (problems.length > 0 || !model || !connection) {
    out.stderr.write(`${problems.join('\n')}\n`);
    return undefined;
  }
  const place = placeOf(request.meter, model.id, connection, { ctRatio, ptRatio, nominalKv: nominalKv ?? 0 });
  const modbus = modbusOptions.parse(undefined);
  return {
    place,
    model,
    modbus,
    mqtt: mqttOptions.parse(undefined),
    timeZone: 'UTC',
    isConfigured: false,
    nominalKv,
  };
}

function unknownModel(id: string, modelsDir: string | undefined, models: ReadonlyMap<string, Model>): string {
  const own =
    modelsDir === undefined
      ? '; for a model of your own, name its folder with --models-dir'
      : `; ${modelsDir} is read too`;
  return `--model ${id}: expected one of ${modbusModels(models).join(', ')}${own}`;
}

function modbusModels(models: ReadonlyMap<string, Model>): readonly string[] {
  return [...models.values()].filter(({ transport }) => transport === 'modbus').map(({ id }) => id);
}

function connectionOf(text: string, usualUnit: number, problems: string[]): Connection | undefined {
  const parsed = parseProbeAddress(text);
  if ('expected' in parsed) {
    problems.push(`${text}: ${parsed.expected}`);
    return undefined;
  }
  const { connection, unit } = parsed;
  if (connection.kind !== 'mqtt') return { ...connection, unit: unit ?? usualUnit };
  problems.push(`${text}: expected a Modbus address; MQTT meters are probed by their configuration`);
  return undefined;
}

function positive(option: string, text: string | undefined, problems: string[]): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (text.trim() !== '' && Number.isFinite(number) && number > 0) return number;
  problems.push(`${option} ${text}: expected a number above 0`);
  return undefined;
}

function placeOf(
  id: string,
  model: string,
  connection: Connection,
  { ctRatio, ptRatio, nominalKv }: { ctRatio: number; ptRatio: number; nominalKv: number },
): MeterPlace {
  const meter = { id, model, connection, pollInterval: 1_000, ctRatio, ptRatio };
  const supplyPoint = { id, name: id, nominalKv, feeder: '', substation: '', meters: [meter] };
  const customer = { id, name: id, class: 'temporary', industry: '', accountManager: '' } as const;
  const place = fleetOf([{ ...customer, supplyPoints: [supplyPoint] }]).meters.get(id);
  if (!place) throw new Error(`no place for ${id}`);
  return place;
}
