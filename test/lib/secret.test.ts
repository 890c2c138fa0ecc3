import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { Secret, secret } from '../../src/lib/secret.ts';

it('shows itself nowhere and reveals itself when asked', () => {
  const hidden = secret.parse('open sesame');
  expect(hidden).toBeInstanceOf(Secret);
  expect(hidden.reveal()).toBe('open sesame');
  const shown = [
    `${hidden}`,
    JSON.stringify({ hidden }),
    inspect({ hidden }, { showHidden: true, depth: 9 }),
    String(hidden),
  ];
  for (const text of shown) {
    expect(text).toContain('[secret]');
    expect(text).not.toContain('sesame');
  }
  expect(Object.entries(hidden)).toEqual([]);
});

it('refuses an empty one', () => {
  expect(secret.safeParse('').success).toBe(false);
});
