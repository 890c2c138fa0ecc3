import { parseProbeAddress } from '../config/connection.ts';
import { duration } from '../lib/duration.ts';
import type { ModbusModel } from '../meters/model.ts';
import { modbusOptions } from '../meters/options.ts';
import { Scan, type ScanConnection } from '../meters/scan.ts';
import { knownModels } from './known-models.ts';
import type { Output } from './output.ts';
import type { ToolParts } from './probe.ts';
import { WRONG_CONFIGURATION } from './read-config.ts';
import { scanJson, scanText } from './scan-text.ts';
import { progress } from './terminal.ts';

const NOTHING_FOUND = 1;

const EVERY_UNIT = '1-247';
const HIGHEST_UNIT = 255;

export interface ScanRequest {
  readonly address: string;
  /** '1-247' or '1,5,10-20'. */
  readonly units?: string;
  /** '300ms' */
  readonly timeout?: string;
  readonly modelsDir?: string;
  readonly json?: boolean;
}

interface Understood {
  readonly connection: ScanConnection;
  readonly units: readonly number[];
  readonly timeout: number;
  readonly models: readonly ModbusModel[];
}

/**
 * Finds the units of a line and guesses what they are. Returns the exit code: 0 when a unit was found, 1 when none was, 2
 * when the request is wrong. Ctrl-C ends it with what was found until then.
 */
export async function scan(request: ScanRequest, out: Output, parts: ToolParts): Promise<number> {
  const understood = understand(request, out);
  if (!understood) return WRONG_CONFIGURATION;
  const { env = process.env, stopping } = parts;
  const { connectTimeout } = modbusOptions.parse(undefined);
  const shown = progress(out.stderr);
  const result = await new Scan({ ...understood, connectTimeout, stopping, tell: shown.tell }).run();
  shown.clear();
  const asked = understood.units.length;
  const told = { asked, modelsDir: request.modelsDir };
  const text = request.json ? scanJson(result, told) : scanText(result, told, out.stdout, env);
  out.stdout.write(text);
  return result.units.length > 0 ? 0 : NOTHING_FOUND;
}

function understand(
  { address, modelsDir, timeout = '300ms', units }: ScanRequest,
  out: Output,
): Understood | undefined {
  const problems: string[] = [];
  const parsed = parseProbeAddress(address);
  if ('expected' in parsed) problems.push(`${address}: ${parsed.expected}`);
  const connection = 'expected' in parsed ? undefined : parsed.connection;
  const line = connection && isScanned(connection) ? connection : undefined;
  if (connection && !line) problems.push(`${address}: expected an address that is called, not ${connection.kind}://`);
  const own = 'expected' in parsed || parsed.unit === undefined ? EVERY_UNIT : String(parsed.unit);
  const list = unitsOf(units ?? own);
  if (!list) problems.push(`--units ${units}: expected units from 0 to ${HIGHEST_UNIT}, such as 1-247 or 1,5,10-20`);
  const milliseconds = duration.safeParse(timeout);
  if (!milliseconds.success || milliseconds.data < 20 || milliseconds.data > 60_000)
    problems.push(`--timeout ${timeout}: expected 20ms to 1m`);
  const models = knownModels(modelsDir, out);
  if (problems.length > 0) out.stderr.write(`${problems.join('\n')}\n`);
  if (problems.length > 0 || !models || !line || !list || !milliseconds.success) return undefined;
  const modbus = [...models.values()].filter((model) => model.transport === 'modbus');
  return { connection: line, units: list, timeout: milliseconds.data, models: modbus };
}

function isScanned(connection: { readonly kind: string }): connection is ScanConnection {
  return ['modbus-tcp', 'rtu-over-tcp', 'rtu-serial'].includes(connection.kind);
}

/** '1,5,10-12' → [1, 5, 10, 11, 12]; undefined where it is no such list. */
function unitsOf(text: string): readonly number[] | undefined {
  const units = new Set<number>();
  for (const part of text.split(',')) {
    const [, first, last = first] = /^\s*(\d{1,3})(?:-(\d{1,3}))?\s*$/.exec(part) ?? [];
    const [from, to] = [Number(first), Number(last)];
    if (first === undefined || from > to || to > HIGHEST_UNIT) return undefined;
    for (let unit = from; unit <= to; unit += 1) units.add(unit);
  }
  return [...units];
}
