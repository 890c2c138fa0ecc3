import { filled, namesIn } from './placeholders.ts';

/** One step into a JSON value. Texts may hold placeholders such as `{quantity}` until they are filled. */
export type Step =
  | { readonly kind: 'key'; readonly key: string }
  /** An element of a list; what is no list counts as a list of one. */
  | { readonly kind: 'index'; readonly index: number }
  /** Every element of a list; what is no list counts as a list of one. */
  | { readonly kind: 'all' }
  /** The values of all these keys, as a list. */
  | { readonly kind: 'keys'; readonly keys: readonly string[] }
  /** The first element of a list whose keys have these values. */
  | { readonly kind: 'match'; readonly pairs: readonly (readonly [string, string])[] };

export type Path = readonly Step[];

/** Undefined where there is nothing. */
export type Finder = (message: unknown) => unknown;

const SEGMENT = /"(?<quoted>[^"]*)"|(?<name>[^.[\]"]+)|\[(?<inner>(?:"[^"]*"|[^\]"])*)\]|(?<dot>\.)/y;
const KEYS = /^\s*[^=,"]+(?:,[^=,"]+)+$/;
const PAIR = /\s*(?:"([^"]*)"|([^=,"]+?))\s*=\s*(?:"([^"]*)"|([^,"]*?))\s*(,|$)/y;

/**
 * Reads `a.b`, `a[0].b`, `a[*].b`, `a[b,c]`, `a[name=Ua].value`, `a[type=AI,key=U].value` and `"a.b".c`; '' is the whole
 * message. Undefined for anything else.
 */
export function parsePath(text: string): Path | undefined {
  const steps: Step[] = [];
  let isNameDue = text !== '';
  let at = 0;
  while (at < text.length) {
    SEGMENT.lastIndex = at;
    const groups = SEGMENT.exec(text)?.groups;
    if (!groups) return undefined;
    at = SEGMENT.lastIndex;
    const key = groups.quoted ?? groups.name;
    if (groups.dot !== undefined) {
      if (isNameDue) return undefined;
      isNameDue = true;
    } else if (key !== undefined) {
      if (!isNameDue) return undefined;
      steps.push({ kind: 'key', key });
      isNameDue = false;
    } else {
      // Brackets follow a name, other brackets, or stand first of all.
      if (isNameDue && steps.length > 0) return undefined;
      const step = bracketStep(groups.inner ?? '');
      if (!step) return undefined;
      steps.push(step);
      isNameDue = false;
    }
  }
  return isNameDue ? undefined : steps;
}

function bracketStep(inner: string): Step | undefined {
  if (inner === '*') return { kind: 'all' };
  if (/^\d{1,6}$/.test(inner)) return { kind: 'index', index: Number(inner) };
  if (KEYS.test(inner)) return { kind: 'keys', keys: inner.split(',').map((key) => key.trim()) };
  const pairs: [string, string][] = [];
  let at = 0;
  while (at < inner.length) {
    PAIR.lastIndex = at;
    const found = PAIR.exec(inner);
    if (!found) return undefined;
    at = PAIR.lastIndex;
    pairs.push([found[1] ?? found[2] ?? '', found[3] ?? found[4] ?? '']);
  }
  return pairs.length > 0 ? { kind: 'match', pairs } : undefined;
}

/** The path with its placeholders filled; undefined when one of them has no value. */
export function filledPath(path: Path, values: ReadonlyMap<string, string>): Path | undefined {
  const steps: Step[] = [];
  for (const step of path) {
    const next = filledStep(step, values);
    if (!next) return undefined;
    steps.push(next);
  }
  return steps;
}

function filledStep(step: Step, values: ReadonlyMap<string, string>): Step | undefined {
  if (step.kind === 'key') {
    const key = filled(step.key, values);
    return key === undefined ? undefined : { kind: 'key', key };
  }
  if (step.kind !== 'match') return step;
  const pairs: [string, string][] = [];
  for (const [key, value] of step.pairs) {
    const text = filled(value, values);
    if (text === undefined) return undefined;
    pairs.push([key, text]);
  }
  return { kind: 'match', pairs };
}

/** The names of the placeholders in a path. */
export function placeholdersOf(path: Path): readonly string[] {
  return path.flatMap((step) => {
    if (step.kind === 'key') return namesIn(step.key);
    return step.kind === 'match' ? step.pairs.flatMap(([, value]) => namesIn(value)) : [];
  });
}

/** What finds a path in a message; several paths: the first that is there. */
export function finderOf(paths: readonly Path[]): Finder {
  const [only, ...others] = paths.map(singleFinder);
  if (!only) return () => undefined;
  if (others.length === 0) return only;
  return (message) => {
    let found = only(message);
    for (let index = 0; found === undefined && index < others.length; index += 1) found = others[index]?.(message);
    return found;
  };
}

function singleFinder(path: Path): Finder {
  const [first] = path;
  if (first?.kind === 'key' && path.length === 1) {
    const { key } = first;
    return (message) => (isRecord(message) && Object.hasOwn(message, key) ? message[key] : undefined);
  }
  return (message) => find(message, path, 0);
}

function find(message: unknown, path: Path, from: number): unknown {
  let found = message;
  for (let at = from; at < path.length; at += 1) {
    const step = path[at];
    if (found === undefined || !step) return undefined;
    if (step.kind === 'all') {
      const list = Array.isArray(found) ? found : [found];
      return list.map((element) => find(element, path, at + 1)).filter((each) => each !== undefined);
    }
    found = taken(found, step);
  }
  return found;
}

function taken(found: unknown, step: Exclude<Step, { kind: 'all' }>): unknown {
  switch (step.kind) {
    case 'key':
      return isRecord(found) && Object.hasOwn(found, step.key) ? found[step.key] : undefined;
    case 'keys':
      return valuesOf(found, step.keys);
    case 'index':
      if (Array.isArray(found)) return found[step.index];
      return step.index === 0 && found !== null ? found : undefined;
    case 'match':
      if (!Array.isArray(found)) return undefined;
      return found.find((element) => isRecord(element) && step.pairs.every((pair) => isPair(element, pair)));
  }
}

/** Undefined without one of them: nobody takes a part for the whole. */
function valuesOf(found: unknown, keys: readonly string[]): readonly unknown[] | undefined {
  if (!isRecord(found) || !keys.every((key) => Object.hasOwn(found, key))) return undefined;
  return keys.map((key) => found[key]);
}

function isPair(element: Readonly<Record<string, unknown>>, [key, value]: readonly [string, string]): boolean {
  if (!Object.hasOwn(element, key)) return false;
  const found = element[key];
  return found === value || (typeof found === 'number' && String(found) === value);
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
