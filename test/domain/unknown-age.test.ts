import { expect, it } from 'vitest';
import { isOfUnknownAge, ofUnknownAge } from '../../src/domain/unknown-age.ts';

it('keeps what a meter said at an unknown time as suspect, and leaves out what it did not say', () => {
  const reading = {
    meter: 'm1',
    time: 1,
    arrivedAt: 1,
    timeSource: 'arrival',
    values: { voltage_l1_n: 230, current_l1: 5, frequency: 50 },
    suspect: { voltage_l2_n: { value: 900, reason: 'marked by the meter' } },
    missing: { voltage_l3_n: 'not available' },
    held: new Set(['frequency'] as const),
    timeFault: 'age unknown',
  } as const;
  expect(ofUnknownAge(reading)).toEqual({
    meter: 'm1',
    time: 1,
    arrivedAt: 1,
    timeSource: 'arrival',
    values: {},
    suspect: {
      voltage_l1_n: { value: 230, reason: 'age unknown' },
      current_l1: { value: 5, reason: 'age unknown' },
      voltage_l2_n: { value: 900, reason: 'marked by the meter' },
    },
    missing: { voltage_l3_n: 'not available' },
  });
});

it('is told from a reading that is doubted for what it says', () => {
  const old = { value: 230, reason: 'age unknown' } as const;
  const wild = { value: 9e9, reason: 'out of range' } as const;
  expect(isOfUnknownAge({ values: {}, suspect: { voltage_l1_n: old, voltage_l2_n: old } })).toBe(true);
  expect(isOfUnknownAge({ values: {}, suspect: { voltage_l1_n: wild, voltage_l2_n: old } })).toBe(false);
  expect(isOfUnknownAge({ values: { frequency: 50 }, suspect: { voltage_l1_n: old } })).toBe(false);
  expect(isOfUnknownAge({ values: {} })).toBe(false);
});
