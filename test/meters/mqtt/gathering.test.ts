import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Quantity } from '../../../src/domain/quantity.ts';
import type { Reading, Values } from '../../../src/domain/reading.ts';
import { Gathering } from '../../../src/meters/mqtt/gathering.ts';
import { type Receipt, Receipts } from '../../../src/meters/mqtt/receipts.ts';

const START = Date.UTC(2026, 2, 1, 8);
const SPAN = 2_000;
const QUANTITIES = ['voltage_l1_n', 'voltage_l2_n', 'voltage_l3_n', 'current_l1', 'current_l2', 'current_l3'] as const;
const MANY: readonly Quantity[] = [...QUANTITIES, 'frequency', 'active_power_l1', 'active_power_l2', 'active_power_l3'];

let delivered: { reading: Reading; messages: readonly (number | undefined)[] }[];
let receipts: Receipts;

beforeEach(() => {
  vi.useFakeTimers();
  delivered = [];
  receipts = new Receipts(
    () => undefined,
    () => undefined,
  );
});
afterEach(() => {
  vi.useRealTimers();
});

function gathering(isWindowKnown = true): Gathering {
  return new Gathering((reading, from) => {
    delivered.push({ reading, messages: from.map(({ messageId }) => messageId) });
  }, isWindowKnown);
}

function part(values: Values, after = 0, more: Partial<Reading> = {}): Reading {
  return { meter: 'm1', time: START + after, timeSource: 'arrival', arrivedAt: START + after, values, ...more };
}

function message(id: number): Receipt {
  return receipts.take(new PassThrough(), 'site/1', id);
}

it('makes one reading of the parts that come within the span after the first', () => {
  const gathered = gathering();
  gathered.add(part({ voltage_l1_n: 230 }), SPAN, message(1));
  vi.advanceTimersByTime(SPAN - 1);
  gathered.add(part({ voltage_l2_n: 231 }, SPAN - 1), SPAN, message(2));
  expect(delivered).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(delivered).toEqual([
    {
      reading: part({ voltage_l1_n: 230, voltage_l2_n: 231 }, 0, { arrivedAt: START + SPAN - 1 }),
      messages: [1, 2],
    },
  ]);
  gathered.add(part({ voltage_l3_n: 232 }, SPAN), SPAN, message(3));
  gathered.flush();
  expect(delivered[1]).toEqual({ reading: part({ voltage_l3_n: 232 }, SPAN), messages: [3] });
});

it('keeps of the first part why its time was not believed, as the time is that of the first part', () => {
  const gathered = gathering();
  gathered.add(part({ voltage_l1_n: 230 }, 0, { timeFault: 'too old' }), SPAN, message(1));
  gathered.add(part({ voltage_l2_n: 231 }, 1), SPAN, message(2));
  gathered.relieve();
  gathered.add(part({ voltage_l3_n: 232 }, 2), SPAN, message(3));
  gathered.flush();
  expect(delivered.map(({ reading }) => reading)).toMatchObject([
    { time: START, timeFault: 'too old', values: { voltage_l1_n: 230, voltage_l2_n: 231 } },
    { time: START, timeFault: 'too old', values: { voltage_l3_n: 232 } },
  ]);
  gathered.add(part({ voltage_l1_n: 230 }, 10, { timeSource: 'payload' }), SPAN, message(4));
  gathered.relieve();
  gathered.add(part({ voltage_l2_n: 231 }, 12, { timeFault: 'not a time' }), SPAN, message(5));
  gathered.flush();
  expect(delivered.slice(2).map(({ reading }) => reading)).toEqual([
    part({ voltage_l1_n: 230 }, 10, { timeSource: 'payload' }),
    part({ voltage_l2_n: 231 }, 10, { timeSource: 'payload', arrivedAt: START + 12 }),
  ]);
});

