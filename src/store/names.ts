import type { Connection } from './sqlite.ts';

/** What Names needs in a file, with the table's name put in. */
export function namesTable(table: string): string {
  return `CREATE TABLE ${table} (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;`;
}

/**
 * Small numbers for the names that a file repeats often (meters, fields). They are the file's own, so that a list of
 * names in the code may change its order. A new name is committed before its number is used: ask outside transactions.
 */
export interface Names {
  idOf(name: string): number;
  /** The number of a name that may never have been written. */
  find(name: string): number | undefined;
  /** Throws when the file does not know the number, which only a damaged file can do. */
  nameOf(id: number): string;
}

export function openNames(db: Connection, table: string): Names {
  const insert = db.prepare<[string], { id: number }>(`INSERT INTO ${table} (name) VALUES (?) RETURNING id`);
  const ids = new Map<string, number>();
  const names = new Map<number, string>();
  const keep = (id: number, name: string) => {
    ids.set(name, id);
    names.set(id, name);
    return id;
  };
  for (const { id, name } of db.prepare<[], { id: number; name: string }>(`SELECT id, name FROM ${table}`).all()) {
    keep(id, name);
  }
  return {
    find: (name) => ids.get(name),
    idOf(name) {
      const known = ids.get(name);
      if (known !== undefined) return known;
      const made = insert.get(name);
      if (!made) throw new Error(`${db.name}: ${table} gave no number for ${name}`);
      return keep(made.id, name);
    },
    nameOf(id) {
      const name = names.get(id);
      if (name === undefined) throw new Error(`${db.name}: ${table} has no number ${id}`);
      return name;
    },
  };
}
