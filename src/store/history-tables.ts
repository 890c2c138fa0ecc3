import { NOTHING_COUNTED, type QualityDay } from '../domain/data-quality.ts';
import type { MeterEvent } from '../domain/meter-event.ts';
import type { Connection } from './sqlite.ts';

/** Events and counts are kept whole as JSON; the columns beside it are what is searched for. */
export const HISTORY_TABLES = `
  CREATE TABLE meter_events (
    meter TEXT NOT NULL, key TEXT NOT NULL, start REAL NOT NULL, arrived_at REAL NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (meter, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX meter_events_start ON meter_events (start);
  CREATE INDEX meter_events_arrived ON meter_events (arrived_at);
  CREATE TABLE log_cursors (
    meter TEXT NOT NULL, log TEXT NOT NULL, position TEXT NOT NULL, PRIMARY KEY (meter, log)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE quality_days (
    day TEXT NOT NULL, meter TEXT NOT NULL, counts TEXT NOT NULL, PRIMARY KEY (day, meter)
  ) STRICT, WITHOUT ROWID;`;

interface EventRow {
  readonly meter: string;
  readonly key: string;
  readonly start: number;
  readonly arrivedAt: number;
  readonly body: string;
}

interface QualityRow {
  readonly meter: string;
  readonly day: string;
  readonly counts: string;
}

export function eventRow(event: MeterEvent): EventRow {
  const { meter, key, start, arrivedAt } = event;
  return { meter, key, start, arrivedAt, body: JSON.stringify(event) };
}

export function eventsIn(rows: readonly { body: string }[]): MeterEvent[] {
  return rows.map(({ body }) => JSON.parse(body));
}

export function qualityRow({ meter, day, counts }: QualityDay): QualityRow {
  return { meter, day, counts: JSON.stringify(counts) };
}

/** A count that was not kept yet when the day was saved is 0. */
export function qualityDay({ meter, day, counts }: QualityRow): QualityDay {
  return { meter, day, counts: { ...NOTHING_COUNTED, ...JSON.parse(counts) } };
}

export type HistoryStatements = ReturnType<typeof historyStatements>;

export function historyStatements(db: Connection) {
  return {
    addEvent: db.prepare<EventRow>(
      `INSERT INTO meter_events (meter, key, start, arrived_at, body) VALUES (@meter, @key, @start, @arrivedAt, @body)
       ON CONFLICT (meter, key) DO NOTHING`,
    ),
    eventsBetween: db.prepare<[number, number], { body: string }>(
      'SELECT body FROM meter_events WHERE start >= ? AND start < ? ORDER BY start, meter, key',
    ),
    recentEvents: db.prepare<[number], { body: string }>(
      'SELECT body FROM meter_events ORDER BY start DESC, meter, key LIMIT ?',
    ),
    /** By arrival: a meter whose clock stands years back must not lose its events at once, and tell them as new again. */
    pruneEvents: db.prepare<[number]>('DELETE FROM meter_events WHERE arrived_at < ?'),
    putCursor: db.prepare<[string, string, string]>(
      `INSERT INTO log_cursors (meter, log, position) VALUES (?, ?, ?)
       ON CONFLICT (meter, log) DO UPDATE SET position = excluded.position`,
    ),
    cursor: db.prepare<[string, string], { position: string }>(
      'SELECT position FROM log_cursors WHERE meter = ? AND log = ?',
    ),
    putQuality: db.prepare<QualityRow>(
      `INSERT INTO quality_days (day, meter, counts) VALUES (@day, @meter, @counts)
       ON CONFLICT (day, meter) DO UPDATE SET counts = excluded.counts`,
    ),
    qualityDays: db.prepare<[string], QualityRow>(
      'SELECT meter, day, counts FROM quality_days WHERE day = ? ORDER BY meter',
    ),
    pruneQuality: db.prepare<[string]>('DELETE FROM quality_days WHERE day < ?'),
  };
}
