import type { Path, Step } from './json-path.ts';
import type { PayloadModel } from './mapping.ts';

/** Where a model looks for values in a message, as its file writes it, each once; empty where fields go by their names. */
export function lookedFor({ messages }: PayloadModel): readonly string[] {
  const places = messages.flatMap(({ roots, samples = [[]], values }) => {
    const before = samples.flatMap((sample) => roots.map((root) => [...sample, ...root]));
    return values.flatMap(({ paths }) => before.flatMap((root) => paths.map((path) => pathText([...root, ...path]))));
  });
  return [...new Set(places)];
}

function pathText(path: Path): string {
  return path.map((step, index) => (index > 0 && step.kind === 'key' ? `.${stepText(step)}` : stepText(step))).join('');
}

function stepText(step: Step): string {
  switch (step.kind) {
    case 'key':
      return /[.[\]"]/.test(step.key) ? `"${step.key}"` : step.key;
    case 'index':
      return `[${step.index}]`;
    case 'keys':
      return `[${step.keys.join(',')}]`;
    case 'all':
      return '[*]';
    case 'match':
      return `[${step.pairs.map(([key, value]) => `${key}=${value}`).join(',')}]`;
  }
}
