import { describe, expect, it } from 'vitest';
import { eventTimeFaultOf, isLateEvent, timeFaultOf } from '../../src/domain/time-limits.ts';

const ARRIVAL = Date.UTC(2026, 2, 1, 8);
const WEEK = Date.UTC(2026, 1, 22, 8) - ARRIVAL;
const LEAP_YEAR = Date.UTC(2027, 2, 1, 8) - Date.UTC(2028, 2, 1, 8);

describe('a time', () => {
  it.each([
    [0, undefined, undefined],
    [10_000, undefined, undefined],
    [10_001, 'in the future', 'in the future'],
    [WEEK, undefined, undefined],
    [WEEK - 1, 'too old', undefined],
    [LEAP_YEAR, 'too old', undefined],
    [LEAP_YEAR - 1, 'too old', 'too old'],
    [Number.NaN, 'not a time', 'not a time'],
    [Number.NEGATIVE_INFINITY, 'not a time', 'not a time'],
  ])('%d ms after its arrival is, of a reading, %s, and of an event %s', (after, ofReading, ofEvent) => {
    expect(timeFaultOf(ARRIVAL + after, ARRIVAL)).toBe(ofReading);
    expect(eventTimeFaultOf(ARRIVAL + after, ARRIVAL)).toBe(ofEvent);
  });
});

describe('an event', () => {
  it('is late five minutes after its end, and later where its meter is looked at now and then', () => {
    expect(isLateEvent(ARRIVAL - 300_000, ARRIVAL)).toBe(false);
    expect(isLateEvent(ARRIVAL - 300_001, ARRIVAL)).toBe(true);
    expect(isLateEvent(ARRIVAL - 420_000, ARRIVAL, 60_000)).toBe(false);
    expect(isLateEvent(ARRIVAL - 420_001, ARRIVAL, 60_000)).toBe(true);
    expect(isLateEvent(Number.NEGATIVE_INFINITY, ARRIVAL)).toBe(true);
  });
});
