import type { Output } from '../../src/commands/output.ts';

/** An output that keeps what a command writes. */
export function captured(): { readonly out: Output; readonly written: { stdout: string; stderr: string } } {
  const written = { stdout: '', stderr: '' };
  const sink = (name: keyof typeof written) => ({
    write(text: string) {
      written[name] += text;
    },
  });
  return { out: { stdout: sink('stdout'), stderr: sink('stderr') }, written };
}
