import type { Problem } from './problem.ts';

/** The way to a value: ['customers', 0, 'name']. */
export type Path = readonly PropertyKey[];

interface Note {
  readonly line: number;
  /** A scalar as it stands in the file, before anything was expanded. */
  readonly written?: string | undefined;
  /** What people call the place, where that is not its path. */
  readonly name?: string;
}

/** Remembers where each value of one file was written. */
export class Origin {
  readonly file: string;
  readonly #notes = new Map<string, Note>();

  constructor(file: string) {
    this.file = file;
  }

  note(path: Path, note: Note): void {
    this.#notes.set(pathText(path), note);
  }

  written(path: Path): string | undefined {
    return this.#notes.get(pathText(path))?.written;
  }

  /** The line of a value or, where nothing is written, of what should contain it. */
  lineOf(path: Path): number {
    const note = this.#notes.get(pathText(path));
    if (note) return note.line;
    return path.length > 0 ? this.lineOf(path.slice(0, -1)) : 1;
  }

  problem(path: Path, message: string): Problem {
    const name = this.#notes.get(pathText(path))?.name ?? pathText(path);
    return { file: this.file, line: this.lineOf(path), path: name, message };
  }
}

/** ['customers', 0, 'name'] → 'customers[0].name' */
export function pathText(path: Path): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else text += text === '' ? String(step) : `.${String(step)}`;
  }
  return text;
}

const SECRET_KEYS: readonly (PropertyKey | undefined)[] = ['password', 'key_password'];

/** Whether what stands there is never shown to anyone, and may be given as `file:PATH`. */
export function isSecret(path: Path): boolean {
  return SECRET_KEYS.includes(path.at(-1));
}
