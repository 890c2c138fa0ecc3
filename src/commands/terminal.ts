import { styleText } from 'node:util';
import type { Output } from './output.ts';

export type Colour = 'green' | 'yellow' | 'red' | 'dim' | 'bold';

/** Whether a person reads it as it is written, and not a file or another program. */
export function isTerminal(sink: Output['stdout']): boolean {
  return 'isTTY' in sink && sink.isTTY === true;
}

/** Colours text for a terminal, unless NO_COLOR is set (no-color.org); leaves it alone anywhere else. */
export function painter(sink: Output['stdout'], env: NodeJS.ProcessEnv): (colour: Colour, text: string) => string {
  const isColoured = isTerminal(sink) && (env.NO_COLOR ?? '') === '';
  return (colour, text) => (isColoured ? styleText(colour, text, { validateStream: false }) : text);
}

/** What goes on, in one line that the next replaces; nothing where nobody watches. */
export function progress(sink: Output['stderr']): { tell(text: string): void; clear(): void } {
  if (!isTerminal(sink)) return { tell: () => undefined, clear: () => undefined };
  return { tell: (text) => sink.write(`\r\x1b[K${text}`), clear: () => sink.write('\r\x1b[K') };
}

/** Aborted by Ctrl-C, by SIGTERM, and when nobody reads the output any more. */
export function untilInterrupted(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort());
  process.stdout.once('error', () => controller.abort());
  return controller.signal;
}
