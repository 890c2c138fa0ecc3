import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { DeadLetters } from '../../../src/meters/mqtt/dead-letters.ts';
import { temporaryFolder } from '../../store/temporary-folder.ts';
import { recordingLog } from '../fixtures.ts';

const TIME = Date.UTC(2026, 2, 1, 8);
const LIMIT = 10 * 1_048_576;

function letter(payload: string | Buffer, reason = 'no JSON') {
  return { time: TIME, broker: 'main', topic: 'site/1', reason, payload: Buffer.from(payload) };
}

function linesOf(file: string): readonly Record<string, unknown>[] {
  const text = readFileSync(file, 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

it('keeps each letter as a line of JSON, for the owner only', async () => {
  const folder = temporaryFolder();
  const letters = new DeadLetters(folder, recordingLog());
  letters.add(letter('{"a":'));
  letters.add(letter(Buffer.from([0, 255])));
  await letters.flush();
  const file = join(folder, 'dead-letters.jsonl');
  const shared = { time: '2026-03-01T08:00:00.000Z', broker: 'main', topic: 'site/1', reason: 'no JSON' };
  expect(linesOf(file)).toEqual([
    { ...shared, bytes: 5, payload: Buffer.from('{"a":').toString('base64') },
    { ...shared, bytes: 2, payload: 'AP8=' },
  ]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

it('keeps 4 KiB of a payload and says how long it was', async () => {
  const folder = temporaryFolder();
  const letters = new DeadLetters(folder, recordingLog());
  letters.add(letter('x'.repeat(300_000), 'y'.repeat(10_000)));
  await letters.flush();
  const [line] = linesOf(join(folder, 'dead-letters.jsonl'));
  expect(line).toMatchObject({ bytes: 300_000, payload: Buffer.from('x'.repeat(4_096)).toString('base64') });
  expect(String(line?.reason).length).toBeLessThan(1_000);
});

it('keeps the latest letters in two files of 10 MB together, and counts what was too much at once', async () => {
  const folder = temporaryFolder();
  const letters = new DeadLetters(folder, recordingLog());
  const large = 'x'.repeat(4_096);
  let added = 0;
  for (let round = 0; round < 30; round += 1) {
    for (let count = 0; count < 100; count += 1) {
      added += 1;
      letters.add(letter(large, String(added)));
    }
    await letters.flush();
  }
  const [older, newer] = ['dead-letters.1.jsonl', 'dead-letters.jsonl'].map((name) => join(folder, name));
  if (!older || !newer) throw new Error('no files');
  const sizes = [statSync(older).size, statSync(newer).size];
  expect(sizes[0]).toBeLessThanOrEqual(LIMIT / 2);
  expect(sizes[1]).toBeLessThanOrEqual(LIMIT / 2);
  // 3,000 letters of some 5.6 kB are 16.7 MB.
  expect((sizes[0] ?? 0) + (sizes[1] ?? 0)).toBeGreaterThan(LIMIT / 2);
  const numbers = [...linesOf(older), ...linesOf(newer)].map(({ reason }) => Number(reason));
  expect(numbers.at(-1)).toBe(added);
  expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, index) => added - numbers.length + 1 + index));
  expect(letters.lost).toBe(0);

  for (let count = 0; count < 1_000; count += 1) letters.add(letter(large));
  await letters.flush();
  // One megabyte waits at most, less than 200 letters of this size; the first one is under way already.
  expect(letters.lost).toBeGreaterThan(790);
});

it('tells a disk that refuses once, and writes again when it can', async () => {
  const folder = join(temporaryFolder(), 'gone');
  const log = recordingLog();
  const letters = new DeadLetters(folder, log);
  for (const payload of ['1', '2', '3']) {
    letters.add(letter(payload));
    await letters.flush();
  }
  expect(letters.lost).toBe(3);
  expect(log.lines).toMatchObject([
    { level: 'warn', message: 'Messages that are not understood cannot be written down' },
  ]);
  mkdirSync(folder);
  letters.add(letter('4'));
  await letters.flush();
  expect(linesOf(join(folder, 'dead-letters.jsonl'))).toHaveLength(1);
  rmSync(folder, { recursive: true });
});

it('goes on in the file that an earlier run left', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'dead-letters.jsonl'), '{"reason":"old"}\n');
  const letters = new DeadLetters(folder, recordingLog());
  letters.add(letter('x'));
  await letters.flush();
  expect(linesOf(join(folder, 'dead-letters.jsonl')).map(({ reason }) => reason)).toEqual(['old', 'no JSON']);
});
