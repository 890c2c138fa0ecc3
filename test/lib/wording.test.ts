import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { localClock, localTime, localTimeBeside, spanInWords, withUnit } from '../../src/lib/wording.ts';

const SHANGHAI = 'Asia/Shanghai';
const EIGHT = Date.UTC(2026, 2, 1, 0, 0, 5);

describe('times', () => {
  it('are told in the zone that is asked for', () => {
    expect(localTime(EIGHT, SHANGHAI)).toBe('2026-03-01 08:00:05');
    expect(localTime(EIGHT, 'Europe/Berlin')).toBe('2026-03-01 01:00:05');
    expect(localClock(EIGHT, SHANGHAI)).toBe('08:00:05');
  });

  it('leave out the date that is known already', () => {
    expect(localTimeBeside(EIGHT + 60_000, EIGHT, SHANGHAI)).toBe('08:01:05');
    expect(localTimeBeside(EIGHT + 86_400_000, EIGHT, SHANGHAI)).toBe('2026-03-02 08:00:05');
    // 16:00 UTC is midnight in Shanghai: another day there, the same one in Berlin.
    const [before, after] = [Date.UTC(2026, 2, 1, 15, 59), Date.UTC(2026, 2, 1, 16, 1)];
    expect(localTimeBeside(after, before, SHANGHAI)).toBe('2026-03-02 00:01:00');
    expect(localTimeBeside(after, before, 'Europe/Berlin')).toBe('17:01:00');
  });
});

describe('spans', () => {
  it.each([
    [0, '0 s', '0 秒'],
    [120, '0.1 s', '0.1 秒'],
    [499, '0.5 s', '0.5 秒'],
    [1_000, '1 s', '1 秒'],
    [59_499, '59 s', '59 秒'],
    [59_500, '1 min', '1 分钟'],
    [200_000, '3 min 20 s', '3 分钟 20 秒'],
    [3_600_000, '1 h', '1 小时'],
    [7_530_000, '2 h 5 min', '2 小时 5 分钟'],
    [3_605_000, '1 h', '1 小时'],
    [90_061_000, '1 d 1 h', '1 天 1 小时'],
    [700_000_000, '8 d 2 h', '8 天 2 小时'],
  ])('of %i ms: %s, %s', (milliseconds, en, zh) => {
    expect(spanInWords(milliseconds, 'en')).toBe(en);
    expect(spanInWords(milliseconds, 'zh-CN')).toBe(zh);
  });

  it('are never longer than they were, and never more than one smaller unit shorter', () => {
    const seconds = { d: 86_400, h: 3_600, min: 60, s: 1 };
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000_000 }), (span) => {
        const parts = [...spanInWords(span * 1_000, 'en').matchAll(/(\d+) (d|h|min|s)/g)];
        const told = parts.reduce(
          (sum, [, count, unit]) => sum + Number(count) * seconds[unit as keyof typeof seconds],
          0,
        );
        const smallest = span >= 86_400 ? 3_600 : span >= 3_600 ? 60 : 1;
        expect(told).toBeLessThanOrEqual(span);
        expect(span - told).toBeLessThan(smallest);
      }),
    );
  });
});

describe('values with their unit', () => {
  it.each([
    [231.44, 'V', '231.4 V'],
    [10_320, 'V', '10.32 kV'],
    [110_000, 'V', '110.0 kV'],
    [1_250_000, 'VA', '1.25 MVA'],
    [-4_200, 'var', '-4.20 kvar'],
    [0, 'W', '0.00 W'],
    [999.96, 'V', '1.00 kV'],
    [999_999, 'W', '1.00 MW'],
    [49.987, 'Hz', '49.99 Hz'],
    [1_234, '%', '1234 %'],
    [0.9051, '1', '0.905'],
  ])('%d %s is %s', (value, unit, text) => {
    expect(withUnit(value, unit)).toBe(text);
  });

  it('say the value to within half a percent, with one to three digits before the point', () => {
    const factors: Readonly<Record<string, number>> = { MW: 1e6, kW: 1e3, W: 1 };
    fc.assert(
      fc.property(fc.double({ min: 1, max: 9e8, noNaN: true }), (value) => {
        const [figure = '', unit = ''] = withUnit(value, 'W').split(' ');
        expect(Math.abs(Number(figure) * (factors[unit] ?? Number.NaN) - value) / value).toBeLessThanOrEqual(0.005);
        expect(figure).toMatch(/^\d{1,3}\.\d+$/);
      }),
    );
  });
});
