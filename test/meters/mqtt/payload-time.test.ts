import fc from 'fast-check';
import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import { PAYLOAD_TIME_FORMATS, timeOf } from '../../../src/meters/mqtt/payload-time.ts';

const ARRIVAL = Date.UTC(2026, 2, 1, 8);
const BERLIN = 'Europe/Berlin';

describe('a time in a payload', () => {
  it.each([
    ['compact', '20260301160000', 'Asia/Shanghai', ARRIVAL],
    ['compact', 20_260_301_160_000, 'Asia/Shanghai', ARRIVAL],
    ['compact', '20260301160000', undefined, undefined],
    ['compact', '20261301160000', 'UTC', undefined],
    ['compact', '2026030116000', 'UTC', undefined],
    ['iso', '2026-03-01T16:00:00', 'Asia/Shanghai', ARRIVAL],
    ['iso', '2026-03-01 16:00:00,5', 'Asia/Shanghai', ARRIVAL + 500],
    ['iso', '2026-03-01T16:00:00', undefined, undefined],
    ['iso', '2026-03-01T08:00:00Z', 'Asia/Shanghai', ARRIVAL],
    ['iso', 1_772_352_000, 'UTC', undefined],
    ['s', 1_772_352_000.5, undefined, ARRIVAL + 500],
    ['s', '1772352000', undefined, ARRIVAL],
    ['ms', 1_772_352_000_000, undefined, ARRIVAL],
    ['us', '1772352000000001', undefined, ARRIVAL],
    ['ns', '1772352000000591864', undefined, ARRIVAL + 1],
    ['s', '2026-03-01T08:00:00Z', undefined, undefined],
    ['auto', '2026-03-01T16:00:00', 'Asia/Shanghai', ARRIVAL],
    ['auto', true, 'UTC', undefined],
  ] as const)('as %s: %j in %s', (format, text, zone, expected) => {
    expect(timeOf(text, format, zone, ARRIVAL)).toBe(expected);
  });

  it('in the hour that clocks repeat is the one nearer to its arrival', () => {
    // 2026-10-25 02:30 in Berlin is 00:30 UTC, and an hour later 01:30 UTC.
    const first = Date.UTC(2026, 9, 25, 0, 30);
    const second = Date.UTC(2026, 9, 25, 1, 30);
    expect(timeOf('2026-10-25T02:30:00', 'iso', BERLIN, first + 2_000)).toBe(first);
    expect(timeOf('2026-10-25T02:30:00', 'iso', BERLIN, second + 2_000)).toBe(second);
  });

  it('comes back from local time as it went', () => {
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(2020, 0) / 1_000, max: Date.UTC(2035, 0) / 1_000 }), (seconds) => {
        const time = seconds * 1_000;
        const local = DateTime.fromMillis(time, { zone: BERLIN });
        expect(timeOf(local.toFormat('yyyyLLddHHmmss'), 'compact', BERLIN, time)).toBe(time);
        expect(timeOf(local.toFormat("yyyy-LL-dd'T'HH:mm:ss"), 'iso', BERLIN, time)).toBe(time);
      }),
    );
  });

  it('is a whole number or none, whatever stands there', () => {
    fc.assert(
      fc.property(fc.anything(), fc.constantFrom(...PAYLOAD_TIME_FORMATS), (found, format) => {
        const time = timeOf(found, format, 'UTC', ARRIVAL);
        expect(time === undefined || Number.isInteger(time)).toBe(true);
      }),
    );
  });
});
