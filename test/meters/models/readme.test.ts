import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { QUANTITIES } from '../../../src/domain/quantity.ts';
import { loadModels } from '../../../src/meters/model-files.ts';
import { MODELS_FOLDER } from '../fixtures.ts';

const text = readFileSync(join(MODELS_FOLDER, 'README.md'), 'utf8');

describe('the manual of model files', () => {
  it('shows every key in a file without a problem', () => {
    const folder = mkdtempSync(join(tmpdir(), 'manual-'));
    const sections = [...text.matchAll(/```yaml\n(.*?)```/gs)].map(([, yaml]) => yaml);
    try {
      writeFileSync(join(folder, 'own.yaml'), sections.join(''));
      expect(loadModels([folder]).problems).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('has a table of exactly the quantities that there are, with their units', () => {
    const rows = [...text.matchAll(/^\| (`[a-z].*?`) \| (\S+) \|/gm)];

    const told = rows.flatMap(([, names = '', unit = '']) => names.split(' ').map((name) => [name.slice(1, -1), unit]));

    expect(told.toSorted()).toEqual(
      Object.entries(QUANTITIES)
        .map(([name, { unit }]) => [name, unit])
        .toSorted(),
    );
  });
});
