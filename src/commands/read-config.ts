import type { Config } from '../config/config.ts';
import { loadConfig } from '../config/load.ts';
import { formatProblem } from '../config/problem.ts';
import type { Output } from './output.ts';

/** Exit code of every command when the configuration is wrong. */
export const WRONG_CONFIGURATION = 2;

/** The configuration, or undefined after every problem was printed on stderr, one a line. */
export function readConfig(configFile: string, out: Output, env = process.env): Config | undefined {
  const loaded = loadConfig(configFile, env);
  if (loaded.ok) return loaded.config;
  const { problems } = loaded;
  out.stderr.write(`${problems.map(formatProblem).join('\n')}\n`);
  out.stderr.write(`${problems.length} problem${problems.length === 1 ? '' : 's'}\n`);
  return undefined;
}
