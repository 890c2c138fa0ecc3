import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Patience } from '../../../src/meters/modbus/patience.ts';

const NOW = Date.UTC(2026, 2, 1, 8);

it('lets failures pass up to the limit, and then rests after each one', () => {
  const patience = new Patience(3, 10_000);
  patience.failed(NOW);
  patience.failed(NOW);
  expect(patience.isResting(NOW)).toBe(false);
  patience.failed(NOW);
  expect(patience.isResting(NOW + 9_999)).toBe(true);
  expect(patience.isResting(NOW + 10_000)).toBe(false);
  patience.failed(NOW + 10_000);
  expect(patience.isResting(NOW + 19_999)).toBe(true);
  patience.succeeded();
  expect(patience.isResting(NOW + 10_001)).toBe(false);
  patience.failed(NOW + 10_001);
  expect(patience.isResting(NOW + 10_001)).toBe(false);
});

it('does not rest for hours because the clock was set back by hours', () => {
  const patience = new Patience(1, 10_000);
  patience.failed(NOW);
  expect(patience.isResting(NOW - 3_600_000)).toBe(false);
});

it('rests for a span that is no whole number of milliseconds', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1, max: 1e6, noNaN: true }),
      fc.double({ min: 0, max: 0.99, noNaN: true }),
      (rest, share) => {
        const patience = new Patience(1, rest);
        patience.failed(NOW);
        expect(patience.isResting(NOW)).toBe(true);
        expect(patience.isResting(NOW + Math.floor(share * rest))).toBe(true);
        expect(patience.isResting(NOW + Math.ceil(rest))).toBe(false);
      },
    ),
  );
});
