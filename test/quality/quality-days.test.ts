import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { QualityDay } from '../../src/domain/data-quality.ts';
import type { Reading } from '../../src/domain/reading.ts';
import { KEPT_DAYS, QualityDays } from '../../src/quality/quality-days.ts';
import { timeFaultOf } from '../../src/quality/reading-time.ts';

const ZONE = 'Asia/Shanghai';
/** Midnight in Shanghai, UTC+8. */
const MIDNIGHT = Date.UTC(2026, 2, 2, 16, 0, 0);
const [SECOND, HOUR] = [1_000, 3_600_000];
const DAY = 24 * HOUR;

const daysOf = (interval = 10 * SECOND, meter = 'm1') => new QualityDays(ZONE, new Map([[meter, interval]]));

function reading(time: number, more: Partial<Reading> = {}): Reading {
  return { meter: 'm1', time, arrivedAt: time, timeSource: 'register', values: { frequency: 50 }, ...more };
}

function countsOn(days: QualityDays, day: string) {
  return days.of(day).find(({ meter }) => meter === 'm1')?.counts;
}

describe('the daily counts', () => {
  it('belong to the day of the site: two readings around midnight in Shanghai', () => {
    const days = daysOf();
    days.restore([], MIDNIGHT - HOUR);
    days.count(reading(MIDNIGHT - 1), 'new');
    days.count(reading(MIDNIGHT), 'new');
    expect(countsOn(days, '2026-03-02')).toMatchObject({ received: 1 });
    expect(countsOn(days, '2026-03-03')).toMatchObject({ received: 1 });
  });

  it('count a reading once for each thing that is wrong with it', () => {
    const days = daysOf();
    days.restore([], MIDNIGHT);
    const suspect = {
      voltage_l1_n: { value: 9e9, reason: 'out of range' },
      frequency: { value: 60, reason: 'changes too fast' },
      active_power_l1: { value: 1, reason: 'powers disagree' },
    } as const;
    days.count(reading(MIDNIGHT, { suspect, missing: { current_l1: 'not a number' } }), 'new');
    days.count(reading(MIDNIGHT + 1, { suspect: { current_l2: { value: 1, reason: 'frozen' } } }), 'late');
    days.count(reading(MIDNIGHT + 1), 'known');
    expect(countsOn(days, '2026-03-03')).toEqual({
      expected: 0,
      received: 2,
      late: 1,
      duplicate: 1,
      missing: 1,
      frozen: 1,
      unreasonable: 1,
      inconsistent: 1,
    });
  });

  it('count the parts of one reading as one', () => {
    const days = daysOf();
    days.restore([], MIDNIGHT);
    const suspect = { current_l2: { value: 1, reason: 'frozen' } } as const;
    days.count(reading(MIDNIGHT), 'new');
    days.count(reading(MIDNIGHT, { suspect }), 'amended');
    days.count(reading(MIDNIGHT, { suspect, missing: { current_l1: 'not available' } }), 'amended');
    expect(countsOn(days, '2026-03-03')).toMatchObject({ received: 1, frozen: 1, missing: 1, duplicate: 0 });
  });

  it('count a reading that is refused for its time on the day on which it came', () => {
    const days = daysOf();
    days.restore([], MIDNIGHT);
    days.count(reading(0, { arrivedAt: MIDNIGHT + HOUR }), 'refused');
    expect(countsOn(days, '2026-03-03')).toMatchObject({ received: 1, unreasonable: 1 });
    expect(days.of('1970-01-01')).toEqual([]);
  });

  it('expect a reading for each interval since the watching began: 6 hours at 10 s are 2160, then 8640 a day', () => {
    const days = daysOf();
    days.restore([], MIDNIGHT + 18 * HOUR);
    days.expectedUntil(MIDNIGHT + 19 * HOUR);
    expect(countsOn(days, '2026-03-03')?.expected).toBe(360);
    days.expectedUntil(MIDNIGHT + DAY + HOUR);
    expect(countsOn(days, '2026-03-03')?.expected).toBe(2_160);
    expect(countsOn(days, '2026-03-04')?.expected).toBe(360);
    days.expectedUntil(MIDNIGHT + 3 * DAY);
    expect(countsOn(days, '2026-03-04')?.expected).toBe(8_640);
    expect(countsOn(days, '2026-03-05')?.expected).toBe(8_640);
  });

  it('begin for a new meter on its first day, whatever is made up for the others', () => {
    const days = new QualityDays(ZONE, new Map(['m1', 'm2'].map((meter) => [meter, 10 * SECOND])));
    days.restore([{ meter: 'm1', day: '2026-03-01', counts: emptyCounts() }], MIDNIGHT + HOUR);
    days.expectedUntil(MIDNIGHT + 2 * HOUR);
    expect(days.of('2026-03-02').map(({ meter }) => meter)).toEqual(['m1']);
    expect(days.of('2026-03-03').map(({ meter, counts }) => [meter, counts.expected])).toEqual([
      ['m1', 720],
      ['m2', 360],
    ]);
  });

  it('expect 23 hours of readings on the day that is so long', () => {
    const days = new QualityDays('Europe/Berlin', new Map([['m1', 60_000]]));
    const midnight = Date.UTC(2026, 2, 28, 23);
    days.restore([], midnight - DAY);
    days.expectedUntil(midnight + 2 * DAY);
    expect(countsOn(days, '2026-03-29')?.expected).toBe(23 * 60);
  });

  it('expect readings also while the daemon was down, over several days', () => {
    const first = daysOf();
    first.restore([], MIDNIGHT - DAY);
    first.expectedUntil(MIDNIGHT + HOUR);
    first.count(reading(MIDNIGHT + 1), 'new');

    const second = daysOf();
    second.restore(first.unsaved(), MIDNIGHT + 2 * DAY + HOUR);
    second.expectedUntil(MIDNIGHT + 2 * DAY + 2 * HOUR);
    expect(countsOn(second, '2026-03-03')).toMatchObject({ expected: 8_640, received: 1 });
    expect(countsOn(second, '2026-03-04')).toMatchObject({ expected: 8_640, received: 0 });
    expect(countsOn(second, '2026-03-05')).toMatchObject({ expected: 720, received: 0 });
  });

  it('go on counting after a restart on the very first day', () => {
    const first = daysOf();
    first.restore([], MIDNIGHT + HOUR);
    first.expectedUntil(MIDNIGHT + 2 * HOUR);
    first.count(reading(MIDNIGHT + HOUR), 'new');

    const second = daysOf();
    second.restore(first.unsaved(), MIDNIGHT + 3 * HOUR);
    second.count(reading(MIDNIGHT + 3 * HOUR), 'new');
    second.expectedUntil(MIDNIGHT + 4 * HOUR);
    expect(countsOn(second, '2026-03-03')).toMatchObject({ expected: 720, received: 2 });
  });

  it('are unsaved until what was given is on disk, and again with the next count', () => {
    const days = daysOf();
    days.restore([], MIDNIGHT);
    expect(days.unsaved()).toEqual([]);
    days.count(reading(MIDNIGHT), 'new');
    const given = days.unsaved();
    expect(given).toMatchObject([{ meter: 'm1', day: '2026-03-03', counts: { received: 1 } }]);
    days.count(reading(MIDNIGHT + 1), 'new');
    days.saved(given);
    expect(days.unsaved()).toMatchObject([{ counts: { received: 2 } }]);
    days.saved(days.unsaved());
    days.expectedUntil(MIDNIGHT + 1);
    expect(days.unsaved()).toEqual([]);
  });

  it('are forgotten when no reading may be so old, and not before they are saved', () => {
    const days = daysOf();
    days.restore([], MIDNIGHT);
    days.count(reading(MIDNIGHT), 'new');
    days.expectedUntil(MIDNIGHT + (KEPT_DAYS + 1) * DAY);
    expect(days.of('2026-03-03')).toHaveLength(1);
    days.saved(days.unsaved());
    days.expectedUntil(MIDNIGHT + (KEPT_DAYS + 1) * DAY);
    expect(days.of('2026-03-03')).toEqual([]);
  });

  it('are the same with any number of restarts, once a meter is known', () => {
    const stops = fc.uniqueArray(fc.integer({ min: 1, max: 71 }), { maxLength: 6 });
    fc.assert(
      fc.property(stops, (hours) => {
        const known: QualityDay = { meter: 'm1', day: '2026-03-01', counts: emptyCounts() };
        const disk = new Map([[known.day, known]]);
        let days = daysOf();
        days.restore([...disk.values()], MIDNIGHT);
        for (let hour = 0; hour < 72; hour += 1) {
          if (hours.includes(hour)) {
            days = daysOf();
            days.restore([...disk.values()], MIDNIGHT + hour * HOUR);
          }
          days.count(reading(MIDNIGHT + hour * HOUR), 'new');
          days.expectedUntil(MIDNIGHT + (hour + 1) * HOUR);
          const unsaved = days.unsaved();
          for (const day of unsaved) disk.set(day.day, day);
          days.saved(unsaved);
        }
        for (const day of ['2026-03-03', '2026-03-04', '2026-03-05']) {
          expect(countsOn(days, day)).toMatchObject({ expected: 8_640, received: 24 });
        }
      }),
      { numRuns: 30 },
    );
  });
});

function emptyCounts(): QualityDay['counts'] {
  return { expected: 0, received: 0, late: 0, duplicate: 0, missing: 0, frozen: 0, unreasonable: 0, inconsistent: 0 };
}

describe('the time of a reading', () => {
  it.each([
    [0, undefined],
    [-10_000, undefined],
    [-10_001, 'in the future'],
    [7 * DAY, undefined],
    [7 * DAY + 1, 'too old'],
    [Number.NaN, 'not a time'],
  ])('of an age of %s ms is refused as %s', (age, fault) => {
    expect(timeFaultOf({ time: MIDNIGHT - age, arrivedAt: MIDNIGHT })).toBe(fault);
  });
});
