import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import type { Alert } from '../../src/domain/alert.ts';
import { SqliteStateStore } from '../../src/store/state.ts';
import type { OutgoingMessage } from '../../src/store/state-store.ts';
import { temporaryFolder } from './temporary-folder.ts';

const evidence = { judged: 85, limit: 90, unit: '%', kind: 'dip', phases: ['L1'], badness: 5 } as const;

function alert(id: string, change: Partial<Alert> = {}): Alert {
  const state = change.resolvedAt !== undefined ? 'resolved' : change.firedAt !== undefined ? 'firing' : 'pending';
  return {
    id,
    rule: 'voltage_dip',
    subject: '表计-1',
    severity: 'critical',
    state,
    since: 1_000,
    lastBad: 1_000,
    seenAt: 1_000,
    first: evidence,
    worst: evidence,
    ...change,
  };
}

function message(id: string, createdAt: number, more: Partial<OutgoingMessage> = {}): OutgoingMessage {
  const fixed = { recipient: 'li', to: 'li@grid.example', subject: '电压暂降', text: 'text', html: '<p>text</p>' };
  return { id, dedupeKey: `key ${id}`, createdAt, ...fixed, ...more };
}

let file: string;
let store: SqliteStateStore;

function open(keepMs?: number): SqliteStateStore {
  const opened = new SqliteStateStore({ file, ...(keepMs !== undefined && { keepMs }) });
  opened.start();
  onTestFinished(() => opened.stop());
  return opened;
}

beforeEach(() => {
  file = join(temporaryFolder(), 'state.db');
  store = open();
});

const ids = (rows: readonly { id: string }[]) => rows.map(({ id }) => id);

it('has alerts, messages and notes again after a restart', () => {
  const firing = alert('a1', { firedAt: 2_000, goodSince: 2_500 });
  const mail = message('m1', 2_000, { references: 'm0', alertId: 'a1' });
  store.save({ alerts: [firing, alert('a2')], messages: [mail] });
  store.note('last summary', '2026-03-01');
  store.stop();
  store = open();
  expect(store.openAlerts()).toEqual([firing, alert('a2')]);
  expect(store.message('m1')).toEqual({ ...mail, state: 'queued', attempts: 0, nextAttemptAt: 2_000 });
  expect(store.noted('last summary')).toBe('2026-03-01');
  expect(store.noted('never said')).toBeUndefined();
  expect(store.message('m9')).toBeUndefined();
});

it('replaces an alert that changed and forgets one that came to nothing', () => {
  store.save({ alerts: [alert('a1'), alert('a2'), alert('a3', { firedAt: 5 })] });
  store.save({ alerts: [alert('a1', { firedAt: 3_000 })], forget: ['a2', 'a3', 'never there'] });
  // Only what is pending can be forgotten: people were told of a3.
  expect(store.openAlerts().map(({ id, state }) => [id, state])).toEqual([
    ['a1', 'firing'],
    ['a3', 'firing'],
  ]);
});

it('saves alerts and messages together or not at all', () => {
  store.save({ alerts: [], messages: [message('m1', 1)] });
  const clash = message('m1', 2, { dedupeKey: 'another key' });
  expect(() => store.save({ alerts: [alert('a1')], messages: [message('m2', 2), clash] })).toThrow('UNIQUE');
  expect(store.openAlerts()).toEqual([]);
  expect(store.message('m2')).toBeUndefined();
});

it('ignores a message whose key is known, even in another state', () => {
  store.save({ alerts: [], messages: [message('m1', 1)] });
  store.markSent('m1', 10);
  store.save({ alerts: [], messages: [message('m1', 2), message('m2', 2, { dedupeKey: 'key m1' })] });
  expect(ids(store.recentMessages(9))).toEqual(['m1']);
  expect(store.dueMessages(99, 9)).toEqual([]);
});

