import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atTimeOf, joined, quantitiesOf } from '../../src/domain/joined-reading.ts';
import type { Quantity } from '../../src/domain/quantity.ts';
import type { Reading } from '../../src/domain/reading.ts';

const TIME = Date.UTC(2026, 2, 1, 8);
const PRECEDENCES = ['first counts', 'second counts'] as const;
const DOUBT = { value: 9e9, reason: 'out of range' } as const;

function part(more: Partial<Reading>): Reading {
  return { meter: 'm', time: TIME, timeSource: 'payload', arrivedAt: TIME, values: {}, ...more };
}

const held = (...quantities: Quantity[]) => ({ held: new Set(quantities) });

/** All that a part can know of one quantity, the weightiest first; 1 and 2 tell the parts apart. */
const KNOWN = {
  said: (value: number) => part({ values: { frequency: value } }),
  doubted: (value: number) => part({ suspect: { frequency: { value, reason: 'out of range' } } }),
  missing: () => part({ missing: { frequency: 'not available' } }),
  held: (value: number) => part({ values: { frequency: value }, ...held('frequency') }),
  'held and doubted': (value: number) =>
    part({ suspect: { frequency: { value, reason: 'out of range' } }, ...held('frequency') }),
  nothing: () => part({}),
};
type Kind = keyof typeof KNOWN;
const WEIGHT: Readonly<Record<Kind, number>> = {
  said: 3,
  doubted: 3,
  missing: 2,
  held: 1,
  'held and doubted': 1,
  nothing: 0,
};
const KINDS: readonly Kind[] = ['said', 'doubted', 'missing', 'held', 'held and doubted', 'nothing'];

describe('two parts of one instant', () => {
  const cases = KINDS.flatMap((one) =>
    KINDS.flatMap((other) => PRECEDENCES.map((each) => [one, other, each] as const)),
  );

  it.each(cases)('%s before %s: the weightier stays, and between equals the %s', (one, other, precedence) => {
    const [first, second] = [KNOWN[one](1), KNOWN[other](2)];
    const isSecond = WEIGHT[other] > WEIGHT[one] || (WEIGHT[other] === WEIGHT[one] && precedence === 'second counts');
    expect(joined(first, second, precedence)).toEqual(isSecond ? second : first);
  });

  it('have each of their quantities once, whatever they know of it', () => {
    const quantities = fc.subarray(['frequency', 'voltage_l1_n', 'current_l1'] as const);
    const parts = fc.tuple(quantities, quantities, quantities, quantities).map(([values, suspect, missing, over]) => {
      const inValues = new Set<Quantity>(values);
      const inSuspect = suspect.filter((name) => !inValues.has(name));
      const left = missing.filter((name) => !inValues.has(name) && !inSuspect.includes(name));
      return part({
        values: Object.fromEntries(values.map((name) => [name, 1])),
        suspect: Object.fromEntries(inSuspect.map((name) => [name, DOUBT])),
        missing: Object.fromEntries(left.map((name) => [name, 'not available' as const])),
        held: new Set(over.filter((name) => inValues.has(name) || inSuspect.includes(name))),
      });
    });
    fc.assert(
      fc.property(parts, parts, fc.constantFrom(...PRECEDENCES), (first, second, precedence) => {
        const names = quantitiesOf(joined(first, second, precedence));
        expect([...names].sort()).toEqual([...new Set([...quantitiesOf(first), ...quantitiesOf(second)])].sort());
      }),
    );
  });

  it('are the first part itself when the second one changes nothing', () => {
    const first = part({ values: { frequency: 50 }, missing: { current_l1: 'not available' } });
    expect(joined(first, part({ values: { frequency: 50 } }), 'first counts')).toBe(first);
    expect(joined(first, part({ values: { frequency: 49 }, ...held('frequency') }), 'second counts')).toBe(first);
  });

  it('hold over what neither of them says', () => {
    const first = part({ values: { frequency: 50, voltage_l1_n: 230 }, ...held('voltage_l1_n') });
    const second = part({ values: { voltage_l1_n: 100, current_l1: 5 }, ...held('current_l1') });
    for (const precedence of PRECEDENCES) {
      expect(joined(first, second, precedence)).toEqual(
        part({ values: { frequency: 50, voltage_l1_n: 100, current_l1: 5 }, ...held('current_l1') }),
      );
    }
  });

  it('keep why the time of either was not believed, and arrived when the second one had', () => {
    const believed = part({ values: { frequency: 50 }, arrivedAt: TIME + 5 });
    const doubted = part({
      values: { current_l1: 5 },
      timeSource: 'arrival',
      timeFault: 'too old',
      arrivedAt: TIME + 9,
    });
    expect(joined(believed, doubted, 'second counts')).toMatchObject({
      timeSource: 'arrival',
      timeFault: 'too old',
      arrivedAt: TIME + 9,
    });
    expect(joined(doubted, believed, 'second counts')).toMatchObject({
      timeSource: 'arrival',
      timeFault: 'too old',
      arrivedAt: TIME + 5,
    });
  });
});

it('a part at the time of another has nothing of its own time left', () => {
  const doubted = part({ time: TIME + 7, timeSource: 'arrival', timeFault: 'too old', values: { frequency: 50 } });
  const believed = part({});
  expect(atTimeOf(doubted, believed)).toEqual(part({ values: { frequency: 50 } }));
  expect(atTimeOf(believed, doubted)).toEqual(part({ time: TIME + 7, timeSource: 'arrival', timeFault: 'too old' }));
});
