import { describe, expect, it } from 'vitest';
import { OwnReadings } from '../../../src/meters/modbus/own-readings.ts';

describe('the readings of our own', () => {
  it('leave a gap where more than three polls and ten seconds are missing', () => {
    const own = new OwnReadings(10_000);
    for (const time of [0, 10_000, 40_000]) own.came(time);
    expect(own.hasGaps).toBe(false);
    own.came(80_000);
    expect([40_000, 40_001, 79_999, 80_000].map((time) => own.isMissing(time))).toEqual([false, true, true, false]);
    const quick = new OwnReadings(1_000);
    for (const time of [0, 10_000, 20_001]) quick.came(time);
    expect([5_000, 15_000].map((time) => quick.isMissing(time))).toEqual([false, true]);
  });

  it('leave one while the daemon was down', () => {
    const own = new OwnReadings(1_000);
    own.came(100_000);
    own.came(101_000);
    own.resume(40_000, [{ from: 10_000, to: 30_000 }]);
    const missing = [9_000, 20_000, 35_000, 70_000, 100_500].map((time) => own.isMissing(time));
    expect(missing).toEqual([false, true, false, true, false]);
  });

  it('forget what nothing fills any more', () => {
    const own = new OwnReadings(1_000);
    for (const time of [0, 60_000, 61_000, 120_000]) own.came(time);
    own.forget(100_000);
    expect([30_000, 90_000].map((time) => own.isMissing(time))).toEqual([false, true]);
    own.forget(120_001);
    expect(own.hasGaps).toBe(false);
  });

  it('join the oldest gaps when a line comes and goes for days', () => {
    const own = new OwnReadings(1_000);
    for (let hour = 0; hour < 1_000; hour += 1) own.came(hour * 3_600_000);
    expect(own.isMissing(1_800_000)).toBe(true);
    expect(own.isMissing(999 * 3_600_000 - 1)).toBe(true);
    // Joined: what was read between two old gaps is not known any more. Of the newest hundred it is.
    expect(own.isMissing(3_600_000)).toBe(true);
    expect(own.isMissing(990 * 3_600_000)).toBe(false);
  });
});
