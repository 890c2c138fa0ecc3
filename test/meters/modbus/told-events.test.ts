import { expect, it } from 'vitest';
import type { MeterEvent, MeterEventKind } from '../../../src/domain/meter-event.ts';
import { ToldEvents } from '../../../src/meters/modbus/told-events.ts';

const MOST = 5_000;

function eventsOf(kind: MeterEventKind, times: readonly number[]): MeterEvent[] {
  return times.map((at) => ({ meter: 'm1', key: `${at}`, kind, start: at, phases: [], arrivedAt: at, isLate: false }));
}

it('each event that was told accounts for one count of its kind, from a time on', () => {
  const told = new ToldEvents();
  told.add([...eventsOf('dip', [1, 2, 3, 4]), ...eventsOf('swell', [5])]);
  expect(told.take('dip', 2, 2)).toBe(2);
  expect(told.take('dip', 9, 2)).toBe(1);
  expect(told.take('dip', 9, 0)).toBe(0);
  expect(told.take('swell', 9, 0)).toBe(1);
});

it('of a kind that nothing counts only the newest are kept, and of the others what they were told', () => {
  const told = new ToldEvents();
  told.add(eventsOf('swell', [7]));
  for (let at = 0; at < 4 * MOST; at += 1) told.add(eventsOf('interruption', [at]));
  expect(told.take('swell', 9, 0)).toBe(1);
  expect(told.take('interruption', Number.POSITIVE_INFINITY, 4 * MOST - 10)).toBe(10);
  const other = new ToldEvents();
  other.add(
    eventsOf(
      'interruption',
      Array.from({ length: 4 * MOST }, (_, at) => at),
    ),
  );
  expect(other.take('interruption', Number.POSITIVE_INFINITY, 0)).toBe(MOST);
});