it('ends a reading when a quantity repeats, whatever is known of it', () => {
  const gathered = gathering();
  gathered.add(part({ voltage_l1_n: 230 }), SPAN, message(1));
  gathered.add(part({}, 10, { missing: { voltage_l2_n: 'not available' } }), SPAN, message(2));
  gathered.add(part({}, 20, { suspect: { current_l1: { value: 9, reason: 'out of range' } } }), SPAN, message(3));
  gathered.add(part({ voltage_l2_n: 231 }, 30), SPAN, message(4));
  expect(delivered).toEqual([
    {
      reading: part({ voltage_l1_n: 230 }, 0, {
        arrivedAt: START + 20,
        missing: { voltage_l2_n: 'not available' },
        suspect: { current_l1: { value: 9, reason: 'out of range' } },
      }),
      messages: [1, 2, 3],
    },
  ]);
  gathered.add(part({ current_l1: 10 }, 40), SPAN, message(5));
  gathered.flush();
  expect(delivered[1]?.reading).toEqual(part({ voltage_l2_n: 231, current_l1: 10 }, 30, { arrivedAt: START + 40 }));
});

it('keeps parts of other times apart, as they come from a backlog, and meters from each other', () => {
  const gathered = gathering();
  const from = (time: number, values: Values) => part(values, time, { timeSource: 'payload', arrivedAt: START });
  gathered.add(from(0, { voltage_l1_n: 230 }), SPAN, message(1));
  gathered.add(from(SPAN, { voltage_l2_n: 231 }), SPAN, message(2));
  gathered.add({ ...from(0, { voltage_l3_n: 232 }), meter: 'm2' }, SPAN, message(3));
  gathered.add(from(SPAN + 1, { voltage_l3_n: 233 }), SPAN, message(4));
  gathered.flush();
  expect(delivered.map(({ reading, messages }) => [reading.meter, reading.time - START, messages])).toEqual([
    ['m1', 0, [1, 2]],
    ['m2', 0, [3]],
    ['m1', SPAN + 1, [4]],
  ]);
});

it('lets a broker go on that waits for acknowledgements; what follows joins the reading at its time', () => {
  const gathered = gathering(false);
  for (const [index, quantity] of MANY.entries()) gathered.add(part({ [quantity]: 1 }, index), SPAN, message(index));
  vi.advanceTimersByTime(99);
  expect(delivered).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(delivered.map(({ messages }) => messages)).toEqual([MANY.map((_, index) => index)]);
  gathered.add(part({ active_power_total: 3 }, 120), SPAN, message(10));
  vi.advanceTimersByTime(SPAN);
  expect(delivered[1]).toEqual({
    reading: part({ active_power_total: 3 }, 0, { arrivedAt: START + 120 }),
    messages: [10],
  });
});

it('does not hurry where the broker knows how much may wait, or sends on', () => {
  const patient = gathering(true);
  for (const [index, quantity] of MANY.entries()) patient.add(part({ [quantity]: 1 }, index), SPAN, message(index));
  vi.advanceTimersByTime(SPAN - 1);
  expect(delivered).toEqual([]);
  patient.flush();
  delivered = [];

  const busy = gathering(false);
  for (const [index, quantity] of MANY.entries()) busy.add(part({ [quantity]: 1 }, index), SPAN, message(index));
  vi.advanceTimersByTime(99);
  busy.add(part({ active_power_total: 3 }, 99), SPAN, message(10));
  vi.advanceTimersByTime(99);
  expect(delivered).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(delivered).toHaveLength(1);
});

it('holds every message until its part is handed on and durable', async () => {
  const line = new PassThrough();
  const kept = new Gathering((_, from) => {
    for (const receipt of from) receipts.doneAfter(Promise.resolve(), receipt);
  }, true);
  for (const [id, quantity] of [[1, 'voltage_l1_n'] as const, [2, 'voltage_l2_n'] as const]) {
    const receipt = receipts.take(line, 'site/1', id);
    kept.add(part({ [quantity]: 230 }), SPAN, receipt);
    receipt.done();
  }
  await vi.advanceTimersByTimeAsync(SPAN - 1);
  expect(line.read()).toBeNull();
  expect(receipts.inHand).toBe(2);
  await vi.advanceTimersByTimeAsync(1);
  // MQTT 3.1.1, 3.4: 0x40, 2, and the number of the message.
  expect(line.read()).toEqual(Buffer.from([0x40, 2, 0, 1, 0x40, 2, 0, 2]));
  expect(receipts.inHand).toBe(0);
});
