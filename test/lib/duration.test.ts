import fc from 'fast-check';
import { expect, it } from 'vitest';
import { duration } from '../../src/lib/duration.ts';

it.each([
  ['250ms', 250],
  ['0ms', 0],
  ['10s', 10_000],
  ['5m', 300_000],
  ['2h', 7_200_000],
  ['30d', 2_592_000_000],
  ['1.5h', 5_400_000],
])('reads %s as %d ms', (text, expected) => {
  expect(duration.parse(text)).toBe(expected);
});

it('reads whole numbers of every unit', () => {
  const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
  fc.assert(
    fc.property(fc.nat(100_000), fc.constantFrom(...Object.entries(units)), (count, [unit, factor]) => {
      expect(duration.parse(`${count}${unit}`)).toBe(count * factor);
    }),
  );
});

it.each([
  '',
  '10',
  's',
  '10 s',
  '-5s',
  '+5s',
  '1w',
  '1y',
  '5 minutes',
  '1e3s',
  '5M',
  'PT5M',
  `${'9'.repeat(200)}d`,
  10,
  null,
])('refuses %j and says what was expected', (input) => {
  const { error } = duration.safeParse(input);
  expect(error?.issues.map(({ message }) => message)).toEqual([
    'expected a duration such as 250ms, 10s, 5m, 2h or 30d',
  ]);
});
