import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { localDay, localDayOf } from '../../src/lib/local-day.ts';

const HOUR = 3_600_000;
const hours = ({ from, to }: { readonly from: number; readonly to: number }) => (to - from) / HOUR;

describe('a local day', () => {
  it('runs from midnight to midnight of its zone', () => {
    expect(localDay('2026-03-01', 'Asia/Shanghai')).toEqual({
      date: '2026-03-01',
      from: Date.UTC(2026, 1, 28, 16),
      to: Date.UTC(2026, 2, 1, 16),
    });
  });

  it.each([
    ['Europe/Berlin', '2026-03-29', 23],
    ['Europe/Berlin', '2026-10-25', 25],
    // Clocks go forward at midnight: these days begin at 01:00.
    ['America/Sao_Paulo', '2018-11-04', 23],
    ['Africa/Cairo', '2024-04-26', 23],
    // Clocks go back from midnight to 23:00, or from 01:00 to midnight.
    ['Africa/Cairo', '2024-10-31', 25],
    ['America/Havana', '2024-11-03', 25],
    ['Asia/Shanghai', '2026-03-29', 24],
  ])('in %s on %s has %i hours', (zone, date, length) => {
    const day = localDay(date, zone);
    if (!day) throw new Error(`${date} is no day`);
    expect(hours(day)).toBe(length);
    expect(localDayOf(day.from, zone)).toEqual(day);
    expect(localDayOf(day.to - 1, zone)).toEqual(day);
    expect(localDayOf(day.to, zone).from).toBe(day.to);
    expect(localDayOf(day.to, zone, 1)).toEqual(day);
  });

  it('follows the one before without gap, at any time and place', () => {
    const zone = fc.constantFrom(
      'Asia/Shanghai',
      'Europe/Berlin',
      'America/Sao_Paulo',
      'Africa/Cairo',
      'Asia/Kathmandu',
    );
    const time = fc.integer({ min: Date.UTC(2010, 0, 1), max: Date.UTC(2027, 0, 1) });
    fc.assert(
      fc.property(zone, time, (where, when) => {
        const today = localDayOf(when, where);
        const yesterday = localDayOf(when, where, 1);
        expect(when).toBeGreaterThanOrEqual(today.from);
        expect(when).toBeLessThan(today.to);
        expect(yesterday.to).toBe(today.from);
        expect(localDay(today.date, where)).toEqual(today);
      }),
    );
  });

  it.each(['2026-02-30', '2026-3-1', '1.3.2026', '', '2026-03-01T00:00'])('%j is none', (date) => {
    expect(localDay(date, 'Asia/Shanghai')).toBeUndefined();
  });
});
