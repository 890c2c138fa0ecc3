import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import type { Quantity } from '../../src/domain/quantity.ts';
import type { Reading, Suspects, Values } from '../../src/domain/reading.ts';
import type { Window } from '../../src/domain/window.ts';
import { EmbeddedStore } from '../../src/store/embedded.ts';
import { reading, T0 } from '../contract/readings.ts';
import { keepingLog } from './keeping-log.ts';
import { temporaryFolder } from './temporary-folder.ts';

const DAY = 86_400_000;
const LOW: Suspects = { frequency: { value: 12, reason: 'out of range' } };
const GOOD: Values = { frequency: 50, current_l1: 5, current_l2: 6 };

let file: string;

beforeEach(() => {
  file = join(temporaryFolder(), 'readings.db');
});

async function opened(): Promise<EmbeddedStore> {
  const forEver = 1_000 * DAY;
  const store = new EmbeddedStore({ file, keepReadingsMs: forEver, keepWindowsMs: forEver, log: keepingLog() });
  await store.start();
  onTestFinished(() => store.stop());
  return store;
}

const stays = async () => undefined;
const settles = (store: EmbeddedStore) => store.maintain(T0 + DAY);

/** Where the first writing is when the second comes, and where both are in the end. */
const PLACES = [
  ['both hot', stays, stays],
  ['hot over a chunk', settles, stays],
  ['settled together', stays, settles],
  ['one settled upon the other', settles, settles],
] as const;

const LATER: readonly (readonly [string, Partial<Reading>, Pick<Reading, 'values' | 'suspect'>])[] = [
  ['a part leaves the rest', { values: { current_l1: 7 } }, { values: { ...GOOD, current_l1: 7 } }],
  [
    'what is suspect is not good any more',
    { suspect: LOW },
    { values: { current_l1: 5, current_l2: 6 }, suspect: LOW },
  ],
  [
    'what is missing is not there any more',
    { values: { current_l1: 7 }, missing: { frequency: 'not available' } },
    { values: { current_l1: 7, current_l2: 6 } },
  ],
  [
    'what is suspect and held over was not said',
    { values: { current_l2: 8 }, suspect: LOW, held: new Set(['frequency']) },
    { values: { ...GOOD, current_l2: 8 } },
  ],
  ['a reading that only misses something says nothing', { missing: { frequency: 'not available' } }, { values: GOOD }],
];

for (const [place, between, after] of PLACES) {
  it.each(LATER)(`${place}: %s`, async (_, later, expected) => {
    const store = await opened();
    await store.writeReadings([reading('m1', T0, GOOD), reading('m1', T0 + 1, GOOD)]);
    await between(store);
    await store.writeReadings([{ ...reading('m1', T0, {}), ...later }]);
    await after(store);
    expect(await store.readings('m1', T0, T0 + 9)).toEqual([
      { meter: 'm1', time: T0, ...expected },
      { meter: 'm1', time: T0 + 1, values: GOOD },
    ]);
  });

  it(`${place}: a window is replaced with all that it had`, async () => {
    const store = await opened();
    const aggregate = { value: 1, min: 1, max: 1, count: 60 };
    const window: Window = { meter: 'm1', span: '1m', start: T0, count: 60, expected: 60, aggregates: {} };
    await store.writeWindows([{ ...window, aggregates: { frequency: aggregate, current_l1: aggregate } }]);
    await between(store);
    const again = { ...window, count: 30, aggregates: { frequency: { ...aggregate, count: 30 } } };
    await store.writeWindows([again]);
    await after(store);
    expect(await store.windows('m1', '1m', T0, T0 + 1)).toEqual([again]);
  });
}

