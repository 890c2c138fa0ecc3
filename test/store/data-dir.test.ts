import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { openDataDir } from '../../src/store/data-dir.ts';
import { TypeScriptChild } from '../servers/typescript-child.ts';
import { temporaryFolder } from './temporary-folder.ts';

const CHILD = join(import.meta.dirname, 'holding-child.ts');

it('creates the folder for its owner only and names files in it', () => {
  const dir = join(temporaryFolder(), 'deep', 'data');
  const opened = openDataDir(dir);
  expect(statSync(dir).mode & 0o777).toBe(0o700);
  expect(opened.path('state.db')).toBe(join(dir, 'state.db'));
  opened.close();
});

it('refuses a second holder until the first has closed', () => {
  const dir = temporaryFolder();
  const first = openDataDir(dir);
  expect(() => openDataDir(dir)).toThrow(`another pq-butler is running on ${dir}`);
  first.close();
  openDataDir(dir).close();
});

it('says which folder cannot be locked', () => {
  const dir = temporaryFolder();
  mkdirSync(join(dir, 'lock.db'));
  expect(() => openDataDir(dir)).toThrow(`${dir} cannot be locked: `);
});

it('is held by another process, and free again after its kill -9', async () => {
  const dir = temporaryFolder();
  const child = new TypeScriptChild(CHILD, [dir]);
  await child.printed(1);
  expect(() => openDataDir(dir)).toThrow('another pq-butler is running');
  await child.kill();
  const opened = await vi.waitFor(() => openDataDir(dir));
  opened.close();
});
