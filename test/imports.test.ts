import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** What each part may import besides itself. A room is named with its doorstep files, or as a whole. */
const TABLE: Readonly<Record<string, readonly string[]>> = {
  main: ['commands', 'lib'],
  commands: ['app', 'config', 'lib', 'domain', 'notify', 'reports', 'store/open-for-reading', 'store/data-dir'],
  app: [
    'pipeline',
    'config/config',
    'alerts',
    'meters',
    'notify',
    'reports',
    'rules',
    'store',
    'web',
    'windows',
    'domain',
    'lib',
  ],
  pipeline: [
    'alerts',
    'notify/announcer',
    'rules',
    'store/group-commit',
    'store/series-store',
    'store/state-store',
    'windows',
    'domain',
    'lib',
  ],
  config: ['*/options', 'meters/model', 'meters/model-files', 'rules/pack', 'domain', 'lib'],
  meters: ['domain', 'lib'],
  store: ['domain', 'lib'],
  windows: ['domain', 'lib'],
  rules: ['domain', 'lib'],
  alerts: ['domain', 'lib'],
  notify: ['rules/index', 'store/state-store', 'domain', 'lib'],
  reports: [
    'rules/index',
    'store/series-store',
    'store/state-store',
    'notify/announcer',
    'notify/mail-content',
    'notify/plain-words',
    'domain',
    'lib',
  ],
  web: ['rules/index', 'store/state-store', 'notify/alert-facts', 'domain', 'lib'],
  domain: [],
  lib: [],
};

interface Import {
  readonly from: string;
  readonly to: string;
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file));
}

/** Relative imports of a file, type imports counted, as paths from the root without the ending. */
function importsOf(file: string): readonly Import[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const found = text.matchAll(/\b(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g);
  return [...found].map(([, target = '']) => ({
    from: file.replace(/\.ts$/, ''),
    to: relative(ROOT, resolve(ROOT, dirname(file), target)).replace(/\.ts$/, ''),
  }));
}

/** 'src/store/embedded' → 'store', 'src/main' → 'main'. */
function partOf(path: string): string {
  return path.split('/')[1] ?? '';
}

function isAllowed({ from, to }: Import): boolean {
  if (!to.startsWith('src/')) return false;
  if (partOf(from) === partOf(to)) return true;
  const target = to.slice('src/'.length);
  return (TABLE[partOf(from)] ?? []).some(
    (allowed) =>
      target === allowed ||
      target.startsWith(`${allowed}/`) ||
      (allowed.startsWith('*/') && target.endsWith(allowed.slice(1))),
  );
}

function circleIn(imports: readonly Import[]): readonly string[] | undefined {
  const next = new Map<string, string[]>();
  for (const { from, to } of imports) next.set(from, [...(next.get(from) ?? []), to]);
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const target of next.get(file) ?? []) {
      const circle = visit(target, [...path, file]);
      if (circle) return circle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of next.keys()) {
    const circle = visit(file, []);
    if (circle) return circle;
  }
  return undefined;
}

describe('the import table', () => {
  const imports = filesIn('src').flatMap(importsOf);

  it('finds the imports that it is to judge', () => {
    expect(imports).toContainEqual({ from: 'src/main', to: 'src/commands/run' });
    expect(imports).toContainEqual({ from: 'src/pipeline', to: 'src/store/series-store' });
  });

  it('holds in src/: forward along the river, rooms only through their doorsteps', () => {
    expect(imports.filter((entry) => !isAllowed(entry))).toEqual([]);
  });

  it('knows every part of src/', () => {
    expect(new Set(filesIn('src').map((file) => partOf(file.replace(/\.ts$/, ''))))).toEqual(
      new Set(Object.keys(TABLE)),
    );
  });

  it('has no circle, type imports counted', () => {
    expect(circleIn(imports)).toBeUndefined();
    expect(circleIn([...imports, { from: 'src/lib/clock', to: 'src/main' }])).toBeDefined();
  });

  it('keeps simulators apart: they import nothing of src/ and src/ nothing of them', () => {
    const foreign = filesIn('simulators')
      .flatMap(importsOf)
      .filter(({ to }) => !to.startsWith('simulators/'));
    expect(foreign).toEqual([]);
  });
});
