import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Values } from '../../src/domain/reading.ts';
import { completeness } from '../../src/domain/window.ts';
import { ALLOWED_LATENESS, Windows } from '../../src/windows/windows.ts';

const START = Date.UTC(2026, 2, 1, 8, 0, 0);
const MINUTE = 60_000;

const at = (offset: number, values: Values, meter = 'm') => ({ meter, time: START + offset, values });
const every = (interval: number) => new Windows(() => interval);

describe('windows', () => {
  it('average voltages by RMS: 300 s at 220 V and 300 s at 230 V give 225.055549 V (oracle 8a)', () => {
    const windows = every(1_000);
    for (let second = 0; second < 600; second++) {
      windows.add(
        at(second * 1000, { voltage_l1_n: second < 300 ? 220 : 230, active_power_total: second < 300 ? 0 : 10 }),
      );
    }
    const ten = windows.close(START + 10 * MINUTE + ALLOWED_LATENESS).find((window) => window.span === '10m');
    expect(ten?.aggregates.voltage_l1_n?.value).toBeCloseTo(225.055549, 6);
    expect(ten?.aggregates.voltage_l1_n).toMatchObject({ min: 220, max: 230, count: 600 });
    expect(ten?.aggregates.active_power_total?.value).toBe(5);
  });

  it('do not hide a short outage: 590 s at 220 V and 10 s at 0 V give 218.158963 V (oracle 8a2)', () => {
    const windows = every(1_000);
    for (let second = 0; second < 600; second++)
      windows.add(at(second * 1000, { voltage_l1_n: second < 590 ? 220 : 0 }));
    const ten = windows.close(START + 11 * MINUTE).find((window) => window.span === '10m');
    expect(ten?.aggregates.voltage_l1_n?.value).toBeCloseTo(218.158963, 6);
  });

  it('take the latest of a counter, also when it came first', () => {
    const windows = every(1_000);
    windows.add(at(2_000, { energy_active_import: 102 }));
    windows.add(at(1_000, { energy_active_import: 101 }));
    const [minute] = windows.close(START + 2 * MINUTE);
    expect(minute?.aggregates.energy_active_import?.value).toBe(102);
  });

  it('are aligned to the clock and closed by time alone, a lateness after their end', () => {
    const windows = every(1_000);
    windows.add(at(59_999, { frequency: 50 }));
    windows.add(at(60_000, { frequency: 49 }));
    expect(windows.close(START + MINUTE + ALLOWED_LATENESS - 1)).toEqual([]);
    expect(windows.close(START + MINUTE + ALLOWED_LATENESS)).toMatchObject([
      { span: '1m', start: START, count: 1, expected: 60, aggregates: { frequency: { value: 50, count: 1 } } },
    ]);
    expect(windows.close(START + 2 * MINUTE + ALLOWED_LATENESS)).toMatchObject([
      { start: START + MINUTE, aggregates: { frequency: { value: 49 } } },
    ]);
  });

  it('refuse what comes after closing, and the same instant twice', () => {
    const windows = every(1_000);
    expect(windows.add(at(1_000, { frequency: 50 }))).toBe('new');
    expect(windows.add(at(1_000, { frequency: 50 }))).toBe('known');
    const [minute] = windows.close(START + MINUTE + ALLOWED_LATENESS);
    expect(minute?.count).toBe(1);
    expect(windows.add(at(2_000, { frequency: 50 }))).toBe('late');
    expect(windows.close(START + 2 * MINUTE)).toEqual([]);
  });

  it('take more values of an instant that they have, and do not count it twice', () => {
    const windows = every(1_000);
    windows.add(at(1_000, { frequency: 50 }));
    windows.amend(at(1_000, { current_l1: 7 }));
    windows.amend(at(9_000, { current_l1: 99 }));
    expect(windows.close(START + 2 * MINUTE)[0]).toMatchObject({
      count: 1,
      aggregates: { current_l1: { value: 7, count: 1 } },
    });
  });

  it('count what is missing against the poll interval', () => {
    const windows = every(10_000);
    for (const second of [0, 10, 30, 40, 50]) windows.add(at(second * 1000, { frequency: 50 }));
    const [minute] = windows.close(START + 2 * MINUTE);
    expect(minute).toMatchObject({ count: 5, expected: 6 });
    expect(minute && completeness(minute)).toBeCloseTo(5 / 6);
  });

  it('keep meters apart, and a quantity that comes now and then has its own count', () => {
    const windows = every(1_000);
    windows.add(at(1_000, { frequency: 50, current_l1: 3 }, 'a'));
    windows.add(at(2_000, { frequency: 50 }, 'a'));
    windows.add(at(1_000, { frequency: 40 }, 'b'));
    const closed = windows.close(START + 2 * MINUTE);
    expect(closed.find(({ meter }) => meter === 'a')?.aggregates).toMatchObject({
      frequency: { count: 2 },
      current_l1: { count: 1 },
    });
    expect(closed.find(({ meter }) => meter === 'b')?.aggregates.frequency?.value).toBe(40);
  });

  it('hold, for any readings in any order, RMS² · n = Σx² and min <= RMS <= max', () => {
    const volts = fc.array(fc.double({ min: 0.001, max: 1e5, noNaN: true }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(volts, fc.infiniteStream(fc.nat()), (values, order) => {
        const windows = every(1_000);
        const readings = values.map((value, index) => ({ value, key: order.next().value ?? 0, index }));
        for (const { value, index } of readings.sort((a, b) => a.key - b.key))
          windows.add(at(index * 1000, { voltage_l1_n: value }));
        const aggregate = windows.close(START + 2 * MINUTE)[0]?.aggregates.voltage_l1_n;
        const squares = values.reduce((sum, value) => sum + value * value, 0);
        expect((aggregate?.value ?? 0) ** 2 * values.length).toBeCloseTo(
          squares,
          -1 * Math.floor(Math.log10(squares + 1)) + 3,
        );
        expect(aggregate?.value).toBeGreaterThanOrEqual((aggregate?.min ?? 0) * (1 - 1e-12));
        expect(aggregate?.value).toBeLessThanOrEqual((aggregate?.max ?? 0) * (1 + 1e-12));
      }),
    );
  });

  it('say of ten minutes what all their readings say, whenever each came and whichever minute had closed by then', () => {
    const second = fc.integer({ min: 0, max: 599 });
    const volts = fc.uniqueArray(fc.tuple(second, fc.integer({ min: 1, max: 400 })), {
      selector: ([at]) => at,
      minLength: 1,
    });
    fc.assert(
      fc.property(volts, fc.array(fc.integer({ min: 0, max: 604 }), { maxLength: 12 }), (readings, ticks) => {
        const windows = every(1_000);
        // Clock ticks come in order between the readings, which come in any order.
        const rising = ticks.toSorted((a, b) => a - b);
        for (const [second, value] of readings) {
          windows.add(at(second * 1_000, { voltage_l1_n: value, energy_active_import: second }));
          const tick = rising.shift();
          if (tick !== undefined) windows.close(START + tick * 1_000);
        }
        const ten = windows.close(START + 11 * MINUTE).find(({ span }) => span === '10m');
        const values = readings.map(([, value]) => value);
        const squares = values.reduce((sum, value) => sum + value * value, 0);
        expect(ten?.count).toBe(values.length);
        expect(ten?.aggregates.voltage_l1_n?.value).toBeCloseTo(Math.sqrt(squares / values.length), 9);
        expect(ten?.aggregates.voltage_l1_n).toMatchObject({
          min: Math.min(...values),
          max: Math.max(...values),
          count: values.length,
        });
        expect(ten?.aggregates.energy_active_import?.value).toBe(Math.max(...readings.map(([at]) => at)));
      }),
    );
  });
});
