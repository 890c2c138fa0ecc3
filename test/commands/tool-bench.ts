import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Output } from '../../src/commands/output.ts';
import type { ToolParts } from '../../src/commands/probe.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { recordingLog } from '../meters/fixtures.ts';
import { captured } from './captured.ts';

export function toolParts(more: Partial<ToolParts> = {}): ToolParts {
  const stopping = new AbortController().signal;
  return { clock: systemClock, log: recordingLog(), stopping, env: {}, pace: 10, ...more };
}

/** What a command writes where a person sits in front of it. */
export function terminal(): ReturnType<typeof captured> {
  const { out, written } = captured();
  const onTerminal: Output = {
    stdout: Object.assign(out.stdout, { isTTY: true }),
    stderr: Object.assign(out.stderr, { isTTY: true }),
  };
  return { out: onTerminal, written };
}

/** A folder of model files. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'models-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

/** A configuration with these meters, each at its supply point of 0.38 kV, and a broker. */
export function configWith(
  meters: readonly { readonly id: string; readonly model: string; readonly connection: string }[],
  broker = 'mqtt://127.0.0.1:1',
): string {
  return `\
site: { name: Test city, time_zone: Asia/Shanghai }
mail: { host: mail.example, from: butler@grid.example }
modbus: { timeout: 1s }
poll_interval: 200ms
mqtt: { brokers: [{ id: main, url: '${broker}' }] }
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
${meters
  .map(
    ({ id, model, connection }) => `      - id: ${id}-point
        nominal_kv: 0.38
        feeder: F12
        substation: East
        meters: [{ id: ${id}, model: ${model}, connection: '${connection}' }]
`,
  )
  .join('')}`;
}
