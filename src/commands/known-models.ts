import { SHIPPED_MODELS } from '../config/load.ts';
import { formatProblem } from '../config/problem.ts';
import type { Model } from '../meters/model.ts';
import { loadModels, type ModelProblem } from '../meters/model-files.ts';
import type { Output } from './output.ts';

/** The shipped models and those of a folder; undefined after stderr was told their problems. */
export function knownModels(modelsDir: string | undefined, out: Output): ReadonlyMap<string, Model> | undefined {
  const { models, problems } = loadModels([...SHIPPED_MODELS, ...(modelsDir === undefined ? [] : [modelsDir])]);
  if (problems.length === 0) return models;
  const lines = problems.map(({ file, line, path, expected }) =>
    formatProblem({ file, line, path, message: expected }),
  );
  out.stderr.write(`${lines.join('\n')}\n${countOf(problems)}\n`);
  return undefined;
}

/** What is wrong between the sections of a file is looked for only when they are right by themselves. */
function countOf(problems: readonly ModelProblem[]): string {
  const count = `${problems.length} problem${problems.length === 1 ? '' : 's'}`;
  const isInFile = problems.some(({ file }) => /\.ya?ml$/.test(file));
  return isInFile ? `${count}; more may follow when ${problems.length === 1 ? 'it is' : 'these are'} corrected` : count;
}
