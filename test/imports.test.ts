import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** What each part may import besides itself: single files of a room, its doorstep for that part, or whole rooms. */
const TABLE: Readonly<Record<string, readonly string[]>> = {
  main: ['commands', 'lib'],
  commands: [
    'app',
    'config/config',
    'config/connection',
    'config/load',
    'config/problem',
    'meters/model',
    'meters/model-files',
    'meters/options',
    'meters/probe',
    'meters/scan',
    'notify/announcer',
    'notify/mail-content',
    'notify/mailer',
    'quality/disagreements',
    'quality/quality-check',
    'quality/wiring-of',
    'quality/wiring-words',
    'reports/daily-summary',
    'store/open-for-reading',
    'store/series-store',
    'domain',
    'lib',
  ],
  app: [
    'as-before',
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
  'as-before': [
    'quality/quality-days',
    'quality/quality-watch',
    'store/series-store',
    'store/state-store',
    'windows/refill',
    'windows/windows',
    'domain',
    'lib',
  ],
  'alert-desk': ['alerts', 'notify/announcer', 'store/state-store', 'domain', 'lib'],
  pipeline: [
    'alert-desk',
    'quality/quality-watch',
    'rules',
    'store/group-commit',
    'store/series-store',
    'store/state-store',
    'windows',
    'domain',
  ],
  config: ['*/options', 'meters/model', 'meters/model-files', 'rules/pack', 'domain', 'lib'],
  meters: ['domain', 'lib'],
  store: ['domain', 'lib'],
  windows: ['domain', 'lib'],
  quality: ['domain', 'lib'],
  rules: ['domain', 'lib'],
  alerts: ['domain'],
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
  web: ['rules/index', 'store/state-store', 'notify/alert-facts', 'quality/wiring-words', 'domain', 'lib'],
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

/** What stands behind each `from` and `import` of a file, type imports counted. */
function specifiersOf(file: string): readonly string[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(/\b(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)].map(([, specifier = '']) => specifier);
}

/** Relative imports of a file, as paths from the root without the ending. */
function importsOf(file: string): readonly Import[] {
  const targets = specifiersOf(file).filter((specifier) => specifier.startsWith('.'));
  return targets.map((target) => ({
    from: file.replace(/\.ts$/, ''),
    to: relative(ROOT, resolve(ROOT, dirname(file), target)).replace(/\.ts$/, ''),
  }));
}

/** npm packages and modules of Node that a file imports. */
function packagesOf(file: string): readonly string[] {
  return specifiersOf(file).filter((specifier) => !specifier.startsWith('.'));
}

/** 'src/store/embedded' → 'store', 'src/main' → 'main'. */
function partOf(path: string): string {
  return path.split('/')[1] ?? '';
}

function isAllowed({ from, to }: Import): boolean {
  if (partOf(from) === partOf(to)) return to.startsWith('src/');
  return (TABLE[partOf(from)] ?? []).some((allowance) => allows(allowance, to));
}

/** 'store/rows' allows that file, 'store' every file of the room, and a star every room's file of that name. */
function allows(allowance: string, to: string): boolean {
  if (allowance.startsWith('*/')) return to.startsWith('src/') && to.endsWith(allowance.slice(1));
  return to === `src/${allowance}` || to.startsWith(`src/${allowance}/`);
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

  it('holds in src/: no part imports another but as its row says', () => {
    expect(imports.filter((entry) => !isAllowed(entry))).toEqual([]);
  });

  it('allows nothing that is not used', () => {
    const stale = Object.entries(TABLE).flatMap(([part, allowances]) =>
      allowances
        .filter((allowance) => !imports.some(({ from, to }) => partOf(from) === part && allows(allowance, to)))
        .map((allowance) => `${part}: ${allowance}`),
    );
    expect(stale).toEqual([]);
  });

  it('keeps domain/ free of packages', () => {
    const packages = filesIn('src/domain').flatMap(packagesOf);
    expect(packages).toEqual([]);
    expect(packagesOf('src/lib/duration.ts')).toEqual(['ms', 'zod']);
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
