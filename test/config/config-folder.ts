import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { formatProblem, type Problem } from '../../src/config/problem.ts';

/** The shipped configuration. */
export const EXAMPLE = fileURLToPath(new URL('../../config/pq-butler.yaml', import.meta.url));

/** A valid configuration, as short as it gets, with a meter of each transport. */
export const VALID = `\
site:
  name: Test city
  time_zone: Asia/Shanghai
mail:
  host: mail.example
  from: butler@grid.example
mqtt:
  brokers:
    - id: main
      url: mqtt://broker.example:1883
people:
  - { id: li, name: Li, role: account_manager, email: li@grid.example, locale: zh-CN }
  - { id: duty, name: Duty desk, role: grid_engineer, email: duty@grid.example, locale: en }
customers:
  - id: c01
    name: Customer 01
    class: special
    industry: steel
    account_manager: li
    supply_points:
      - id: c01-a
        nominal_kv: 10
        feeder: F12
        substation: East
        meters:
          - id: m1
            model: sdm630
            connection: modbus-tcp://192.0.2.1:502/1
          - id: m2
            model: plain-json
            connection: mqtt://main/site/m2
`;

export const HEADER =
  'customer,name,class,industry,account_manager,supply_point,supply_point_name,nominal_kv,feeder,substation,' +
  'contract_kva,transformer_kva,meter,model,connection,poll_interval,ct_ratio,pt_ratio';

/** VALID, with its customers in another file. */
export function withCustomersFile(name: string): string {
  return `${VALID.slice(0, VALID.indexOf('customers:'))}customers_file: ${name}\n`;
}

/** Files in a folder of their own, removed after the test. 'pq-butler.yaml' is the configuration. */
export class ConfigFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'pq-config-'));

  constructor(files: Readonly<Record<string, string | Uint8Array>>) {
    onTestFinished(() => rmSync(this.path, { recursive: true }));
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(this.file(name)), { recursive: true });
      writeFileSync(this.file(name), content);
    }
  }

  file(name = 'pq-butler.yaml'): string {
    return join(this.path, name);
  }

  problems(env: Readonly<Record<string, string>> = {}): readonly Problem[] {
    const loaded = loadConfig(this.file(), env);
    return loaded.ok ? [] : loaded.problems;
  }

  /** The problems as people see them, without the folder's name. */
  told(env: Readonly<Record<string, string>> = {}): string[] {
    return this.problems(env).map((problem) => formatProblem(problem).replaceAll(`${this.path}/`, ''));
  }

  config(env: Readonly<Record<string, string>> = {}): Config {
    const loaded = loadConfig(this.file(), env);
    if (!loaded.ok) throw new Error(loaded.problems.map(formatProblem).join('\n'));
    return loaded.config;
  }
}

export function told(config: string, env: Readonly<Record<string, string>> = {}): string[] {
  return new ConfigFolder({ 'pq-butler.yaml': config }).told(env);
}

/** VALID with one piece of it replaced; fails when the piece is not there. */
export function edited(piece: string, replacement: string, base = VALID): string {
  if (!base.includes(piece)) throw new Error(`not in the configuration: ${piece}`);
  return base.replace(piece, () => replacement);
}

/** 'NAME' as the configuration refers to it. */
export function ref(name: string): string {
  return `\${${name}}`;
}

export function lineOf(text: string, piece: string): number {
  if (!text.includes(piece)) throw new Error(`not in the text: ${piece}`);
  return text.slice(0, text.indexOf(piece)).split('\n').length;
}
