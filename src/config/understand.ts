import type { z } from 'zod';
import { expectation } from './expectation.ts';
import { isSecret, type Origin, type Path, pathText } from './origin.ts';
import type { Problem } from './problem.ts';

type Issue = z.core.$ZodIssue;

export interface Understood<T> {
  /** Absent when there are problems. */
  readonly value?: T;
  /** The data with every scalar of the type that the schema asks for. */
  readonly data: unknown;
  readonly problems: readonly Problem[];
}

/**
 * Reads data by a schema. What is written decides nothing about its type: '8080' from the environment or a CSV cell is
 * a number where a number is expected, and the feeder 12 is the text '12'.
 */
export function understand<T>(schema: z.ZodType<T>, data: unknown, origin: Origin): Understood<T> {
  const adapted = new Set<string>();
  const current = structuredClone(data);
  for (;;) {
    const result = schema.safeParse(current, { error: expectation });
    if (result.success) return { value: result.data, data: current, problems: [] };
    const { issues } = result.error;
    const changes = adaptations(issues, current, origin).filter(({ path }) => !adapted.has(pathText(path)));
    if (changes.length === 0) {
      return { data: current, problems: issues.flatMap((issue) => problemsOf(issue, current, origin)) };
    }
    for (const { path, value } of changes) {
      put(current, path, value);
      adapted.add(pathText(path));
    }
  }
}

interface Change {
  readonly path: Path;
  readonly value: string | number | boolean;
}

function adaptations(issues: readonly Issue[], data: unknown, origin: Origin): Change[] {
  return issues.flatMap((issue) => {
    if (issue.code !== 'invalid_type') return [];
    const { path, expected } = issue;
    const value = adaptation(valueAt(data, path), expected, origin.written(path));
    return value === undefined ? [] : [{ path, value }];
  });
}

function adaptation(value: unknown, expected: string, written: string | undefined): Change['value'] | undefined {
  if (typeof value === 'number' && expected === 'string') return written;
  if (typeof value !== 'string') return undefined;
  if (expected === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
  const wantsNumber = expected === 'number' || expected === 'int';
  return wantsNumber && /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(value) ? Number(value) : undefined;
}

function valueAt(holder: unknown, path: Path): unknown {
  let value = holder;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, step);
  }
  return value;
}

function put(data: unknown, path: Path, value: unknown): void {
  const holder = valueAt(data, path.slice(0, -1));
  const key = path.at(-1);
  if (typeof holder === 'object' && holder !== null && key !== undefined) Reflect.set(holder, key, value);
}

function problemsOf(issue: Issue, data: unknown, origin: Origin): Problem[] {
  const { path, message } = issue;
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => origin.problem([...path, key], `${message}, found an unknown key`));
  }
  if (/\bfound\b/.test(message)) return [origin.problem(path, message)];
  return [origin.problem(path, `${message}, found ${found(path, valueAt(data, path), origin)}`)];
}

function found(path: Path, value: unknown, origin: Origin): string {
  const written = origin.written(path);
  if (written !== undefined) return isSecret(path) ? 'a value that is not shown' : shown(written);
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a group of keys';
  return value === undefined ? 'nothing' : 'something else';
}

/** A scalar as it was written, shortened; what stands before the host of a URL may be a password. */
function shown(written: string): string {
  const text = written.replace(/\/\/[^/\s]*@/, '//...@');
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text);
}
