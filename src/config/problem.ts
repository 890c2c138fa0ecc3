/** One thing that a person has to put right, and where. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  /** 'customers[0].name', or the column of a table; empty when the whole file is meant. */
  readonly path: string;
  /** 'expected ..., found ...' */
  readonly message: string;
}

/** 'FILE:LINE  path.to.key: expected ..., found ...' */
export function formatProblem({ file, line, path, message }: Problem): string {
  return `${file}:${line}  ${path === '' ? '' : `${path}: `}${message}`;
}
