import { describe, expect, it } from 'vitest';
import { at, restart, withEvents } from './event-bench.ts';
import {
  events,
  keepEvents,
  line,
  lineWith,
  log,
  look,
  now,
  pass,
  putMeter,
  round,
  server,
  warnings,
} from './line-bench.ts';

describe.each(['ring', 'file'] as const)('the event records of a meter (%s)', (form) => {
  const CAPACITY = 5;
  const LENGTH = 4;
  const common = {
    interval: 1_000,
    newest: { ...at(100), scale: 1 },
    capacity: CAPACITY,
    recordLength: LENGTH,
    fields: {
      start: { ...at(0), type: 'uint32', format: 'unix_s', utcOffset: 0 },
      kind: { place: at(2), kinds: { 2: 'dip' } },
      phases: { place: at(3), coding: 'mask' },
    },
  } as const;
  const model = withEvents(
    form === 'ring' ? { ...common, form, first: 1_000, functionCode: 3 } : { ...common, form, file: 4 },
  );

  /** Record number n, of an event that began 2 n seconds ago. */
  function write(number: number): void {
    const seconds = now / 1_000 - 2 * number;
    const words = [Math.floor(seconds / 65_536), seconds % 65_536, 2, 0b101];
    const offset = ((number - 1) % CAPACITY) * LENGTH;
    if (form === 'ring') server.put(1, 3, 1_000 + offset, words);
    else server.putRecords(1, 4, offset, words);
    server.put(1, 4, 100, [number]);
    written.set(1_000 * seconds, number);
  }
  /** The number of the record that began then. */
  const written = new Map<number, number>();
  const numbers = () => events.map(({ start }) => written.get(start));

  it('come once each, in their order, across the end of the ring and a restart', async () => {
    putMeter(1);
    server.put(1, 4, 100, [0]);
    lineWith([1], { model });
    await round(['m1']);
    await look('m1');
    for (const number of [1, 2, 3]) write(number);
    await look('m1');
    await look('m1');
    expect(numbers()).toEqual([1, 2, 3]);
    expect(events[1]).toMatchObject({ kind: 'dip', phases: ['L1', 'L3'], start: now - 4_000, isLate: false });
    await restart(model);
    for (const number of [4, 5, 6, 7]) write(number);
    await look('m1');
    expect(numbers()).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(new Set(events.map(({ key }) => key)).size).toBe(7);
    expect(warnings()).toEqual([]);
  });

  it('that were overwritten before they were read are told by their number', async () => {
    putMeter(1);
    write(1);
    lineWith([1], { model });
    await round(['m1']);
    await look('m1');
    for (let number = 2; number <= 9; number += 1) write(number);
    await look('m1');
    // Of the 8 new ones the ring holds the last 5.
    expect(numbers()).toEqual([1, 5, 6, 7, 8, 9]);
    expect(warnings()).toMatchObject([{ fields: { meter: 'm1', log: 'events', lost: 3 } }]);
  });

  it('that are overwritten while they are read are not mixed up', async () => {
    putMeter(1);
    write(1);
    lineWith([1], { model });
    await round(['m1']);
    await look('m1');
    for (let number = 2; number <= 5; number += 1) write(number);
    let isQuiet = true;
    server.fault = ({ start, functionCode }) => {
      // The meter writes number 7 over number 2 just before that is read.
      if (isQuiet && functionCode !== 4 && start % 1_000 === LENGTH) {
        isQuiet = false;
        write(6);
        write(7);
      }
      return undefined;
    };
    await look('m1');
    await look('m1');
    expect(numbers()).toEqual([1, 3, 4, 5, 6, 7]);
    expect(warnings()).toMatchObject([{ fields: { lost: 1 } }]);
  });

  it('that begin anew have keys of their own, and it is told once it stands for two looks', async () => {
    putMeter(1);
    for (const number of [1, 2, 3]) write(number);
    lineWith([1], { model });
    await round(['m1']);
    await look('m1');
    pass(60_000);
    write(1);
    await look('m1');
    expect(events).toHaveLength(3);
    await look('m1');
    expect(events).toHaveLength(4);
    expect(new Set(events.map(({ key }) => key)).size).toBe(4);
    expect(warnings()).toMatchObject([{ fields: { meter: 'm1', was: 3, newest: 1 } }]);
  });

  it('that were cleared are told once, also while there is no new one, and across a restart', async () => {
    putMeter(1);
    for (const number of [1, 2, 3]) write(number);
    lineWith([1], { model });
    await round(['m1']);
    await look('m1');
    server.put(1, 4, 100, [0]);
    for (let tick = 0; tick < 5; tick += 1) await look('m1');
    await restart(model);
    await look('m1');
    expect(warnings()).toMatchObject([{ fields: { meter: 'm1', was: 3, newest: 0 } }]);
    pass(60_000);
    write(1);
    await look('m1');
    expect(events).toHaveLength(4);
  });

  it.each([
    ['all ones', 0xffff],
    ['far too high', 40_000],
    ['too low', 1],
  ])('come once each when the newest number is %s for one look', async (_, wild) => {
    putMeter(1);
    for (const number of [1, 2, 3]) write(number);
    lineWith([1], { model });
    await round(['m1']);
    await look('m1');
    server.put(1, 4, 100, [wild]);
    await look('m1');
    server.put(1, 4, 100, [3]);
    await look('m1');
    write(4);
    await look('m1');
    expect(numbers()).toEqual([1, 2, 3, 4]);
    expect(warnings()).toEqual([]);
  });

  it('have the same keys under another number, so that a wrong one that stands makes no events', async () => {
    putMeter(1);
    for (const number of [1, 2, 3, 4, 5]) write(number);
    lineWith([1], { model });
    await round(['m1']);
    await look('m1');
    for (const wrong of [40, 40_000]) {
      server.put(1, 4, 100, [wrong]);
      for (let tick = 0; tick < 3; tick += 1) await look('m1');
    }
    server.put(1, 4, 100, [5]);
    for (let tick = 0; tick < 3; tick += 1) await look('m1');
    expect(events.length).toBeGreaterThan(5);
    expect(new Set(events.map(({ key }) => key)).size).toBe(5);
  });

  it('have the same keys, and a start by our clock, whatever the offset of the clock is when they are read', async () => {
    const clock = { ...at(200), type: 'uint32', format: 'unix_s', utcOffset: 0 } as const;
    const tellClock = (ahead: number) => {
      const seconds = (now + ahead) / 1_000;
      server.put(1, 4, 200, [Math.floor(seconds / 65_536), seconds % 65_536]);
    };
    putMeter(1);
    tellClock(90_000);
    for (const number of [1, 2, 3, 4, 5]) write(number);
    const starts = [1, 2, 3, 4, 5].map((number) => now - 2_000 * number);
    lineWith([1], { model: { ...model, clock } });
    await round(['m1']);
    await look('m1');
    // A wrong newest number that stands makes it read them once more.
    pass(60_000);
    tellClock(30_000);
    await round(['m1']);
    server.put(1, 4, 100, [40_000]);
    for (let tick = 0; tick < 3; tick += 1) await look('m1');
    const ours = (ahead: number) => starts.map((start) => start - ahead);
    const startsOf = (ahead: number) => events.filter(({ start }) => ours(ahead).includes(start));
    expect(startsOf(90_000)).toHaveLength(5);
    expect(startsOf(30_000)).toHaveLength(5);
    expect(new Set(startsOf(30_000).map(({ key }) => key))).toEqual(new Set(startsOf(90_000).map(({ key }) => key)));
  });

  it('that are no longer there at first sight are no loss', async () => {
    putMeter(1);
    for (let number = 1; number <= 9; number += 1) write(number);
    lineWith([1], { model });
    await round(['m1']);
    await look('m1');
    expect(numbers()).toEqual([5, 6, 7, 8, 9]);
    expect(warnings()).toEqual([]);
    expect(log.lines.filter(({ level }) => level === 'info')).toMatchObject([
      { fields: { meter: 'm1', log: 'events', older: 4 }, message: expect.stringContaining('no longer there') },
    ]);
  });

  it.each([
    ['in the future', Date.UTC(2040, 0, 1), /^dated 2040-01-01T00:00:00.000Z by the meter, in the future/],
    ['before any clock', 3_600_000, /^dated 1970-01-01T01:00:00.000Z by the meter, its clock was not set/],
    ['at no time', 0, /^the meter gave no time/],
  ])('that are dated %s have the time when they were noticed', async (_, start, note) => {
    putMeter(1);
    server.put(1, 4, 100, [0]);
    lineWith([1], { model });
    await round(['m1']);
    await look('m1');
    const seconds = start / 1_000;
    const words = [Math.floor(seconds / 65_536), seconds % 65_536, 2, 0b101];
    if (form === 'ring') server.put(1, 3, 1_000, words);
    else server.putRecords(1, 4, 0, words);
    server.put(1, 4, 100, [1]);
    await look('m1');
    expect(events).toMatchObject([
      {
        kind: 'dip',
        phases: ['L1', 'L3'],
        start: now,
        arrivedAt: now,
        isLate: false,
        note: expect.stringMatching(note),
      },
    ]);
  });

  it('never delay the polls: one of their requests at most comes before a poll', async () => {
    putMeter(1);
    putMeter(2);
    for (const number of [1, 2, 3, 4, 5]) write(number);
    server.put(2, 4, 100, [0]);
    lineWith([1, 2], { model });
    await round(['m1', 'm2']);
    const order: string[] = [];
    server.fault = ({ unit, functionCode, start }) => {
      const isRecord = functionCode !== 4;
      order.push(isRecord ? 'record' : `${unit}@${start}`);
      if (isRecord && order.filter((each) => each === 'record').length === 2) line?.poll('m2');
      return undefined;
    };
    await look('m1');
    await expect.poll(() => order.filter((each) => each === '2@70').length).toBe(1);
    expect(order).toEqual(['1@100', 'record', 'record', '2@0', '2@70', 'record', 'record', 'record', '1@100']);
  });
});

describe('many event records of a meter', () => {
  it('come in batches, and go on behind the last one that was kept', async () => {
    const model = withEvents({
      form: 'ring',
      interval: 1_000,
      newest: { ...at(100), scale: 1 },
      first: 1_000,
      capacity: 64,
      recordLength: 1,
      functionCode: 4,
      fields: { kind: { place: at(0), kinds: { 2: 'dip' } } },
    });
    putMeter(1);
    server.put(1, 4, 100, [45]);
    server.put(1, 4, 1_000, Array<number>(45).fill(2));
    const batches: number[] = [];
    lineWith([1], {
      model,
      onEvents: (news, cursor) => {
        batches.push(news.length);
        if (batches.length === 2) return Promise.reject(new Error('disk full'));
        return keepEvents(news, cursor);
      },
    });
    await round(['m1']);
    await look('m1');
    await look('m1');
    expect(batches).toEqual([20, 20, 20, 5]);
    expect(events.map(({ key }) => key)).toEqual(Array.from({ length: 45 }, (_, index) => `${index + 1}`));
    await look('m1');
    expect(batches).toHaveLength(4);
  });
});
