import { CsvError, parse } from 'csv-parse/sync';
import type { Problem } from './problem.ts';

export interface Row {
  readonly line: number;
  /** By column. Empty cells and absent columns are not there. */
  readonly cells: ReadonlyMap<string, string>;
}

export interface TableForm {
  readonly columns: readonly string[];
  /** Those that a table need not have. */
  readonly optional: readonly string[];
}

export interface Table {
  /** Absent when the table as a whole cannot be read. */
  readonly rows?: readonly Row[];
  readonly problems: readonly Problem[];
}

interface Line {
  readonly line: number;
  readonly values: readonly string[];
}

/**
 * Reads comma-separated values with a header. Columns may stand in any order; rows of a wrong length are left out,
 * empty rows without a problem.
 */
export function readTable(file: string, text: string, form: TableForm): Table {
  const problem = (line: number, path: string, message: string): Problem => ({ file, line, path, message });
  const stranger = strangeSeparator(text);
  if (stranger) {
    return { problems: [problem(stranger.line, '', `expected columns separated by commas, found ${stranger.name}`)] };
  }
  let lines: Line[];
  try {
    lines = linesOf(text);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return { problems: [problem(Number(error.lines ?? 1), '', `expected comma-separated values: ${error.message}`)] };
  }
  const [header, ...records] = lines;
  if (!header)
    return { problems: [problem(1, '', `expected the columns ${form.columns.join(',')}, found an empty file`)] };
  const faults = headerFaults(header.values, form).map(({ column, message }) => problem(header.line, column, message));
  if (records.length === 0) faults.push(problem(header.line, '', 'expected rows below the header, found none'));
  if (faults.length > 0) return { problems: faults };

  const width = header.values.length;
  return {
    rows: records.filter(({ values }) => values.length === width).map((record) => rowOf(record, header.values)),
    problems: records
      .filter(({ values }) => values.length !== width)
      .map(({ line, values }) => problem(line, '', `expected ${width} cells as in the header, found ${values.length}`)),
  };
}

/** Looks at the header before it is parsed: quotes around cells between other separators are no CSV at all. */
function strangeSeparator(text: string): { readonly line: number; readonly name: string } | undefined {
  const lines = text.split(/\r?\n/);
  const index = lines.findIndex((line) => line.trim() !== '');
  const header = lines[index] ?? '';
  if (header.includes(',')) return undefined;
  if (header.includes(';')) return { line: index + 1, name: 'semicolons' };
  return header.includes('\t') ? { line: index + 1, name: 'tabs' } : undefined;
}

function linesOf(text: string): Line[] {
  const starts: number[] = [];
  const records = parse(text, {
    trim: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_empty_values: true,
    on_record: (record: string[], info) => {
      // The parser counts to a record's last line; a quoted cell may hold line breaks.
      starts.push(info.lines - record.join('').split('\n').length + 1);
      return record;
    },
  });
  return records.map((values, index) => ({ line: starts[index] ?? 1, values }));
}

function headerFaults(
  header: readonly string[],
  { columns, optional }: TableForm,
): { column: string; message: string }[] {
  const unknown = header.filter((column) => !columns.includes(column));
  const repeated = header.filter((column, index) => columns.includes(column) && header.indexOf(column) !== index);
  const missing = columns.filter((column) => !header.includes(column) && !optional.includes(column));
  return [
    ...unknown.map((column) => ({ column, message: `expected one of ${columns.join(', ')}, found an unknown column` })),
    ...repeated.map((column) => ({ column, message: 'expected every column once, found it a second time' })),
    ...missing.map((column) => ({ column, message: 'expected this column, found it missing' })),
  ];
}

function rowOf({ line, values }: Line, header: readonly string[]): Row {
  const cells = header.map((column, index): [string, string] => [column, values[index] ?? '']);
  return { line, cells: new Map(cells.filter(([, cell]) => cell !== '')) };
}