it('loses no part that is written while rows move', async () => {
  const store = await opened();
  const times = Array.from({ length: 3_000 }, (_, index) => T0 + index * 200);
  await store.writeReadings(times.map((time) => reading('m1', time, { frequency: 50 })));
  let hasMoved = false;
  const moving = settles(store).finally(() => {
    hasMoved = true;
  });
  let parts = 0;
  for (; !hasMoved; parts++) {
    const time = T0 + parts * 200;
    await store.writeReadings([reading('m1', time, { current_l1: parts })]);
    const [now] = await store.readings('m1', time, time + 1);
    expect(now?.values).toEqual({ frequency: 50, current_l1: parts });
  }
  await moving;
  expect(parts).toBeGreaterThan(3);
  const expected = times.map((_, index) => ({ frequency: 50, ...(index < parts && { current_l1: index }) }));
  for (const after of [stays, settles]) {
    await after(store);
    expect((await store.readings('m1', T0, T0 + DAY)).map(({ values }) => values)).toEqual(expected);
  }
});

const QUANTITIES = ['frequency', 'current_l1', 'current_l2', 'voltage_l1_n'] as const satisfies Quantity[];
const SAID = ['good', 'suspect', 'missing', 'held', 'held suspect', 'nothing'] as const;

const steps = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        second: fc.nat(2),
        said: fc.tuple(...QUANTITIES.map(() => fc.constantFrom(...SAID))),
        value: fc.integer({ min: 1, max: 99 }),
      }),
    },
    { weight: 2, arbitrary: fc.constantFrom('settle', 'open again') },
  ),
  { minLength: 3, maxLength: 14 },
);

type Drawn = { readonly second: number; readonly said: readonly (typeof SAID)[number][]; readonly value: number };

function drawnReading({ second, said, value }: Drawn): Reading {
  const kinds = (...of: readonly string[]) => QUANTITIES.filter((_, index) => of.includes(said[index] ?? ''));
  const all = <T>(names: readonly Quantity[], each: T) => Object.fromEntries(names.map((name) => [name, each]));
  return {
    ...reading('m1', T0 + second * 1_000, all(kinds('good', 'held'), value)),
    suspect: all(kinds('suspect', 'held suspect'), { value, reason: 'frozen' } as const),
    missing: all(kinds('missing'), 'not available' as const),
    held: new Set(kinds('held', 'held suspect')),
  };
}

/** The rule quantity by quantity: two registers per instant, what is good and what is suspect. */
function written(register: Map<string, number>, { second, said, value }: Drawn): void {
  if (!said.some((each) => each === 'good' || each === 'suspect' || each === 'held')) return;
  for (const [index, quantity] of QUANTITIES.entries()) {
    const [good, suspect] = [`${second} good ${quantity}`, `${second} suspect ${quantity}`];
    const each = said[index];
    if (each === 'good' || each === 'held') register.set(good, value);
    if (each === 'suspect') register.set(suspect, value);
    if (each === 'suspect' || each === 'missing') register.delete(good);
    if (each === 'good') register.delete(suspect);
  }
}

function expectedOf(register: ReadonlyMap<string, number>) {
  return [0, 1, 2].flatMap((second) => {
    const values: Partial<Record<Quantity, number>> = {};
    const suspect: Partial<Record<Quantity, { value: number; reason: 'frozen' }>> = {};
    for (const quantity of QUANTITIES) {
      const [good, doubtful] = [
        register.get(`${second} good ${quantity}`),
        register.get(`${second} suspect ${quantity}`),
      ];
      if (doubtful !== undefined) suspect[quantity] = { value: doubtful, reason: 'frozen' };
      else if (good !== undefined) values[quantity] = good;
    }
    const isSuspect = Object.keys(suspect).length > 0;
    if (!isSuspect && Object.keys(values).length === 0) return [];
    return [{ meter: 'm1', time: T0 + second * 1_000, values, ...(isSuspect && { suspect }) }];
  });
}

it('whatever is written again, settled and opened again in any order, each quantity is what was said of it last', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (drawn) => {
      file = join(temporaryFolder(), 'readings.db');
      let store = await opened();
      const register = new Map<string, number>();
      for (const step of drawn) {
        if (step === 'settle') await settles(store);
        else if (step === 'open again') {
          await store.stop();
          store = await opened();
        } else {
          await store.writeReadings([drawnReading(step)]);
          written(register, step);
        }
        expect(await store.readings('m1', T0, T0 + DAY)).toEqual(expectedOf(register));
      }
      await store.stop();
    }),
    { numRuns: 120 },
  );
});
