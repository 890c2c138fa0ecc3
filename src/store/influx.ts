import type { IPoint } from 'influx';
import type { Log } from '../lib/log.ts';
import { type InfluxAddress, InfluxClient, RequestRefused, type Table } from './influx-client.ts';
import { ensureDatabase, identifier } from './influx-schema.ts';
import type { Fields, Row, Series } from './rows.ts';

export interface InfluxStoreOptions extends InfluxAddress {
  readonly keepReadingsMs: number;
  readonly keepWindowsMs: number;
  /** Where a meter stands; undefined for one that is configured no more, whose points then carry the meter alone. */
  readonly placeOf: (meter: string) => Place | undefined;
  readonly log: Log;
  /** For every single request; 10 s unless told. */
  readonly deadlineMs?: number;
}

export interface Place {
  readonly customer: string;
  readonly supplyPoint: string;
}

/** Points that the database will never take. All others of the same call are stored. */
export class RejectedPoints extends Error {
  override readonly name = 'RejectedPoints';
  readonly rejected: readonly RejectedPoint[];

  constructor(rejected: readonly RejectedPoint[]) {
    super(`${rejected.length} points were refused, the first one because: ${rejected[0]?.reason}`);
    this.rejected = rejected;
  }
}

export interface RejectedPoint {
  readonly row: Row;
  readonly reason: string;
}

const POLICIES = {
  reading: 'readings',
  suspect: 'readings',
  window_1m: 'windows',
  window_10m: 'windows',
} as const satisfies Record<Series, string>;

const BATCH = 1_000;
/** Rows per query: an answer that is parsed in some milliseconds. */
const PAGE = 2_000;
/** What InfluxDB's nanoseconds can hold, in milliseconds. */
const END_OF_TIME = 9_223_372_036_854;

/**
 * One InfluxDB 1.x database: a point per meter and instant, tagged `meter`, `customer` and `supply_point`, all fields
 * floats. It keeps nothing back and tries nothing twice; SpooledStore does. Rewriting a point replaces the fields that
 * both have; a field that only the old one had stays.
 */
export class InfluxStore {
  readonly #options: InfluxStoreOptions;
  readonly #client: InfluxClient;
  #connected = false;

  constructor(options: InfluxStoreOptions) {
    this.#options = options;
    this.#client = new InfluxClient(options, options.deadlineMs ?? 10_000);
  }

  /** Resolves when database and retention policies are as configured. */
  async connect(): Promise<void> {
    const { database, keepReadingsMs, keepWindowsMs } = this.#options;
    await ensureDatabase(this.#client, database, [
      { name: POLICIES.reading, keepMs: keepReadingsMs, isDefault: true },
      { name: POLICIES.window_1m, keepMs: keepWindowsMs, isDefault: false },
    ]);
    this.#connected = true;
  }

  /** Calls under way reject with StoreUnavailable. */
  close(): void {
    this.#client.close();
  }

  /**
   * Stored when it resolves. StoreUnavailable: write all of them again later, which harms nothing.
   * RejectedPoints: the named ones are hopeless, the others are stored.
   */
  async write(series: Series, rows: readonly Row[]): Promise<void> {
    const rejected: RejectedPoint[] = [];
    const writable: Row[] = [];
    for (const row of rows) {
      const reason = this.#unfit(row);
      if (reason === undefined) writable.push(row);
      else rejected.push({ row, reason });
    }
    for (let at = 0; at < writable.length; at += BATCH) {
      rejected.push(...(await this.#writeBatch(series, writable.slice(at, at + BATCH))));
    }
    if (rejected.length > 0) throw new RejectedPoints(rejected);
  }

  /** A refused batch is halved until the points that are to blame stand alone. */
  async #writeBatch(series: Series, rows: readonly Row[]): Promise<RejectedPoint[]> {
    try {
      await this.#client.write(
        rows.map((row) => this.#point(series, row)),
        POLICIES[series],
      );
      return [];
    } catch (error) {
      if (!(error instanceof RequestRefused)) throw error;
      if (error.message.includes('points beyond retention policy')) {
        // The others are stored, and these would have been deleted by now.
        this.#options.log.info({ series, reason: error.message }, 'InfluxDB dropped points older than it keeps');
        return [];
      }
      const [row] = rows;
      if (!row || rows.length === 1) return row ? [{ row, reason: error.message }] : [];
      const half = Math.ceil(rows.length / 2);
      const first = await this.#writeBatch(series, rows.slice(0, half));
      return [...first, ...(await this.#writeBatch(series, rows.slice(half)))];
    }
  }

  #point(series: Series, { meter, time, fields }: Row): IPoint {
    return { measurement: series, tags: this.#tags(meter), fields, timestamp: new Date(time) };
  }

  #tags(meter: string): Record<string, string> {
    const place = this.#options.placeOf(meter);
    return place ? { customer: place.customer, supply_point: place.supplyPoint, meter } : { meter };
  }

  /** Why a row cannot be put into the line protocol; the client would write it all the same, and wrongly. */
  #unfit({ meter, time, fields }: Row): string | undefined {
    if (!Number.isInteger(time)) return `its time ${time} is not a whole millisecond`;
    if (Object.keys(fields).length === 0) return 'it has no fields';
    for (const [name, value] of Object.entries(fields)) {
      if (!Number.isFinite(value)) return `its field ${name} is ${value}`;
    }
    for (const [name, value] of Object.entries(this.#tags(meter))) {
      if (value === '' || /[\\\p{Cc}]/u.test(value))
        return `its tag ${name} is empty or has a backslash or control character`;
    }
    return undefined;
  }

  /** One meter's rows of [from, to) in order of time, with the named fields (all, unless told). */
  async read(series: Series, meter: string, from: number, to: number, fields?: readonly string[]): Promise<Row[]> {
    // At the first start of all, what is read first must be an empty database, not none.
    if (!this.#connected) await this.connect();
    const { database } = this.#options;
    const source = [database, POLICIES[series], series].map(identifier).join('.');
    const end = Math.ceil(Math.min(to, END_OF_TIME));
    const select = fields?.map(identifier).join(', ') ?? '*';
    const rows = new Map<number, Row>();
    let start = Math.ceil(Math.max(from, -END_OF_TIME));
    while (start < end) {
      const page = await this.#client.query(
        `SELECT ${select} FROM ${source} WHERE "meter" = $meter AND time >= ${start}ms AND time < ${end}ms ` +
          `ORDER BY time LIMIT ${PAGE}`,
        { meter },
      );
      for (const { time, fields } of rowsIn(page)) rows.set(time, { meter, time, fields });
      start = page.values.length < PAGE ? end : lastTime(page) + 1;
    }
    return [...rows.values()];
  }
}

/** The numbers of each row by column; tags and what is null are left out. */
function rowsIn({ columns, values }: Table): { time: number; fields: Fields }[] {
  return values.map((cells) => {
    const fields: Record<string, number> = {};
    let time = Number.NaN;
    for (const [index, name] of columns.entries()) {
      const cell = cells[index];
      if (typeof cell !== 'number') continue;
      if (name === 'time') time = cell;
      else fields[name] = cell;
    }
    return { time, fields };
  });
}

function lastTime({ columns, values }: Table): number {
  return Number(values.at(-1)?.[columns.indexOf('time')]);
}
