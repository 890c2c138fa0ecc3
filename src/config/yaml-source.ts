import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  type Scalar,
  type YAMLError,
} from 'yaml';
import { isSecret, Origin, type Path } from './origin.ts';
import type { Problem } from './problem.ts';
import { beside, readText } from './read-text.ts';

export type Env = Readonly<Record<string, string | undefined>>;

export interface YamlSource {
  readonly origin: Origin;
  /** Plain values, with references to the environment and to secret files resolved; undefined if it cannot be read. */
  readonly data: unknown;
  readonly problems: readonly Problem[];
}

/** Reads a YAML file. A key without a value counts as not given. `named` as for readText. */
export function readYaml(file: string, env: Env, named?: (message: string) => Problem): YamlSource {
  const origin = new Origin(file);
  const read = readText(file, named);
  if ('problem' in read) return { origin, data: undefined, problems: [read.problem] };

  const lines = new LineCounter();
  // Pretty errors quote the line, and the line may hold a password.
  const document = parseDocument(read.text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const faults = [...document.errors, ...document.warnings];
  const syntax = faults.map((fault) => syntaxProblem(fault, read.text, file, lines));
  const readable = faults.every((fault) => fault.code === 'DUPLICATE_KEY');
  if (!readable) return { origin, data: undefined, problems: syntax };
  if (isEmpty(document)) {
    const empty = origin.problem([], 'expected keys and values, found an empty file');
    return { origin, data: undefined, problems: [empty] };
  }
  const reader = new Reader(origin, lines, env);
  const data = reader.value(document.contents, []);
  return { origin, data, problems: [...syntax, ...reader.problems] };
}

function isEmpty({ contents }: Document): boolean {
  return contents === null || (isScalar(contents) && contents.value === null);
}

/** What YAML's own words would show of the file's text, said without it. */
const WORDS: Readonly<Partial<Record<YAMLError['code'], string>>> = {
  BAD_DQ_ESCAPE: 'an unknown escape sequence in double quotes (a backslash is written \\\\)',
  MULTIPLE_DOCS: 'a second document (---) in the file',
  NON_STRING_KEY: 'a key that is not plain text',
  TAG_RESOLVE_FAILED: "a tag (!...); text that begins with '!' needs quotes",
};

function syntaxProblem(fault: YAMLError, text: string, file: string, lines: LineCounter): Problem {
  const [start] = fault.pos;
  const { line } = lines.linePos(start);
  if (fault.code === 'DUPLICATE_KEY') {
    const [, key = ''] = /^["']?([\w-]*)/.exec(text.slice(start)) ?? [];
    return { file, line, path: key, message: 'expected every key once, found it a second time' };
  }
  // The yaml package puts the offending text behind a colon.
  const words = WORDS[fault.code] ?? fault.message.replace(/(?<=\w): .*$/s, '');
  return { file, line, path: '', message: `expected YAML, found: ${words}` };
}

/** Turns the nodes of a document into plain values, and notes where each stood. */
class Reader {
  readonly problems: Problem[] = [];
  readonly #origin: Origin;
  readonly #lines: LineCounter;
  readonly #env: Env;

  constructor(origin: Origin, lines: LineCounter, env: Env) {
    this.#origin = origin;
    this.#lines = lines;
    this.#env = env;
  }

  value(node: unknown, path: Path): unknown {
    if (isMap(node)) return Object.fromEntries(node.items.map((pair) => this.#entry(pair, path)));
    if (isSeq(node)) return node.items.map((item, index) => this.#item(item, [...path, index]));
    if (isScalar(node)) return this.#scalar(node, path);
    if (isAlias(node)) {
      this.#problem(path, "expected the value itself, found a reference; text that begins with '*' needs quotes");
    }
    return undefined;
  }

  #entry(pair: Pair, path: Path): [string, unknown] {
    const key = isScalar(pair.key) ? String(pair.key.value) : '';
    const here = [...path, key];
    this.#note(here, pair.key, pair.value);
    return [key, this.value(pair.value, here)];
  }

  #item(node: unknown, path: Path): unknown {
    this.#note(path, node, node);
    return this.value(node, path);
  }

  #note(path: Path, place: unknown, value: unknown): void {
    const offset = isScalar(place) || isMap(place) || isSeq(place) ? place.range?.[0] : undefined;
    const line = offset === undefined ? this.#origin.lineOf(path) : this.#lines.linePos(offset).line;
    const written = isScalar(value) && value.value !== null ? (value.source ?? String(value.value)) : undefined;
    this.#origin.note(path, { line, written });
  }

  #scalar({ value, source }: Scalar, path: Path): unknown {
    if (value === null) return undefined;
    if (!isSecret(path)) return typeof value === 'string' ? this.#expanded(value, path) : value;
    const secret = this.#expanded(typeof value === 'string' ? value : (source ?? String(value)), path);
    return source?.startsWith('file:') ? this.#secretFile(secret.slice('file:'.length), path) : secret;
  }

  /** Puts the environment's values in place of ${NAME}; $${ stands for ${ itself. */
  #expanded(text: string, path: Path): string {
    return text.replace(/\$(\$?)\{([^}]*)\}/g, (reference, escaped: string, name: string) => {
      if (escaped !== '') return reference.slice(1);
      const value = this.#env[name];
      if (value !== undefined) return value;
      const isName = /^[A-Za-z_]\w*$/.test(name);
      const fault = isName ? `variable ${name}, found it not set` : 'variable by its name alone, found something else';
      this.#problem(path, `expected the environment ${fault}`);
      return reference;
    });
  }

  #secretFile(name: string, path: Path): string | undefined {
    const read = readText(beside(this.#origin.file, name), (message) => this.#origin.problem(path, message));
    const text = 'text' in read ? read.text.replace(/\r?\n$/, '') : undefined;
    if ('problem' in read) this.#problem(path, read.problem.message);
    else if (text === '') this.#problem(path, `expected a secret, found an empty file: ${name}`);
    return text;
  }

  #problem(path: Path, message: string): void {
    this.problems.push(this.#origin.problem(path, message));
  }
}
