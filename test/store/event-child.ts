import { writeSync } from 'node:fs';
import type { MeterEvent } from '../../src/domain/meter-event.ts';
import { SqliteStateStore } from '../../src/store/state.ts';

/** Saves two events, a cursor and the counts of a day in each step, and prints the number of each that was acknowledged. */
const [file = '', first = '0'] = process.argv.slice(2);
const state = new SqliteStateStore({ file });
state.start();
const NONE = { late: 0, duplicate: 0, missing: 0, frozen: 0, unreasonable: 0, inconsistent: 0 };
const fixed = { meter: 'm1', kind: 'dip', phases: [], arrivedAt: 0, isLate: false } as const;
for (let step = Number(first); ; step++) {
  const event = (part: string): MeterEvent => ({ ...fixed, key: `${step} ${part}`, start: step });
  state.saveEvents([event('a'), event('b')], { meter: 'm1', log: 'events', position: String(step) });
  state.saveQuality([{ meter: 'm1', day: '2026-03-01', counts: { ...NONE, expected: step, received: step } }]);
  writeSync(1, `${step}\n`);
}
