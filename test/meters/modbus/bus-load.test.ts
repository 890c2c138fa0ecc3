import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BusLoad } from '../../../src/meters/modbus/bus-load.ts';

const START = Date.UTC(2026, 2, 1, 8);

describe('the load of a line', () => {
  it('is nothing before anything was asked', () => {
    expect(new BusLoad().share(START)).toBe(0);
  });

  it('is the share of the time since the first request, and then of the last minute', () => {
    const load = new BusLoad();
    load.add(START, START + 500);
    expect(load.share(START + 1_000)).toBe(0.5);
    for (let second = 1; second < 300; second += 1) {
      load.add(START + second * 1_000, START + second * 1_000 + 250);
    }
    expect(load.share(START + 300_000)).toBeCloseTo(0.25, 2);
    expect(load.share(START + 300_000 + 30_000)).toBeCloseTo(0.125, 1);
    expect(load.share(START + 300_000 + 61_000)).toBe(0);
  });

  it('is whole while one request takes all the time', () => {
    const load = new BusLoad();
    load.add(START, START + 200_000);
    expect(load.share(START + 200_000)).toBeCloseTo(1, 5);
  });

  it('begins anew when the clock is set back', () => {
    const load = new BusLoad();
    load.add(START, START + 10_000);
    load.add(START - 3_600_000, START - 3_600_000 + 1_000);
    expect(load.share(START - 3_600_000 + 2_000)).toBeCloseTo(0.5, 5);
  });

  it('is never less than nothing or more than all, whatever the spans', () => {
    const spans = fc.array(fc.tuple(fc.integer({ min: 0, max: 90_000 }), fc.integer({ min: 0, max: 90_000 })));
    fc.assert(
      fc.property(spans, fc.integer({ min: 0, max: 90_000 }), (steps, rest) => {
        const load = new BusLoad();
        let now = START;
        let first: number | undefined;
        const busy: [number, number][] = [];
        for (const [idle, work] of steps) {
          now += idle;
          first ??= now;
          load.add(now, now + work);
          busy.push([now, now + work]);
          now += work;
        }
        now += rest;
        const share = load.share(now);
        expect(share).toBeGreaterThanOrEqual(0);
        expect(share).toBeLessThanOrEqual(1);
        // By hand: what lies in the parts of five seconds that touch the last minute.
        const from = Math.max((Math.floor(now / 5_000) - 11) * 5_000, first ?? now);
        const sum = busy.reduce((total, [start, end]) => total + Math.max(0, end - Math.max(start, from)), 0);
        expect(share).toBeCloseTo(now > from ? Math.min(1, sum / (now - from)) : 0, 6);
      }),
    );
  });
});
