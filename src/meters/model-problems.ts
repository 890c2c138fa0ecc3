import { type Document, isMap, isNode, isScalar, isSeq, visit } from 'yaml';
import { z } from 'zod';
import { nearNames } from './near-names.ts';
import { pointExpected } from './written-number.ts';

/** What is wrong below the keys of `path`, and what was expected there. */
export interface Complaint {
  readonly path: readonly PropertyKey[];
  readonly expected: string;
}

/** For zod: of unknown keys, those that are known there. */
export const knownKeys: z.core.$ZodErrorMap = ({ code, inst }) => {
  if (code !== 'unrecognized_keys') return undefined;
  if (inst instanceof z.ZodObject) return Object.keys(inst.shape).join(', ');
  const keys = inst instanceof z.ZodRecord ? inst.def.keyType : undefined;
  return keys instanceof z.ZodEnum ? keys.options.join(', ') : undefined;
};

/** What a schema that was asked with `knownKeys` says, key by key, so that each is found on its own line. */
export function complaintsOf(error: z.ZodError, document: Document): readonly Complaint[] {
  const found = error.issues.flatMap((issue) => {
    return spread({ ...issue, path: [...writtenPath(issue.path, document)] }, document);
  });
  const commas = new Set(found.filter(({ isComma }) => isComma).map(({ path }) => path.join('.')));
  // Of a number with a decimal comma, what is said of the part before it means nothing.
  return found.filter(({ path, isComma }) => isComma || !commas.has(path.join('.')));
}

/** The path as the file has it: one thing that stands where there may be a list has no number. */
function writtenPath(path: readonly PropertyKey[], document: Document): readonly PropertyKey[] {
  const written: PropertyKey[] = [];
  for (const step of path) {
    if (typeof step === 'number' && !isSeq(document.getIn(written, true))) continue;
    written.push(step);
  }
  return written;
}

function spread(issue: z.core.$ZodIssue, document: Document): (Complaint & { readonly isComma?: boolean })[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      return decimalComma(issue.path, key, document) ?? { path, expected: unknownKey(key, issue.message.split(', ')) };
    });
  }
  // In a record, the key's own complaint says more than "invalid key".
  if (issue.code === 'invalid_key') {
    return issue.issues.map(({ message }) => ({ path: issue.path, expected: message }));
  }
  return [{ path: issue.path, expected: issue.message }];
}

function unknownKey(key: string, known: readonly string[]): string {
  const [near] = nearNames(key, known, 1);
  const list = known.join(', ');
  return near === undefined
    ? `unknown key: expected one of ${list}`
    : `unknown key: did you mean ${near}? Known here are ${list}`;
}

/** In braces YAML takes `scale: 0,1` for two entries: a scale of 0, and a key 1 with nothing behind it. */
function decimalComma(path: readonly PropertyKey[], key: string, document: Document) {
  const map = document.getIn(path, true);
  if (!/^\d+$/.test(key) || !isMap(map)) return undefined;
  const at = map.items.findIndex(({ key: each }) => isScalar(each) && String(each.value) === key);
  const [before, pair] = [map.items[at - 1], map.items[at]];
  if (!before || !isScalar(before.key) || !isScalar(before.value) || typeof before.value.value !== 'number')
    return undefined;
  if (!pair || !isScalar(pair.key) || !(isScalar(pair.value) ? pair.value.value === null : pair.value === null))
    return undefined;
  const found = `${before.value.source},${pair.key.source}`;
  return { path: [...path, String(before.key.value)], expected: pointExpected(found), isComma: true };
}

/** The key that stands at an offset of the text, where the parser found it for the second time. */
export function keyAt(document: Document, offset: number): string | undefined {
  let key: string | undefined;
  visit(document, {
    Pair(_, pair) {
      if (!isScalar(pair.key) || pair.key.range?.[0] !== offset) return undefined;
      key = String(pair.key.value);
      return visit.BREAK;
    },
  });
  return key;
}

/** Where the key begins that the path leads to; where it is missing, the nearest one above it that is there. */
export function offsetOf(root: unknown, path: readonly PropertyKey[]): number {
  let offset = 0;
  let node = root;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => String(isScalar(key) ? key.value : key) === String(step));
      if (!pair) break;
      if (isNode(pair.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else {
      node = isSeq(node) ? node.items[Number(step)] : undefined;
      if (!isNode(node)) break;
      offset = node.range?.[0] ?? offset;
    }
  }
  return offset;
}
