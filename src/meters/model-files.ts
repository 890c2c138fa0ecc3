import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Document, LineCounter, parseDocument, type YAMLError } from 'yaml';
import { messageOf } from '../lib/errors.ts';
import type { Model } from './model.ts';
import { complaintsOf, keyAt, knownKeys, offsetOf } from './model-problems.ts';
import { modelFile } from './model-schema.ts';

/** What is wrong with a model file, and where. `line` counts from 1; `path` is the key, '' for the whole file. */
export interface ModelProblem {
  readonly file: string;
  readonly line: number;
  readonly path: string;
  readonly expected: string;
}

export interface LoadedModels {
  readonly models: ReadonlyMap<string, Model>;
  /** The ids of models that were left out: whoever names one of them made no mistake. */
  readonly brokenIds: ReadonlySet<string>;
  readonly problems: readonly ModelProblem[];
}

/**
 * Reads all *.yaml files of the folders. Every problem of every file is found at once; a model with a problem is left
 * out. An id may be given only once: an own folder cannot redefine a shipped model.
 */
export function loadModels(folders: readonly string[]): LoadedModels {
  const models = new Map<string, Model>();
  const brokenIds = new Set<string>();
  const origin = new Map<string, string>();
  const problems: ModelProblem[] = [];
  for (const file of folders.flatMap((folder) => filesOf(folder, problems))) {
    const read = readModel(file);
    problems.push(...read.problems);
    if (!read.model) {
      if (read.id !== undefined) brokenIds.add(read.id);
      continue;
    }
    const first = origin.get(read.model.id);
    if (first === undefined) {
      models.set(read.model.id, read.model);
      origin.set(read.model.id, file);
    } else {
      const expected = `expected an id of its own: '${read.model.id}' is already defined in ${first}`;
      problems.push({ file, line: read.lineOf(['id']), path: 'id', expected });
    }
  }
  return { models, brokenIds, problems };
}

function filesOf(folder: string, problems: ModelProblem[]): string[] {
  try {
    const names = readdirSync(folder).filter((name) => /\.ya?ml$/.test(name));
    return names.sort().map((name) => join(folder, name));
  } catch (error) {
    problems.push({ file: folder, line: 1, path: '', expected: `expected a readable folder: ${messageOf(error)}` });
    return [];
  }
}

interface ReadModel {
  readonly model?: Model;
  /** The id of a file with problems, where it can be read. */
  readonly id?: string;
  readonly problems: readonly ModelProblem[];
  lineOf(path: readonly PropertyKey[]): number;
}

function readModel(file: string): ReadModel {
  const lines = new LineCounter();
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const expected = `expected a readable file: ${messageOf(error)}`;
    return { problems: [{ file, line: 1, path: '', expected }], lineOf: () => 1 };
  }
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineOf = (path: readonly PropertyKey[]) => lines.linePos(offsetOf(document.contents, path)).line;
  const written = document.getIn(['id']);
  const named = typeof written === 'string' ? { id: written } : {};
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => {
      return { file, line: lines.linePos(error.pos[0]).line, path: '', expected: expectedOf(error, document) };
    });
    return { ...named, problems, lineOf };
  }
  const parsed = modelFile.safeParse(document.toJS(), { error: knownKeys });
  if (parsed.success) return { model: parsed.data, problems: [], lineOf };
  const problems = complaintsOf(parsed.error, document).map(({ path, expected }) => {
    return { file, line: lineOf(path), path: path.map(String).join('.'), expected };
  });
  return { ...named, problems, lineOf };
}

function expectedOf({ code, message, pos }: YAMLError, document: Document): string {
  const key = code === 'DUPLICATE_KEY' ? keyAt(document, pos[0]) : undefined;
  return key === undefined ? `expected YAML: ${message}` : `expected each key once: the key ${key} stands twice`;
}
