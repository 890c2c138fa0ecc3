import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { QUANTITY_NAMES, type Quantity } from '../../src/domain/quantity.ts';
import { type Reading, SUSPECT_REASONS, type Suspect, type Suspects, type Values } from '../../src/domain/reading.ts';
import type { Window } from '../../src/domain/window.ts';
import type { SeriesStore } from '../../src/store/series-store.ts';
import { reading, T0 } from './readings.ts';
import { suspectValuesContract } from './suspect-values.ts';

export interface StoreUnderTest {
  readonly store: SeriesStore;
  /** Brings what was written to where it stays in the end. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

const MINUTE = 60_000;

/** What every store must do, run once per way of opening one. */
export function seriesStoreContract(title: string, open: () => Promise<StoreUnderTest>): void {
  describe(title, () => {
    let opened: StoreUnderTest;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened?.close());

    async function written(readings: readonly Reading[]): Promise<SeriesStore> {
      await opened.store.writeReadings(readings);
      await opened.settle();
      return opened.store;
    }

    it('gives back exactly what was written', async () => {
      const values = {
        voltage_l1_n: 230.123456789012,
        current_l1: -0.1,
        frequency: 49.98,
        energy_active_import: 1e15 + 0.5,
      };
      const store = await written([reading('exact', T0 + 250, values)]);
      expect(await store.readings('exact', T0, T0 + 1_000)).toEqual([{ meter: 'exact', time: T0 + 250, values }]);
    });

    it('keeps every quantity of a reading', async () => {
      const values = Object.fromEntries(QUANTITY_NAMES.map((name, index) => [name, index + 1 / 3]));
      const store = await written([reading('all', T0, values)]);
      expect(await store.readings('all', T0, T0 + 1)).toEqual([{ meter: 'all', time: T0, values }]);
    });

    it('answers in order of time, whatever the order of writing', async () => {
      const times = [5, 1, 9, 3, 7].map((second) => T0 + second * 1_000);
      const store = await written(times.map((time) => reading('order', time, { frequency: 50 })));
      const found = await store.readings('order', T0, T0 + MINUTE);
      expect(found.map((row) => row.time)).toEqual([1, 3, 5, 7, 9].map((second) => T0 + second * 1_000));
    });

    it('takes a range from its first instant to just before its last', async () => {
      const times = [T0 - 1, T0, T0 + 1, T0 + 599_999, T0 + 600_000, T0 + 600_001];
      const store = await written(times.map((time) => reading('range', time, { frequency: 50 })));
      const found = await store.readings('range', T0, T0 + 600_000);
      expect(found.map((row) => row.time)).toEqual([T0, T0 + 1, T0 + 599_999]);
      expect(await store.readings('range', T0 + 2, T0 + 2)).toEqual([]);
      expect(await store.readings('range', T0 + 9, T0 + 2)).toEqual([]);
    });

    it('replaces a value that is written again', async () => {
      await written([reading('again', T0, { frequency: 49 }), reading('again', T0 + 1, { frequency: 49.5 })]);
      const store = await written([reading('again', T0, { frequency: 51 })]);
      const found = await store.readings('again', T0, T0 + 2);
      expect(found.map((row) => row.values.frequency)).toEqual([51, 49.5]);
    });

    it('adds to an instant what is said of it later, and replaces only what is said anew', async () => {
      const at = (values: Values, suspect?: Suspects) => written([reading('parts', T0, values, suspect)]);
      const suspect: Suspects = { current_l2: { value: -1, reason: 'out of range' } };
      await at({ voltage_l1_n: 230, current_l1: 5 }, suspect);
      await at({ voltage_l1_n: 230 });
      const doubt: Suspects = { power_factor_total: { value: 3, reason: 'power factor impossible' } };
      const store = await at({ voltage_l1_n: 231, frequency: 50 }, doubt);
      const values = { voltage_l1_n: 231, current_l1: 5, frequency: 50 };
      const whole = { meter: 'parts', time: T0, values, suspect: { ...suspect, ...doubt } };
      // What waits to be sent to a database is joined with what it has when it is there.
      expect(await store.readings('parts', T0, T0 + 1)).toEqual([whole]);
    });

    it('adds a part to an instant that the same call has twice', async () => {
      const parts: Values[] = [{ voltage_l1_n: 230, current_l1: 5 }, { voltage_l1_n: 229 }, { current_l2: 6 }];
      const store = await written(parts.map((values) => reading('twice', T0, values)));
      const values = { voltage_l1_n: 229, current_l1: 5, current_l2: 6 };
      const whole = { meter: 'twice', time: T0, values };
      expect(await store.readings('twice', T0, T0 + 1)).toEqual([whole]);
    });

    it('keeps meters apart', async () => {
      const store = await written([
        reading('apart-1', T0, { frequency: 49 }),
        reading('apart-2', T0, { frequency: 51 }),
      ]);
      expect((await store.readings('apart-2', T0, T0 + 1)).map((row) => row.values)).toEqual([{ frequency: 51 }]);
      expect(await store.readings('apart-3', T0, T0 + 1)).toEqual([]);
    });

    it('takes nothing for nothing', async () => {
      const none = reading('none', T0, { frequency: Number.NaN, voltage_l1_n: Number.POSITIVE_INFINITY });
      const store = await written([none, reading('none', T0 + 1, {})]);
      await store.writeReadings([]);
      await store.writeWindows([]);
      expect(await store.readings('none', T0, T0 + 10)).toEqual([]);
    });

    it('leaves out a value that is not finite and keeps its neighbours', async () => {
      const store = await written([reading('part', T0, { frequency: Number.NaN, voltage_l1_n: 230 })]);
      expect((await store.readings('part', T0, T0 + 1)).map((row) => row.values)).toEqual([{ voltage_l1_n: 230 }]);
    });

    it.each(['表计-07', 'a b,c=d', "o'clock", 'say "hi"', '$meter', 'ünï 🙂', 'x; DROP'])(
      'takes the meter id %s',
      async (meter) => {
        const store = await written([reading(meter, T0, { frequency: 50.25 })]);
        expect(await store.readings(meter, T0, T0 + 1)).toEqual([{ meter, time: T0, values: { frequency: 50.25 } }]);
      },
    );

    it('gives windows back, each span by itself, with the quantities that are asked for', async () => {
      const aggregates = {
        voltage_l1_n: { value: 230.1, min: 229.9, max: 230.3, count: 59 },
        active_power_total: { value: -1e6 / 3, min: -4e5, max: 0, count: 60 },
      };
      const windows: Window[] = [
        { meter: 'w', span: '1m', start: T0 + MINUTE, count: 60, expected: 60, aggregates },
        { meter: 'w', span: '1m', start: T0, count: 0, expected: 60, aggregates: {} },
        { meter: 'w', span: '10m', start: T0, count: 599, expected: 600, aggregates },
      ];
      const { store } = opened;
      await store.writeWindows(windows);
      await opened.settle();
      expect(await store.windows('w', '1m', T0, T0 + 2 * MINUTE)).toEqual([windows[1], windows[0]]);
      expect(await store.windows('w', '1m', T0, T0 + MINUTE)).toEqual([windows[1]]);
      expect(await store.windows('w', '10m', T0, T0 + MINUTE)).toEqual([windows[2]]);
      const { active_power_total } = aggregates;
      expect(await store.windows('w', '10m', T0, T0 + MINUTE, ['active_power_total', 'thd_u_l1'])).toEqual([
        { ...windows[2], aggregates: { active_power_total } },
      ]);
    });

    it('replaces a window that is written again', async () => {
      const window: Window = { meter: 'w2', span: '1m', start: T0, count: 3, expected: 60, aggregates: {} };
      await opened.store.writeWindows([window]);
      await opened.settle();
      await opened.store.writeWindows([{ ...window, count: 60 }]);
      await opened.settle();
      expect((await opened.store.windows('w2', '1m', T0, T0 + 1)).map(({ count }) => count)).toEqual([60]);
    });

    it('answers more rows than one query or chunk holds', async () => {
      const times = Array.from({ length: 4_500 }, (_, index) => T0 + index * 1_000);
      const store = await written(times.map((time, index) => reading('many', time, { frequency: 50 + index / 7 })));
      const found = await store.readings('many', T0, T0 + 10_000_000);
      expect(found.map((row) => row.time)).toEqual(times);
      expect(found.map((row) => row.values.frequency)).toEqual(times.map((_, index) => 50 + index / 7));
    });

    suspectValuesContract(written);

    let run = 0;
    it('agrees with a plain map for random readings, rewritings and ranges', async () => {
      const HOURS = 2 * 60 * MINUTE;
      const value = fc.double({ noNaN: true, noDefaultInfinity: true });
      const at = fc.integer({ min: 0, max: HOURS - 1 });
      const pieces = fc.record({
        quantities: fc.subarray([...QUANTITY_NAMES], { minLength: 1, maxLength: 6 }),
        // As many of the quantities as there are reasons are suspect in every reading.
        reasons: fc.array(fc.constantFrom(...SUSPECT_REASONS), { maxLength: 6 }),
        writes: fc.array(fc.array(fc.tuple(at, fc.array(value, { minLength: 6, maxLength: 6 })), { maxLength: 12 }), {
          minLength: 1,
          maxLength: 4,
        }),
        range: fc.tuple(at, at),
      });
      await fc.assert(
        fc.asyncProperty(pieces, async ({ quantities, reasons, writes, range }) => {
          const meter = `random-${run++}`;
          const expected = new Map<number, Pick<Reading, 'values' | 'suspect'>>();
          for (const batch of writes) {
            const readings = batch.map(([time, values]) =>
              randomReading(meter, T0 + time, quantities, values, reasons),
            );
            for (const { time, values, suspect } of readings)
              expected.set(time, { values, ...(suspect && { suspect }) });
            await written(readings);
          }
          const [from, to] = [T0 + Math.min(...range), T0 + Math.max(...range)];
          const rows = [...expected].filter(([time]) => time >= from && time < to).sort(([a], [b]) => a - b);
          const found = await opened.store.readings(meter, from, to);
          expect(found).toEqual(rows.map(([time, row]) => ({ meter, time, ...row })));
        }),
        { numRuns: 25 },
      );
    });
  });
}

/** The quantities that have a reason are suspect, the others good. */
function randomReading(
  meter: string,
  time: number,
  quantities: readonly Quantity[],
  numbers: readonly number[],
  reasons: readonly Suspect['reason'][],
): Reading {
  const values: Record<string, number> = {};
  const suspect: Record<string, Suspect> = {};
  for (const [index, quantity] of quantities.entries()) {
    // Without negative zero: InfluxDB has one zero only.
    const value = (numbers[index] ?? 0) + 0;
    const reason = reasons[index];
    if (reason === undefined) values[quantity] = value;
    else suspect[quantity] = { value, reason };
  }
  return reading(meter, time, values, reasons.length > 0 ? suspect : undefined);
}