it('hands out due messages oldest first, at most as many as wanted', () => {
  store.save({ alerts: [], messages: [message('late', 300), message('first', 100), message('second', 200)] });
  expect(ids(store.dueMessages(250, 9))).toEqual(['first', 'second']);
  expect(ids(store.dueMessages(999, 2))).toEqual(['first', 'second']);
  expect(store.nextDue()).toBe(100);
  store.markFailed('first', 'mailbox busy', 400);
  expect(ids(store.dueMessages(999, 9))).toEqual(['first', 'second', 'late']);
});

it('tries again when told to, and never after that', () => {
  store.save({ alerts: [], messages: [message('m1', 100), message('m2', 100)] });
  store.markFailed('m1', 'mailbox busy', 5_000);
  expect(ids(store.dueMessages(4_999, 9))).toEqual(['m2']);
  expect(store.message('m1')).toMatchObject({
    state: 'queued',
    attempts: 1,
    lastError: 'mailbox busy',
    nextAttemptAt: 5_000,
  });
  store.markSent('m2', 4_000);
  expect(store.message('m2')).toMatchObject({ state: 'sent', attempts: 1, sentAt: 4_000 });
  expect(store.nextDue()).toBe(5_000);
  expect(ids(store.dueMessages(5_000, 9))).toEqual(['m1']);
  store.markFailed('m1', 'no such mailbox', undefined);
  expect(store.message('m1')).toMatchObject({ state: 'given up', attempts: 2, lastError: 'no such mailbox' });
  expect(store.nextDue()).toBeUndefined();
  expect(() => store.markSent('m1', 1)).toThrow('no queued message m1');
});

it('finds the fired alerts that touch a range', () => {
  store.save({
    alerts: [
      alert('before', { since: 100, firedAt: 150, resolvedAt: 1_000 }),
      alert('into', { since: 900, firedAt: 950, resolvedAt: 1_001 }),
      alert('open', { since: 500, firedAt: 600 }),
      alert('last instant', { since: 1_999, firedAt: 2_500 }),
      alert('after', { since: 2_000, firedAt: 2_100 }),
      alert('pending', { since: 1_500 }),
    ],
  });
  expect(ids(store.alertsBetween(1_000, 2_000))).toEqual(['open', 'into', 'last instant']);
});

it('shows what fired last first', () => {
  store.save({
    alerts: [
      alert('a', { firedAt: 1 }),
      alert('b', { firedAt: 3, resolvedAt: 4 }),
      alert('c', { firedAt: 2 }),
      alert('d'),
    ],
  });
  expect(ids(store.recentAlerts(9))).toEqual(['b', 'c', 'a']);
  expect(ids(store.recentAlerts(1))).toEqual(['b']);
  store.save({ alerts: [], messages: [message('m1', 1), message('m2', 2)] });
  expect(ids(store.recentMessages(1))).toEqual(['m2']);
});

it('prunes what is over and old, and nothing else', () => {
  const pruning = open(1_000);
  pruning.save({
    alerts: [
      alert('old', { firedAt: 1, resolvedAt: 999 }),
      alert('new', { firedAt: 1, resolvedAt: 1_000 }),
      alert('open', { firedAt: 1 }),
    ],
    messages: [message('sent old', 1), message('sent new', 1), message('given up', 1), message('queued', 1)],
  });
  pruning.markSent('sent old', 999);
  pruning.markSent('sent new', 1_000);
  pruning.markFailed('given up', 'no', undefined);
  pruning.maintain(2_000);
  expect(ids(pruning.recentAlerts(9)).sort()).toEqual(['new', 'open']);
  expect(ids(pruning.recentMessages(9)).sort()).toEqual(['queued', 'sent new']);
});

it('refuses a file of a newer version by its name', () => {
  store.stop();
  const db = new Database(file);
  db.pragma('user_version = 7');
  db.close();
  expect(() => open()).toThrow(`${file}: it was written by a newer pq-butler (format 7`);
});

it('names the file that is no database', () => {
  const notOne = join(temporaryFolder(), 'notes.txt');
  writeFileSync(notOne, 'not a database at all, but long enough to look at'.repeat(100));
  expect(() => new SqliteStateStore({ file: notOne }).start()).toThrow(`${notOne}: file is not a database`);
});
