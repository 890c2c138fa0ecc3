import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import type { Window } from '../../src/domain/window.ts';
import { EmbeddedStore } from '../../src/store/embedded.ts';
import { reading, T0 } from '../contract/readings.ts';
import { TypeScriptChild } from '../servers/typescript-child.ts';
import { keepingLog } from './keeping-log.ts';
import { temporaryFolder } from './temporary-folder.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

async function opened(file: string, keepReadingsMs = 1_000 * DAY, keepWindowsMs = 1_000 * DAY): Promise<EmbeddedStore> {
  const store = new EmbeddedStore({ file, keepReadingsMs, keepWindowsMs, log: keepingLog() });
  await store.start();
  onTestFinished(() => store.stop());
  return store;
}

/** What a file holds, seen from beside. */
function counts(file: string): { hot: number; chunks: number } {
  const db = new Database(file, { readonly: true });
  const hot = Number(db.prepare('SELECT COUNT(*) FROM hot_reading').pluck().get());
  const chunks = Number(db.prepare('SELECT COUNT(*) FROM chunk_reading').pluck().get());
  db.close();
  return { hot, chunks };
}

it('moves settled spans into one chunk per meter, and every value comes back bit for bit', async () => {
  const file = join(temporaryFolder(), 'readings.db');
  const store = await opened(file);
  const awkward = [-0, 5e-324, Number.MAX_VALUE, -Number.MIN_VALUE, 0.1 + 0.2, 1 / 3, 2 ** 53 + 2, Math.fround(230.1)];
  const readings = ['m1', 'm2'].flatMap((meter) =>
    Array.from({ length: 1_300 }, (_, second) =>
      reading(meter, T0 + second * 1_000, {
        voltage_l1_n: awkward[second % awkward.length] ?? 0,
        // Not in every row: the gaps must come back as gaps.
        ...(second % 3 === 0 && { frequency: second / 7 }),
      }),
    ),
  );
  await store.writeReadings(readings);
  await store.maintain(T0 + 30 * MINUTE);
  // 1,300 s are two whole spans of 10 min and 100 s that are not settled at 30 min less the 10 min of waiting.
  expect(counts(file)).toEqual({ hot: 2 * 100, chunks: 2 * 2 });
  const found = await store.readings('m2', T0, T0 + DAY);
  const expected = readings.filter(({ meter }) => meter === 'm2');
  expect(found.map(({ time, values }) => [time, values])).toEqual(expected.map(({ time, values }) => [time, values]));
  expect(Object.is(found[0]?.values.voltage_l1_n, -0)).toBe(true);
});

it('leaves a span alone until it has settled', async () => {
  const file = join(temporaryFolder(), 'readings.db');
  const store = await opened(file);
  await store.writeReadings([reading('m1', T0 + 5_000, { frequency: 50 })]);
  await store.maintain(T0 + 20 * MINUTE - 1);
  expect(counts(file)).toEqual({ hot: 1, chunks: 0 });
  await store.maintain(T0 + 20 * MINUTE);
  expect(counts(file)).toEqual({ hot: 0, chunks: 1 });
});

it('shows late readings of a chunked span at once and merges them in later', async () => {
  const file = join(temporaryFolder(), 'readings.db');
  const store = await opened(file);
  const at = (second: number, frequency: number) => reading('m1', T0 + second * 1_000, { frequency });
  await store.writeReadings([at(10, 50), at(20, 50), at(30, 50)]);
  await store.maintain(T0 + DAY);
  await store.writeReadings([at(20, 49), at(15, 48), at(40, 47)]);
  const merged = [10, 50, 15, 48, 20, 49, 30, 50, 40, 47];
  const seen = async () =>
    (await store.readings('m1', T0, T0 + DAY)).flatMap((row) => [(row.time - T0) / 1_000, row.values.frequency]);
  expect(await seen()).toEqual(merged);
  await store.maintain(T0 + DAY);
  expect(counts(file)).toEqual({ hot: 0, chunks: 1 });
  expect(await seen()).toEqual(merged);
});

it('keeps what is written while rows move', async () => {
  const file = join(temporaryFolder(), 'readings.db');
  const store = await opened(file);
  const times = Array.from({ length: 3_000 }, (_, index) => T0 + index * 200);
  await store.writeReadings(times.map((time) => reading('m1', time, { frequency: 50 })));
  let moved = false;
  const moving = store.maintain(T0 + DAY).finally(() => {
    moved = true;
  });
  let rewritten = 0;
  for (; !moved; rewritten++) {
    const time = T0 + rewritten * 200;
    await store.writeReadings([reading('m1', time, { frequency: 51 })]);
    const [now] = await store.readings('m1', time, time + 1);
    expect(now?.values.frequency).toBe(51);
  }
  await moving;
  expect(rewritten).toBeGreaterThan(3);
  const expected = times.map((_, index) => (index < rewritten ? 51 : 50));
  for (const round of ['hot over chunk', 'merged']) {
    const found = await store.readings('m1', T0, T0 + DAY);
    expect(
      found.map(({ values }) => values.frequency),
      round,
    ).toEqual(expected);
    await store.maintain(T0 + DAY);
  }
  expect(counts(file)).toEqual({ hot: 0, chunks: 1 });
});

