import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fixedShare, wander } from '../../simulators/electricity/noise.ts';

const PERIOD = 60_000;
const instant = fc.integer({ min: 0, max: Date.UTC(2040, 0, 1) });

test('wanders within -1 and 1, without jumps, the same every time', () => {
  fc.assert(
    fc.property(fc.string(), instant, (key, at) => {
      const value = wander(key, at, PERIOD);
      expect(Math.abs(value)).toBeLessThanOrEqual(1);
      expect(wander(key, at, PERIOD)).toBe(value);
      // At most from one end to the other in a period, and the S-shape is 1.5 times as steep in its middle.
      expect(Math.abs(wander(key, at + 100, PERIOD) - value)).toBeLessThanOrEqual((2 * 1.5 * 100) / PERIOD + 1e-9);
    }),
  );
});

test('spends as much time above as below, and covers the range', () => {
  const values = Array.from({ length: 5_000 }, (_, index) => wander('key', index * PERIOD, PERIOD));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  // Uniform values: standard error 1 / √(3 · 5000) = 0.008.
  expect(Math.abs(mean)).toBeLessThan(0.04);
  expect(Math.max(...values)).toBeGreaterThan(0.99);
  expect(Math.min(...values)).toBeLessThan(-0.99);
});

test('keys that differ in one letter are strangers', () => {
  const share = (suffix: number) => fixedShare(`customer-${suffix}`);
  const shares = Array.from({ length: 1_000 }, (_, index) => share(index));
  expect(new Set(shares).size).toBe(1_000);
  for (const value of shares) expect(value >= 0 && value < 1).toBe(true);
  const mean = shares.reduce((sum, value) => sum + value, 0) / shares.length;
  // Standard error 1 / √(12 · 1000) = 0.009.
  expect(Math.abs(mean - 0.5)).toBeLessThan(0.05);
});
