import { tuningKeys } from '../meters/options.ts';
import { type Row, readTable, type TableForm } from './csv-table.ts';
import { Origin, type Path } from './origin.ts';
import type { Problem } from './problem.ts';

/** The columns by which a meter may differ from its model; they have the names of their keys. */
const TUNING = Object.keys(tuningKeys);

/** A part of a row: its id's column, and the key that each of its columns becomes. */
interface Level {
  readonly idColumn: string;
  readonly keys: Readonly<Record<string, string>>;
}

const CUSTOMER: Level = {
  idColumn: 'customer',
  keys: { customer: 'id', name: 'name', class: 'class', industry: 'industry', account_manager: 'account_manager' },
};
const SUPPLY_POINT: Level = {
  idColumn: 'supply_point',
  keys: {
    supply_point: 'id',
    supply_point_name: 'name',
    nominal_kv: 'nominal_kv',
    feeder: 'feeder',
    substation: 'substation',
    contract_kva: 'contract_kva',
    transformer_kva: 'transformer_kva',
  },
};
const METER: Level = {
  idColumn: 'meter',
  keys: {
    meter: 'id',
    model: 'model',
    connection: 'connection',
    poll_interval: 'poll_interval',
    ct_ratio: 'ct_ratio',
    pt_ratio: 'pt_ratio',
    ...Object.fromEntries(TUNING.map((key) => [key, key])),
  },
};
const LEVELS = [CUSTOMER, SUPPLY_POINT, METER];

const FORM: TableForm = {
  columns: LEVELS.flatMap(({ keys }) => Object.keys(keys)),
  optional: [
    'supply_point_name',
    'contract_kva',
    'transformer_kva',
    'poll_interval',
    'ct_ratio',
    'pt_ratio',
    ...TUNING,
  ],
};

export interface CsvCustomers {
  readonly origin: Origin;
  /** `{ customers: [...] }` as YAML would have it, all scalars still text; undefined if the table cannot be read. */
  readonly data: unknown;
  readonly problems: readonly Problem[];
}

/** Reads a table with one row per meter; the columns of customer and supply point are repeated and must agree. */
export function readCustomersCsv(file: string, text: string): CsvCustomers {
  const table = readTable(file, text, FORM);
  const tree = new Tree(file);
  if (!table.rows) return { origin: tree.origin, data: undefined, problems: table.problems };
  for (const row of table.rows) tree.add(row);
  const customers = tree.customers.map((customer) => ({
    ...fieldsOf(customer.row, CUSTOMER),
    supply_points: customer.inside.map((point) => ({
      ...fieldsOf(point.row, SUPPLY_POINT),
      meters: point.inside.map((meter) => fieldsOf(meter.row, METER)),
    })),
  }));
  return { origin: tree.origin, data: { customers }, problems: [...table.problems, ...tree.problems] };
}

/** A customer, supply point or meter, with the row that it was first met in. */
interface Branch {
  readonly row: Row;
  readonly path: Path;
  readonly inside: Branch[];
}

/** Sorts rows into customers and supply points, and notes where each cell went. */
class Tree {
  readonly origin: Origin;
  readonly customers: Branch[] = [];
  readonly problems: Problem[] = [];

  constructor(file: string) {
    this.origin = new Origin(file);
  }

  add(row: Row): void {
    const nameless = LEVELS.find(({ idColumn }) => !row.cells.has(idColumn));
    if (nameless) {
      this.#problem(row, nameless.idColumn, 'expected an id, found nothing');
      return;
    }
    const customer = this.#branch(this.customers, ['customers'], row, CUSTOMER);
    const point = this.#branch(customer.inside, [...customer.path, 'supply_points'], row, SUPPLY_POINT);
    this.#newBranch(point.inside, [...point.path, 'meters'], row, METER);
  }

  #branch(known: Branch[], path: Path, row: Row, level: Level): Branch {
    const id = row.cells.get(level.idColumn);
    const branch = known.find((other) => other.row.cells.get(level.idColumn) === id);
    if (!branch) return this.#newBranch(known, path, row, level);
    for (const column of Object.keys(level.keys)) {
      const first = branch.row.cells.get(column);
      const cell = row.cells.get(column);
      if (first === cell) continue;
      const expected = `expected ${shown(first)} as for ${id} on line ${branch.row.line}`;
      this.#problem(row, column, `${expected}, found ${shown(cell)}`);
    }
    return branch;
  }

  #newBranch(known: Branch[], listPath: Path, row: Row, { idColumn, keys }: Level): Branch {
    const { line, cells } = row;
    const branch: Branch = { row, path: [...listPath, known.length], inside: [] };
    known.push(branch);
    this.origin.note(branch.path, { line, name: idColumn });
    for (const [column, key] of Object.entries(keys)) {
      this.origin.note([...branch.path, key], { line, written: cells.get(column), name: column });
    }
    return branch;
  }

  #problem({ line }: Row, path: string, message: string): void {
    this.problems.push({ file: this.origin.file, line, path, message });
  }
}

function fieldsOf({ cells }: Row, { keys }: Level): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(keys).map(([column, key]) => [key, cells.get(column)]));
}

function shown(cell: string | undefined): string {
  return cell === undefined ? 'nothing' : JSON.stringify(cell);
}
