import { describe, expect, it } from 'vitest';
import { SHIPPED, shipped } from './dialects.ts';

describe('the shipped payload mappings', () => {
  it('are one for each dialect, named as their files, with the document they are written from', () => {
    expect(SHIPPED.map((file) => shipped(file.replace('.yaml', '')).id)).toEqual(
      SHIPPED.map((file) => file.replace('.yaml', '')),
    );
    expect(SHIPPED).toHaveLength(20);
    for (const file of SHIPPED) expect(shipped(file.replace('.yaml', '')).source).not.toBe('');
  });
});
