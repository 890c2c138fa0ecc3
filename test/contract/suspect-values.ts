import { expect, it } from 'vitest';
import { QUANTITY_NAMES } from '../../src/domain/quantity.ts';
import { type Reading, SUSPECT_REASONS, type Suspects } from '../../src/domain/reading.ts';
import type { SeriesStore } from '../../src/store/series-store.ts';
import { reading, T0 } from './readings.ts';

/** What every store must do with values that are not trusted. `written` brings readings to where they stay in the end. */
export function suspectValuesContract(written: (readings: readonly Reading[]) => Promise<SeriesStore>): void {
  it('keeps suspect values with their reasons, apart from the good ones', async () => {
    const values = { voltage_l1_n: 230.5, frequency: 50 };
    const suspect: Suspects = {
      voltage_l2_n: { value: -0.25, reason: 'out of range' },
      power_factor_total: { value: 1 / 3 + 2, reason: 'power factor impossible' },
    };
    const store = await written([reading('doubt', T0 + 250, values, suspect), reading('doubt', T0 + 500, values)]);
    expect(await store.readings('doubt', T0, T0 + 1_000)).toEqual([
      { meter: 'doubt', time: T0 + 250, values, suspect },
      { meter: 'doubt', time: T0 + 500, values },
    ]);
  });

  it.each(SUSPECT_REASONS)('knows the reason again: %s', async (reason) => {
    const suspect = Object.fromEntries(QUANTITY_NAMES.map((name, index) => [name, { value: index / 7, reason }]));
    const meter = `because ${reason}`;
    const store = await written([reading(meter, T0, {}, suspect)]);
    expect(await store.readings(meter, T0, T0 + 1)).toEqual([{ meter, time: T0, values: {}, suspect }]);
  });

  it('keeps a reading that has only suspect values, in its place among the others', async () => {
    const suspect: Suspects = { frequency: { value: 50, reason: 'frozen' } };
    const at = (second: number) => T0 + second * 1_000;
    const store = await written([
      reading('frozen', at(3), { frequency: 50.1 }),
      reading('frozen', at(2), {}, suspect),
      reading('frozen', at(1), { frequency: 49.9 }),
      reading('frozen', at(5), {}, suspect),
    ]);
    expect(await store.readings('frozen', at(1), at(5))).toEqual([
      { meter: 'frozen', time: at(1), values: { frequency: 49.9 } },
      { meter: 'frozen', time: at(2), values: {}, suspect },
      { meter: 'frozen', time: at(3), values: { frequency: 50.1 } },
    ]);
  });

  it('leaves out a suspect value that is not finite and keeps its neighbours', async () => {
    const reason = 'out of range';
    const infinite: Suspects = { current_l1: { value: Number.POSITIVE_INFINITY, reason } };
    const nothing: Suspects = { current_l2: { value: Number.NaN, reason } };
    const suspect: Suspects = { current_l3: { value: 1e9, reason } };
    const store = await written([
      reading('endless', T0, { frequency: 50 }, { ...infinite, ...suspect }),
      reading('endless', T0 + 1, { frequency: 51 }, infinite),
      reading('endless', T0 + 2, {}, nothing),
    ]);
    expect(await store.readings('endless', T0, T0 + 9)).toEqual([
      { meter: 'endless', time: T0, values: { frequency: 50 }, suspect },
      { meter: 'endless', time: T0 + 1, values: { frequency: 51 } },
    ]);
  });

  it('keeps what it has of an instant when a reading of it says nothing', async () => {
    const suspect: Suspects = { current_l1: { value: -1, reason: 'out of range' } };
    await written([reading('mute', T0, { frequency: 50 }, suspect)]);
    const store = await written([reading('mute', T0, {}), reading('mute', T0, { frequency: Number.NaN })]);
    expect(await store.readings('mute', T0, T0 + 9)).toEqual([
      { meter: 'mute', time: T0, values: { frequency: 50 }, suspect },
    ]);
  });

  it('replaces suspect values that are written again, however often', async () => {
    const first: Suspects = { frequency: { value: 12, reason: 'changes too fast' } };
    const suspect: Suspects = { frequency: { value: 13, reason: 'out of range' } };
    const once = reading('judged', T0, { current_l1: 1 }, first);
    const again = reading('judged', T0, { current_l1: 2 }, suspect);
    await written([once, once]);
    await written([once]);
    const store = await written([again, again]);
    expect(await store.readings('judged', T0, T0 + 9)).toEqual([
      { meter: 'judged', time: T0, values: { current_l1: 2 }, suspect },
    ]);
  });

  it('does not give back as good what was good at first and is suspect at the second writing', async () => {
    const suspect: Suspects = { frequency: { value: 50, reason: 'frozen' } };
    await written([reading('later', T0, { frequency: 50, current_l1: 1 })]);
    const store = await written([reading('later', T0, { current_l1: 1 }, suspect)]);
    expect(await store.readings('later', T0, T0 + 9)).toEqual([
      { meter: 'later', time: T0, values: { current_l1: 1 }, suspect },
    ]);
  });
}
