import { expect, it } from 'vitest';
import { UsualPace } from '../../../src/meters/mqtt/usual-pace.ts';

/** One message in `gap` milliseconds for `span` milliseconds from `start` on. */
function hear(pace: UsualPace, start: number, span: number, gap: number): void {
  pace.begin(start);
  for (let now = start; now <= start + span; now += gap) pace.heard(now);
}

it('is known after 10 s, and not before', () => {
  const pace = new UsualPace();
  hear(pace, 5_000, 9_900, 100);
  expect(pace.rate).toBeUndefined();
  hear(pace, 50_000, 10_000, 100);
  expect(pace.rate).toBeCloseTo(1 / 100, 10);
});

it('does not count the time in which nothing could come', () => {
  const pace = new UsualPace();
  hear(pace, 0, 60_000, 100);
  hear(pace, 3_600_000, 10_000, 100);
  expect(pace.rate).toBeCloseTo(1 / 100, 10);
});

it('follows within a minute: what it was counts 0.7 after each 10 s', () => {
  const pace = new UsualPace();
  hear(pace, 0, 60_000, 100);
  hear(pace, 100_000, 60_000, 1_000);
  expect(pace.rate).toBeCloseTo(1 / 1_000 + (1 / 100 - 1 / 1_000) * 0.7 ** 6, 10);
});
