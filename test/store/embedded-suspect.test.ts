import { join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import type { Suspects } from '../../src/domain/reading.ts';
import { EmbeddedStore } from '../../src/store/embedded.ts';
import { reading, T0 } from '../contract/readings.ts';
import { TypeScriptChild } from '../servers/typescript-child.ts';
import { keepingLog } from './keeping-log.ts';
import { temporaryFolder } from './temporary-folder.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const LOW: Suspects = { frequency: { value: 12, reason: 'out of range' } };

let file: string;

beforeEach(() => {
  file = join(temporaryFolder(), 'readings.db');
});

async function opened(keepReadingsMs = 1_000 * DAY, keepWindowsMs = 1_000 * DAY): Promise<EmbeddedStore> {
  const store = new EmbeddedStore({ file, keepReadingsMs, keepWindowsMs, log: keepingLog() });
  await store.start();
  onTestFinished(() => store.stop());
  return store;
}

/** Hot rows and chunks of a series, seen from beside. */
function counts(series: 'reading' | 'suspect'): { hot: number; chunks: number } {
  const db = new Database(file, { readonly: true });
  const count = (table: string) => Number(db.prepare(`SELECT COUNT(*) FROM ${table}`).pluck().get());
  const found = { hot: count(`hot_${series}`), chunks: count(`chunk_${series}`) };
  db.close();
  return found;
}

it('costs a good reading no row for what is not suspect in it', async () => {
  const store = await opened();
  await store.writeReadings([reading('m1', T0, { frequency: 50 }), reading('m1', T0 + 1, { frequency: 50 }, LOW)]);
  expect([counts('reading').hot, counts('suspect').hot]).toEqual([2, 1]);
});

it('forgets a suspicion of what is good at the second writing, and the good value of what is suspect then', async () => {
  const settled = async (store: EmbeddedStore) => store.maintain(T0 + DAY);
  const stays = async () => undefined;
  for (const [meter, between, after] of [
    ['both hot', stays, stays],
    ['hot over chunk', settled, stays],
    ['both in a chunk', settled, settled],
  ] as const) {
    const store = await opened();
    const at = (second: number) => T0 + second * 1_000;
    const kept = [reading(meter, at(1), { frequency: 49 }), reading(meter, at(4), {}, LOW)];
    await store.writeReadings([
      ...kept,
      reading(meter, at(2), {}, LOW),
      reading(meter, at(3), { frequency: 12, current_l1: 4 }),
    ]);
    await between(store);
    await store.writeReadings([reading(meter, at(2), { frequency: 12 }), reading(meter, at(3), {}, LOW)]);
    await after(store);
    expect(await store.readings(meter, T0, at(9)), meter).toEqual([
      { meter, time: at(1), values: { frequency: 49 } },
      { meter, time: at(2), values: { frequency: 12 } },
      { meter, time: at(3), values: { current_l1: 4 }, suspect: LOW },
      { meter, time: at(4), values: {}, suspect: LOW },
    ]);
    await store.stop();
  }
});

it('leaves nothing behind of a row of which all was taken', async () => {
  const store = await opened();
  await store.writeReadings([reading('m1', T0, {}, LOW)]);
  await store.maintain(T0 + DAY);
  await store.writeReadings([reading('m1', T0, { frequency: 50 })]);
  expect(counts('suspect')).toEqual({ hot: 1, chunks: 1 });
  await store.maintain(T0 + DAY);
  expect(counts('suspect').hot).toBe(0);
  expect(await store.readings('m1', T0, T0 + 1)).toEqual([{ meter: 'm1', time: T0, values: { frequency: 50 } }]);
});

it('chunks suspect values with the readings, and keeps them as long, not as long as windows', async () => {
  const store = await opened(2 * DAY, 10 * DAY);
  for (const day of [0, 1, 2, 3]) await store.writeReadings([reading('m1', T0 + day * DAY, { current_l1: day }, LOW)]);
  await store.maintain(T0 + 3 * DAY + MINUTE);
  const found = async () =>
    (await store.readings('m1', 0, T0 + 9 * DAY)).map(({ values, suspect }) => [values, suspect]);
  expect(await found()).toEqual([2, 3].map((day) => [{ current_l1: day }, LOW]));
  expect(counts('suspect')).toEqual(counts('reading'));
  await store.maintain(T0 + 12 * DAY);
  expect(await found()).toEqual([]);
  expect(counts('suspect')).toEqual({ hot: 0, chunks: 0 });
});

it('loses no acknowledged suspect value to kill -9', { timeout: 60_000 }, async () => {
  let next = 0;
  for (const lines of [70, 110]) {
    const child = new TypeScriptChild(join(import.meta.dirname, 'writing-child.ts'), [file, String(next)]);
    await child.printed(lines);
    await child.kill();
    const acknowledged = Number(child.lines.at(-1));
    const store = await opened();
    for (const meter of ['m1', 'm2', 'm3']) {
      const found = await store.readings(meter, T0, T0 + (acknowledged + 1) * 10_000);
      expect(found.map(({ suspect }) => suspect?.current_l1)).toEqual(
        Array.from({ length: acknowledged + 1 }, (_, batch) => ({ value: -batch, reason: 'out of range' })),
      );
    }
    await store.stop();
    next = acknowledged + 1;
  }
  expect(counts('suspect').chunks).toBeGreaterThan(0);
});
