import { join } from 'node:path';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import type { QualityCounts, QualityDay } from '../../src/domain/data-quality.ts';
import type { MeterEvent } from '../../src/domain/meter-event.ts';
import { SqliteStateStore } from '../../src/store/state.ts';
import { TypeScriptChild } from '../servers/typescript-child.ts';
import { temporaryFolder } from './temporary-folder.ts';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 2, 1, 12);

let file: string;
let store: SqliteStateStore;

function open(options: { keepHistoryMs?: number } = {}): SqliteStateStore {
  const opened = new SqliteStateStore({ file, ...options });
  opened.start();
  onTestFinished(() => opened.stop());
  return opened;
}

beforeEach(() => {
  file = join(temporaryFolder(), 'state.db');
  store = open();
});

function event(key: string, start: number, more: Partial<MeterEvent> = {}): MeterEvent {
  return { meter: '表计-1', key, kind: 'dip', start, phases: ['L1'], arrivedAt: start, isLate: false, ...more };
}

function quality(meter: string, day: string, counts: Partial<QualityCounts> = {}): QualityDay {
  const none = { late: 0, duplicate: 0, missing: 0, frozen: 0, unreasonable: 0, inconsistent: 0 };
  return { meter, day, counts: { expected: 86_400, received: 86_399, ...none, ...counts } };
}

const keys = (events: readonly MeterEvent[]) => events.map(({ key }) => key);

it('has events, cursors and counts again after a restart, to the last detail', () => {
  const dip = event('17', NOW, {
    duration: 340,
    phases: ['L1', 'L3'],
    extreme: 5_812.5,
    arrivedAt: NOW + DAY,
    isLate: true,
    note: 'Urms < 0.9 Un',
  });
  const alarm = event('bit 3', NOW + 1, { kind: 'alarm', phases: [] });
  store.saveEvents([dip, alarm], { meter: '表计-1', log: 'events', position: '{"entry":17}' });
  store.saveQuality([quality('m1', '2026-03-01', { frozen: 3 })]);
  store.stop();
  store = open();
  expect(store.eventsBetween(0, NOW + DAY)).toEqual([dip, alarm]);
  expect(store.cursor('表计-1', 'events')).toBe('{"entry":17}');
  expect(store.qualityDays('2026-03-01')).toEqual([quality('m1', '2026-03-01', { frozen: 3 })]);
});

it('keeps an event once, however often it is read, and says which are new', () => {
  expect(keys(store.saveEvents([event('1', 10), event('2', 20)]))).toEqual(['1', '2']);
  const again = [event('2', 999, { kind: 'swell' }), event('3', 30), event('3', 31), event('1', 10, { meter: 'm2' })];
  // The same key at another meter is another event.
  expect(store.saveEvents(again)).toEqual([event('3', 30), event('1', 10, { meter: 'm2' })]);
  expect(store.saveEvents(again)).toEqual([]);
  expect(store.eventsBetween(20, 21)).toEqual([event('2', 20)]);
});

it('moves the cursor with the events, each log by itself, also when there is nothing new', () => {
  const at = (log: string, position: string) => ({ meter: 'm1', log, position });
  store.saveEvents([event('1', 10)], at('events', '1'));
  store.saveEvents([], at('records', '900'));
  store.saveEvents([event('1', 10)], at('events', '2'));
  expect(store.cursor('m1', 'events')).toBe('2');
  expect(store.cursor('m1', 'records')).toBe('900');
  expect(store.cursor('m2', 'events')).toBeUndefined();
  store.saveEvents([event('5', 50)]);
  expect(store.cursor('m1', 'events')).toBe('2');
});

it('saves events and cursor together or not at all', () => {
  const broken = event('2', Number.NaN);
  expect(() => store.saveEvents([event('1', 10), broken], { meter: 'm1', log: 'events', position: '2' })).toThrow();
  expect(store.recentEvents(9)).toEqual([]);
  expect(store.cursor('m1', 'events')).toBeUndefined();
});

it('finds events by their beginning: a range oldest first, the latest newest first', () => {
  store.saveEvents([event('c', 300), event('a', 100), event('d', 400), event('b', 200)]);
  expect(keys(store.eventsBetween(100, 400))).toEqual(['a', 'b', 'c']);
  expect(keys(store.eventsBetween(101, 401))).toEqual(['b', 'c', 'd']);
  expect(keys(store.recentEvents(2))).toEqual(['d', 'c']);
});

it('replaces the counts of a meter and day, and keeps days and meters apart', () => {
  store.saveQuality([quality('m2', '2026-03-01'), quality('m1', '2026-03-01'), quality('m1', '2026-02-28')]);
  store.saveQuality([quality('m1', '2026-03-01', { received: 7, late: 2 })]);
  expect(store.qualityDays('2026-03-01')).toEqual([
    quality('m1', '2026-03-01', { received: 7, late: 2 }),
    quality('m2', '2026-03-01'),
  ]);
  expect(store.qualityDays('2026-02-28')).toEqual([quality('m1', '2026-02-28')]);
  expect(store.qualityDays('2026-02-27')).toEqual([]);
});

it('keeps events and counts for three years', () => {
  const years = (count: number) => NOW - count * 365.25 * DAY;
  store.saveEvents([event('old', years(3.01)), event('young', years(2.99))]);
  // The meter's clock stands in the year 2000: it was heard today, and is known when it is read tomorrow.
  store.saveEvents([event('wrong clock', Date.UTC(2000, 0, 1), { arrivedAt: NOW })]);
  store.saveQuality([quality('m1', '2023-02-27'), quality('m1', '2023-03-03'), quality('m1', '2026-03-01')]);
  store.saveEvents([], { meter: 'm1', log: 'events', position: '1' });
  store.maintain(NOW);
  expect(keys(store.recentEvents(9))).toEqual(['young', 'wrong clock']);
  const days = ['2023-02-27', '2023-03-03', '2026-03-01'].map((day) => store.qualityDays(day).length);
  expect(days).toEqual([0, 1, 1]);
  expect(store.cursor('m1', 'events')).toBe('1');
});

it('keeps them as long as it is told', () => {
  const brief = open({ keepHistoryMs: 2 * DAY });
  brief.saveEvents([event('old', NOW - 2 * DAY - 1), event('young', NOW - 2 * DAY)]);
  brief.saveQuality(['2026-02-26', '2026-02-27', '2026-03-01'].map((day) => quality('m1', day)));
  brief.maintain(NOW);
  expect(keys(brief.recentEvents(9))).toEqual(['young']);
  expect(['2026-02-26', '2026-02-27'].map((day) => brief.qualityDays(day).length)).toEqual([0, 1]);
});

it('loses no acknowledged event to kill -9, and its cursor never runs ahead of the events', {
  timeout: 60_000,
}, async () => {
  let next = 0;
  for (const lines of [40, 75, 60]) {
    const child = new TypeScriptChild(join(import.meta.dirname, 'event-child.ts'), [file, String(next)]);
    await child.printed(lines);
    await child.kill();
    const acknowledged = Number(child.lines.at(-1));
    const opened = open();
    const cursor = Number(opened.cursor('m1', 'events'));
    expect(cursor).toBeGreaterThanOrEqual(acknowledged);
    // Two events in each step, and the step that was cut off left neither events nor cursor.
    expect(opened.eventsBetween(0, 1e9)).toHaveLength(2 * (cursor + 1));
    expect(opened.qualityDays('2026-03-01')[0]?.counts.received).toBeGreaterThanOrEqual(acknowledged);
    opened.stop();
    next = acknowledged + 1;
  }
});
