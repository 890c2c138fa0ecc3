import { expect, it } from 'vitest';
import { edited, lineOf, told } from './config-folder.ts';

/** One mistake in the valid configuration. */
export interface Mistake {
  /** What is replaced, and by what; '<--' marks the line that the problem is told for. */
  readonly replace: readonly [piece: string, replacement: string];
  readonly path: string;
  readonly message: string;
}

/** A test for each mistake: it alone is told, at its line. */
export function testMistakes(mistakes: Readonly<Record<string, Mistake>>): void {
  it.each(Object.entries(mistakes))('%s', (_name, { replace: [piece, replacement], path, message }) => {
    const config = edited(piece, replacement);

    const problems = told(config);

    const place = `pq-butler.yaml:${lineOf(config, '<--')}  ${path}: ${message}`;
    expect(problems).toEqual([expect.stringContaining(place)]);
  });
}
