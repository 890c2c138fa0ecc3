import { expect, it } from 'vitest';
import type { Quantity } from '../../../src/domain/quantity.ts';
import type { Reading } from '../../../src/domain/reading.ts';
import { HeldValues } from '../../../src/meters/mqtt/held-values.ts';

const TIME = Date.UTC(2026, 2, 1, 8);
const MARKED = { value: 9, reason: 'marked by the meter' } as const;

function said(after: number, more: Partial<Reading>): Reading {
  return { meter: 'm', time: TIME + after, timeSource: 'payload', arrivedAt: TIME + after, values: {}, ...more };
}

const held = (...quantities: Quantity[]) => ({ held: new Set(quantities) });

it('names what was not said at an instant but before it', () => {
  const values = new HeldValues(60_000);
  const first = said(0, { values: { voltage_l1_n: 230 }, suspect: { current_l1: MARKED } });
  expect(values.completed(first)).toEqual(first);
  expect(values.completed(said(1_000, { values: { voltage_l2_n: 231 } }))).toEqual(
    said(1_000, {
      values: { voltage_l1_n: 230, voltage_l2_n: 231 },
      suspect: { current_l1: MARKED },
      ...held('voltage_l1_n', 'current_l1'),
    }),
  );
  expect(values.completed(said(1_000, { values: { voltage_l1_n: 104, current_l1: 5 } }))).toEqual(
    said(1_000, { values: { voltage_l1_n: 104, voltage_l2_n: 231, current_l1: 5 }, ...held('voltage_l2_n') }),
  );
});

it('holds nothing that is too old, that was taken back, or that a reading of the past is without', () => {
  const values = new HeldValues(60_000);
  values.completed(said(0, { values: { voltage_l1_n: 230 } }));
  values.completed(said(30_000, { values: { voltage_l2_n: 231, voltage_l3_n: 232 } }));
  const past = said(29_999, { values: { frequency: 50 } });
  expect(values.completed(past)).toBe(past);
  const missing = { voltage_l3_n: 'not available' } as const;
  expect(values.completed(said(60_001, { values: { frequency: 50 }, missing }))).toEqual(
    said(60_001, { values: { voltage_l2_n: 231, frequency: 50 }, missing, ...held('voltage_l2_n') }),
  );
  values.forget();
  const anew = said(60_002, { values: { frequency: 51 } });
  expect(values.completed(anew)).toEqual(anew);
});

it('follows a clock that is set back, for what has no time of its own: what is held stays as old as it was', () => {
  const values = new HeldValues(60_000);
  const arrived = (after: number, more: Partial<Reading>) => said(after, { timeSource: 'arrival', ...more });
  values.completed(arrived(0, { values: { voltage_l1_n: 230 } }));
  values.completed(arrived(30_000, { values: { voltage_l2_n: 231 } }));
  // By less than 5 s it is put right all day long: the reading is one of the past.
  const past = arrived(25_001, { values: { frequency: 50 } });
  expect(values.completed(past)).toBe(past);
  const back = 30_000 - 3_600_000;
  values.completed(arrived(30_000, { values: { voltage_l2_n: 231 } }));
  expect(values.completed(arrived(back, { values: { frequency: 50 } }))).toEqual(
    arrived(back, {
      values: { voltage_l1_n: 230, voltage_l2_n: 231, frequency: 50 },
      ...held('voltage_l1_n', 'voltage_l2_n'),
    }),
  );
  // The first voltage was said 60.001 s before, the second 30.001 s.
  expect(values.completed(arrived(back + 30_001, { values: { current_l1: 5 } }))).toEqual(
    arrived(back + 30_001, {
      values: { voltage_l2_n: 231, frequency: 50, current_l1: 5 },
      ...held('voltage_l2_n', 'frequency'),
    }),
  );
});

it('does not take an older time that a message says for a clock that was set back', () => {
  const values = new HeldValues(60_000);
  values.completed(said(0, { values: { voltage_l1_n: 230 } }));
  const past = said(-3_600_000, { values: { frequency: 50 } });
  expect(values.completed(past)).toBe(past);
});
