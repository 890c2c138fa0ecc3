import { expect, it } from 'vitest';
import { Backlog } from '../../../src/meters/mqtt/backlog.ts';
import { recordingLog } from '../fixtures.ts';
import { ARRIVAL, interpreterOf, ownModel, packet, readingIn } from './dialects.ts';

const KEPT = { isSessionKept: true, answer: 2 };
const NEWS = { isCounted: true, isRepeated: false, inHand: 1 };
const REPEATED = { ...NEWS, isRepeated: true };

it('takes nothing for held up when the broker had kept nothing, but what it marks as sent before', () => {
  const backlog = new Backlog('main', recordingLog());
  backlog.connected({ isSessionKept: false, answer: 2 }, 0);
  expect(backlog.hasWaited(NEWS, 1)).toBe(false);
  expect(backlog.hasWaited(REPEATED, 2)).toBe(true);
  expect(backlog.hasWaited(NEWS, 3)).toBe(false);
});

it('takes for held up what the broker sends until there is a quiet moment', () => {
  const backlog = new Backlog('main', recordingLog());
  backlog.connected(KEPT, 0);
  for (let now = 1; now < 100; now += 1) expect(backlog.hasWaited(NEWS, now)).toBe(true);
  backlog.acknowledged(0, 100);
  expect(backlog.hasWaited(NEWS, 599)).toBe(true);
  backlog.acknowledged(0, 600);
  expect(backlog.hasWaited(NEWS, 1_100)).toBe(false);
  expect(backlog.hasWaited(NEWS, 1_101)).toBe(false);
  expect(backlog.hasWaited(REPEATED, 1_102)).toBe(true);
});

it('says once for each connection that messages of an unknown age are kept', () => {
  const log = recordingLog();
  const backlog = new Backlog('main', log);
  const reading = { meter: 'm1', time: 5, arrivedAt: 5, timeSource: 'arrival', values: {} } as const;
  for (const connection of [1, 2]) {
    backlog.connected(KEPT, 0);
    for (let each = 0; each < 3; each += 1) {
      expect(backlog.stamped(reading, true)).toMatchObject({ timeFault: 'age unknown', timeSource: 'arrival' });
    }
    expect(backlog.stamped(reading, false)).not.toHaveProperty('timeFault');
    expect(log.lines).toHaveLength(connection);
  }
  expect(log.lines[0]).toMatchObject({ level: 'info', fields: { broker: 'main', meter: 'm1' } });
});

it('holds nothing that had waited for the readings that follow, and joins nothing that is held with it', () => {
  const model = ownModel('{ format: json, topics: ["{meter}"], hold: 10m, quantities: "{quantity}" }');
  const interpreter = interpreterOf(model, { topic: 'm1' });
  const valuesOf = (payload: object, more: object) => {
    const arrivedAt = ARRIVAL + Object.keys(more).length;
    return readingIn(interpreter.hear(packet('m1', payload, { arrivedAt, ...more }))).values;
  };
  expect(valuesOf({ frequency: 50 }, {})).toEqual({ frequency: 50 });
  expect(valuesOf({ voltage_l1_n: 100 }, { hasWaited: true })).toEqual({ voltage_l1_n: 100 });
  expect(valuesOf({ current_l1: 5 }, { hasWaited: false })).toEqual({ frequency: 50, current_l1: 5 });
});

it('holds nothing that had waited when parts are gathered either', () => {
  const model = ownModel('{ format: json, topics: ["{meter}"], hold: 10m, gather: 500ms, quantities: "{quantity}" }');
  const interpreter = interpreterOf(model, { topic: 'm1' });
  const reading = { meter: 'm1', time: 1, arrivedAt: 1, timeSource: 'arrival', values: { frequency: 50 } } as const;
  const waited = { ...reading, values: { voltage_l1_n: 100 }, timeFault: 'age unknown' } as const;
  expect(interpreter.completed(reading).values).toEqual({ frequency: 50 });
  expect(interpreter.completed(waited)).toEqual(waited);
  expect(interpreter.completed({ ...reading, time: 2, values: { current_l1: 5 } }).values).toEqual({
    frequency: 50,
    current_l1: 5,
  });
});
