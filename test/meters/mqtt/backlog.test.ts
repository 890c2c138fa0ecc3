import { expect, it } from 'vitest';
import { Backlog } from '../../../src/meters/mqtt/backlog.ts';
import { placeOf, recordingLog } from '../fixtures.ts';
import { ARRIVAL, interpreterOf, ownModel, packet, readingIn } from './dialects.ts';

/** A backlog of meters with a topic each, named after the milliseconds between two of their readings. */
function backlogOf(...intervals: readonly number[]) {
  const log = recordingLog();
  const places = intervals.map((pollInterval) => {
    const id = String(pollInterval);
    const connection = { kind: 'mqtt', broker: 'main', topic: id } as const;
    return { place: placeOf({ id, model: 'own', connection, pollInterval }) };
  });
  return { log, backlog: new Backlog({ broker: 'main', places, metersOf: (topic) => [topic], log }) };
}

it('takes nothing for held up when the broker had kept nothing, but what it marks as sent before', () => {
  const { backlog } = backlogOf(1_000);
  backlog.connected(false, 0);
  expect(backlog.hasWaited('1000', false, 1)).toBe(false);
  expect(backlog.hasWaited('1000', true, 2)).toBe(true);
  expect(backlog.hasWaited('1000', false, 3)).toBe(false);
});

it('takes for held up what the broker sends until there is a quiet moment', () => {
  const { backlog } = backlogOf(1_000);
  backlog.connected(true, 0);
  for (let now = 1; now < 100; now += 1) expect(backlog.hasWaited('1000', false, now)).toBe(true);
  backlog.idle(100);
  expect(backlog.hasWaited('1000', false, 599)).toBe(true);
  backlog.idle(600);
  expect(backlog.hasWaited('1000', false, 1_100)).toBe(false);
  expect(backlog.hasWaited('1000', false, 1_101)).toBe(false);
});

it('does not take a disk that is slow for a quiet moment: the broker waits for it', () => {
  const { backlog } = backlogOf(60_000);
  backlog.connected(true, 0);
  backlog.hasWaited('60000', false, 1);
  // Nothing was acknowledged meanwhile, then everything.
  expect(backlog.hasWaited('60000', false, 3_000)).toBe(true);
  backlog.idle(6_000);
  expect(backlog.hasWaited('60000', false, 6_001)).toBe(true);
});

it('takes a slow meter for of now when nothing else had waited', () => {
  const { backlog } = backlogOf(900_000);
  backlog.connected(true, 0);
  expect(backlog.hasWaited('900000', false, 400_000)).toBe(false);
});

it('knows the end of a replay on a busy line by the pace of most of its traffic', () => {
  const { backlog } = backlogOf(1_000, 1_001, 1_002, 900_000);
  const fast = ['1000', '1001', '1002'];
  backlog.connected(true, 0);
  // 40 rounds at ten times the pace, of a meter that was away for half of them, and one of a slow one.
  for (let round = 0; round < 40; round += 1) {
    for (const [index, topic] of fast.entries()) {
      if (index === 0 && round > 5 && round < 25) continue;
      expect(backlog.hasWaited(topic, false, round * 100 + index)).toBe(true);
    }
  }
  expect(backlog.hasWaited('900000', false, 4_000)).toBe(true);
  // At their pace: the one that had been away has it already, the next one makes two of three.
  expect(backlog.hasWaited('1001', false, 4_900)).toBe(false);
  expect(backlog.hasWaited('900000', false, 4_901)).toBe(false);
});

it('blinds nobody for ever, however fast they send', () => {
  const { backlog } = backlogOf(60_000);
  backlog.connected(true, 0);
  let now = 0;
  while (backlog.hasWaited('60000', false, now)) now += 100;
  expect(now).toBe(600_000);
});

it('says once for each connection that messages of an unknown age are kept', () => {
  const { backlog, log } = backlogOf(1_000);
  const reading = { meter: '1000', time: 5, arrivedAt: 5, timeSource: 'arrival', values: {} } as const;
  for (const connection of [1, 2]) {
    backlog.connected(true, 0);
    for (let each = 0; each < 3; each += 1) {
      expect(backlog.stamped(reading, true)).toMatchObject({ timeFault: 'age unknown', timeSource: 'arrival' });
    }
    expect(backlog.stamped(reading, false)).not.toHaveProperty('timeFault');
    expect(log.lines).toHaveLength(connection);
  }
  expect(log.lines[0]).toMatchObject({ level: 'info', fields: { broker: 'main', meter: '1000' } });
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
