import { type ProbeRequest, probe } from '../../src/commands/probe.ts';
import { captured } from './captured.ts';
import { toolParts } from './tool-bench.ts';

/** A probe with a single sample, unless the test says otherwise: its exit code and what it wrote. */
export async function run(request: ProbeRequest, to = captured()) {
  const code = await probe({ samples: '1', ...request }, to.out, toolParts());
  return { code, ...to.written };
}

/** The columns of the first line that begins like that. */
export function lineWith(text: string, start: string): string[] {
  const line = text.split('\n').find((each) => each.startsWith(start));
  return (line ?? '').split(/ {2,}/);
}
