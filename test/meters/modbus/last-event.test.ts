import { describe, expect, it } from 'vitest';
import { at, restart, withEvents } from './event-bench.ts';
import {
  cursors,
  events,
  keepEvents,
  lineWith,
  log,
  look,
  now,
  PROBE,
  pass,
  putMeter,
  round,
  server,
  warnings,
} from './line-bench.ts';

describe('the last event of a meter', () => {
  const model = withEvents({
    form: 'last',
    interval: 1_000,
    fields: {
      phases: { place: at(100), coding: 'kmb' },
      kind: { place: at(101), kinds: { 1: 'swell', 2: 'dip' } },
      start: { ...at(102), type: 'uint32', format: 'unix_s', utcOffset: 0 },
      duration: { ...at(104), scale: 10 },
      extreme: { ...at(105), scale: 0.1 },
    },
  });

  /** A dip on L2 and L3, 2 s ago, for 120 ms, to 41.5 V. */
  function put(start: number, kind = 2): void {
    const seconds = Math.floor(start / 1_000);
    server.put(1, 4, 100, [start === 0 ? 0 : 0x86, kind, seconds >> 16, seconds & 0xffff, 12, 415]);
  }

  const clock = { ...at(200), type: 'uint32', format: 'unix_s', utcOffset: 0 } as const;

  /** The meter's clock stands so far ahead of ours. */
  function tellClock(ahead: number): void {
    const seconds = Math.floor((now + ahead) / 1_000);
    server.put(1, 4, 200, [seconds >> 16, seconds & 0xffff]);
  }

  it.each([
    ['fields', 0],
    ['fields_ms', 250],
  ] as const)('began when its %s say', async (format, millisecond) => {
    const start = { ...at(102), format, utcOffset: 0 } as const;
    putMeter(1);
    server.put(1, 4, 102, [2026, 2, 28, 23, 59, 58, 250]);
    lineWith([1], { model: withEvents({ form: 'last', interval: 1_000, fields: { start } }) });
    await round(['m1']);
    await look('m1');
    expect(events).toMatchObject([{ start: Date.UTC(2026, 1, 28, 23, 59, 58, millisecond) }]);
  });

  it('is handed on once, with primary voltage, and across a restart not again', async () => {
    putMeter(1);
    put(0, 0);
    lineWith([1], { model, rating: { ctRatio: 1, ptRatio: 100 } });
    await round(['m1']);
    await look('m1');
    expect(events).toEqual([]);
    const start = now - 2_000;
    put(start);
    for (let tick = 0; tick < 3; tick += 1) await look('m1');
    expect(events).toEqual([
      {
        meter: 'm1',
        key: `${start}-dip-L2L3`,
        kind: 'dip',
        start,
        duration: 120,
        phases: ['L2', 'L3'],
        extreme: 4_150,
        arrivedAt: now,
        isLate: false,
      },
    ]);
    await restart(model);
    await look('m1');
    expect(events).toHaveLength(1);
    put(now - 1_000, 1);
    await look('m1');
    expect(events).toMatchObject([{ kind: 'dip' }, { kind: 'swell', isLate: false }]);
    expect(server.requests.filter(({ start }) => start === 100).every(({ count }) => count === 6)).toBe(true);
  });

  it('is late at first sight, and when it ended long before it was seen', async () => {
    putMeter(1);
    put(now - 2_000);
    lineWith([1], { model });
    await round(['m1']);
    await look('m1');
    expect(events).toMatchObject([{ isLate: true }]);
    // Five minutes and two intervals are the limit; it lasted 120 ms.
    put(now - 302_000);
    await look('m1');
    put(now - 303_000);
    await look('m1');
    expect(events.slice(1)).toMatchObject([{ isLate: false }, { isLate: true }]);
  });

  it('is judged by our clock where the clock of the meter is known to be wrong', async () => {
    putMeter(1);
    put(0, 0);
    const hour = 3_600_000;
    tellClock(-hour);
    lineWith([1], { model: { ...model, clock } });
    await round(['m1']);
    await look('m1');
    put(now - hour - 1_000);
    await look('m1');
    // Its key is what the meter wrote, as it was before starts were corrected.
    expect(events).toMatchObject([{ key: `${now - hour - 1_000}-dip-L2L3`, start: now - 1_000, isLate: false }]);
  });

  it.each([
    ['90 s ahead', 90_000, 90_000],
    ['90 s behind', -90_000, -90_000],
    ['as right as whole seconds can say', 2_000, 0],
  ])('began by our clock, where that of the meter is %s', async (_, ahead, corrected) => {
    putMeter(1);
    put(0, 0);
    tellClock(ahead);
    lineWith([1], { model: { ...model, clock } });
    await round(['m1']);
    await look('m1');
    const start = now - 4_000;
    put(start + ahead);
    await look('m1');
    expect(events).toMatchObject([{ start: start + ahead - corrected, isLate: false }]);
    expect(events[0]?.note).toBeUndefined();
  });

  it('is one event, however the offset of the clock of the meter changes, and across a restart', async () => {
    putMeter(1);
    put(0, 0);
    tellClock(90_000);
    const withClock = { ...model, clock };
    lineWith([1], { model: withClock });
    await round(['m1']);
    await look('m1');
    put(now + 80_000);
    await look('m1');
    for (const ahead of [91_000, 0, -60_000]) {
      pass(60_000);
      tellClock(ahead);
      await round(['m1']);
      await look('m1');
    }
    tellClock(30_000);
    await restart(withClock);
    await look('m1');
    expect(events).toHaveLength(1);
  });

  it('comes again when it could not be kept', async () => {
    putMeter(1);
    put(now);
    let isDiskFull = true;
    lineWith([1], {
      model,
      onEvents: (news, cursor) => {
        if (isDiskFull) return Promise.reject(new Error('disk full'));
        return keepEvents(news, cursor);
      },
    });
    await round(['m1']);
    await look('m1');
    await look('m1');
    expect(cursors.size).toBe(0);
    isDiskFull = false;
    await look('m1');
    expect(events).toHaveLength(1);
    expect(log.lines.filter(({ level }) => level === 'error')).toMatchObject([
      { fields: { meter: 'm1', log: 'events', err: { message: 'disk full' } } },
    ]);
  });

  it.each([
    ['refuses', { kind: 'exception', code: 2 }, 'Meter does not give what its model says it has'],
    ['does not answer to', { kind: 'silence' }, 'What a meter has beside its readings could not be read'],
  ] as const)('is told as what it is where the meter %s it', async (_, fault, message) => {
    putMeter(1);
    server.fault = ({ start }) => (start === 100 ? fault : undefined);
    lineWith([1], { model });
    await round(['m1']);
    for (let tick = 0; tick < 4; tick += 1) await look('m1');
    expect(warnings()).toMatchObject([{ fields: { meter: 'm1', what: 'events' }, message }]);
  });

  it('is not asked for at each look when the meter does not have it, which is told once', async () => {
    putMeter(1);
    lineWith([1], { model });
    for (let tick = 0; tick < 5; tick += 1) {
      await round(['m1']);
      await look('m1');
    }
    const asked = () => server.requests.filter(({ start }) => start === 100).length;
    expect(asked()).toBe(1);
    pass(PROBE);
    await look('m1');
    expect(asked()).toBe(2);
    expect(warnings()).toMatchObject([{ fields: { meter: 'm1', what: 'events' } }]);
  });
});
