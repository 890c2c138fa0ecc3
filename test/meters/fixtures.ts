import { fileURLToPath } from 'node:url';
import type { Connection, Tuning } from '../../src/domain/customer.ts';
import { type Fleet, fleetOf, type MeterPlace } from '../../src/domain/fleet.ts';
import type { Log } from '../../src/lib/log.ts';
import type { Model } from '../../src/meters/model.ts';
import { loadModels } from '../../src/meters/model-files.ts';

export const MODELS_FOLDER = fileURLToPath(new URL('../../config/models/', import.meta.url));
export const PAYLOADS_FOLDER = fileURLToPath(new URL('../../config/payloads/', import.meta.url));

export function shippedModels(): ReadonlyMap<string, Model> {
  return loadModels([MODELS_FOLDER, PAYLOADS_FOLDER]).models;
}

export interface MeterSpec {
  readonly id: string;
  readonly model: string;
  readonly connection: Connection;
  readonly pollInterval?: number;
  readonly ctRatio?: number;
  readonly ptRatio?: number;
  readonly tuning?: Tuning;
  readonly nominalKv?: number;
}

/** A customer with a supply point for each meter. */
export function fleetWith(specs: readonly MeterSpec[]): Fleet {
  const supplyPoints = specs.map((spec) => ({
    id: `${spec.id}-point`,
    name: `${spec.id}-point`,
    nominalKv: spec.nominalKv ?? 0.38,
    feeder: 'F1',
    substation: 'East',
    meters: [
      {
        id: spec.id,
        model: spec.model,
        connection: spec.connection,
        pollInterval: spec.pollInterval ?? 1_000,
        ctRatio: spec.ctRatio ?? 1,
        ptRatio: spec.ptRatio ?? 1,
        ...(spec.tuning && { tuning: spec.tuning }),
      },
    ],
  }));
  const customer = { id: 'c01', name: 'Customer 01', class: 'first', industry: 'steel', accountManager: 'li' } as const;
  return fleetOf([{ ...customer, supplyPoints }]);
}

export function placeOf(spec: MeterSpec): MeterPlace {
  const place = fleetWith([spec]).meters.get(spec.id);
  if (!place) throw new Error(`no meter ${spec.id}`);
  return place;
}

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly fields: unknown;
  readonly message: string;
}

/** A log that keeps its lines. */
export function recordingLog(): Log & { readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  const at =
    (level: LogLine['level']) =>
    (fields: unknown, message?: unknown): void => {
      lines.push({ level, fields, message: String(message) });
    };
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
