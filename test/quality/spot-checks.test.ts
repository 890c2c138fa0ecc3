import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SpotChecks } from '../../src/quality/spot-checks.ts';

/** Which of `count` readings, `step` milliseconds apart, are looked at. */
function lookedAt(count: number, step: number, isAllWell = true): readonly number[] {
  const checks = new SpotChecks();
  return Array.from({ length: count }, (_, index) => index).filter((index) => checks.isDue(index * step, isAllWell));
}

it('looks at about one reading in seven, and at each where they are rare or something is not well', () => {
  const share = lookedAt(10_000, 1_000).length / 10_000;
  expect(share).toBeGreaterThan(1 / 8);
  expect(share).toBeLessThan(1 / 6);
  expect(lookedAt(100, 10_000)).toHaveLength(100);
  expect(lookedAt(100, 1_000, false)).toHaveLength(100);
});

it('looks at each of the messages that a meter publishes in turn, however many they are', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), (messages) => {
      const inTurn = lookedAt(messages * 600, 1_000 / messages).map((index) => index % messages);
      for (let message = 0; message < messages; message += 1) {
        expect(inTurn.filter((each) => each === message).length).toBeGreaterThan(600 / 7 / 4);
      }
    }),
  );
});