it('deletes readings and windows by their age, chunked or not', async () => {
  const store = await opened(join(temporaryFolder(), 'readings.db'), 2 * DAY, 10 * DAY);
  const window = (start: number): Window => ({
    meter: 'm1',
    span: '10m',
    start,
    count: 1,
    expected: 1,
    aggregates: {},
  });
  for (const day of [0, 1, 2, 3]) {
    await store.writeReadings([reading('m1', T0 + day * DAY, { frequency: day })]);
    await store.writeWindows([window(T0 + day * DAY)]);
  }
  await store.maintain(T0 + 3 * DAY + MINUTE);
  const days = async () => (await store.readings('m1', 0, T0 + 9 * DAY)).map(({ values }) => values.frequency);
  expect(await days()).toEqual([2, 3]);
  expect(await store.windows('m1', '10m', 0, T0 + 9 * DAY)).toHaveLength(4);
  // Now all of them are in chunks.
  await store.maintain(T0 + 4 * DAY + 20 * MINUTE);
  expect(await days()).toEqual([3]);
  await store.maintain(T0 + 12 * DAY);
  expect(await days()).toEqual([]);
  expect((await store.windows('m1', '10m', 0, T0 + 9 * DAY)).map(({ start }) => start)).toEqual([
    T0 + 2 * DAY,
    T0 + 3 * DAY,
  ]);
});

it('has everything again after a restart', async () => {
  const file = join(temporaryFolder(), 'readings.db');
  const before = await opened(file);
  await before.writeReadings([reading('m1', T0, { frequency: 50 }), reading('m2', T0 + DAY, { current_l1: 3 })]);
  await before.maintain(T0 + DAY);
  await before.stop();
  const after = await opened(file);
  await after.writeReadings([reading('m3', T0, { current_l1: 4, frequency: 49 })]);
  expect((await after.readings('m1', T0, T0 + 1))[0]?.values).toEqual({ frequency: 50 });
  expect((await after.readings('m2', T0, T0 + DAY + 1))[0]?.values).toEqual({ current_l1: 3 });
  expect((await after.readings('m3', T0, T0 + 1))[0]?.values).toEqual({ current_l1: 4, frequency: 49 });
});

it('stops while it moves rows, and goes on after the next start', async () => {
  const file = join(temporaryFolder(), 'readings.db');
  const before = await opened(file);
  await before.writeReadings(Array.from({ length: 5_000 }, (_, i) => reading('m1', T0 + i * 100, { frequency: i })));
  const moving = before.maintain(T0 + DAY);
  await before.stop();
  await moving;
  expect(counts(file).hot).toBe(5_000);
  const after = await opened(file);
  await after.maintain(T0 + DAY);
  expect(counts(file)).toEqual({ hot: 0, chunks: 1 });
  expect(await after.readings('m1', T0, T0 + DAY)).toHaveLength(5_000);
});

it('refuses a file of a newer version by its name', async () => {
  const file = join(temporaryFolder(), 'readings.db');
  await (await opened(file)).stop();
  const db = new Database(file);
  db.pragma('user_version = 99');
  db.close();
  const store = new EmbeddedStore({ file, keepReadingsMs: DAY, keepWindowsMs: DAY, log: keepingLog() });
  await expect(store.start()).rejects.toThrow(`${file}: it was written by a newer pq-butler (format 99`);
});

it('loses no acknowledged reading to kill -9', { timeout: 60_000 }, async () => {
  const file = join(temporaryFolder(), 'readings.db');
  let next = 0;
  for (const lines of [130, 57, 201]) {
    const child = new TypeScriptChild(join(import.meta.dirname, 'writing-child.ts'), [file, String(next)]);
    await child.printed(lines);
    await child.kill();
    const acknowledged = Number(child.lines.at(-1));
    expect(acknowledged).toBeGreaterThanOrEqual(next + lines - 1);
    const store = await opened(file);
    for (const meter of ['m1', 'm2', 'm3']) {
      const found = await store.readings(meter, T0, T0 + (acknowledged + 1) * 10_000);
      expect(found.map(({ values }) => values.frequency)).toEqual(
        Array.from({ length: acknowledged + 1 }, (_, batch) => batch / 3),
      );
    }
    await store.stop();
    next = acknowledged + 1;
  }
  expect(counts(file).chunks).toBeGreaterThan(0);
});
