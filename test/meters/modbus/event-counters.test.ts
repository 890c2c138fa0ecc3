import { describe, expect, it } from 'vitest';
import { at, restart, withEvents } from './event-bench.ts';
import { cursors, events, lineWith, look, now, putMeter, round, server, warnings } from './line-bench.ts';

describe('the event counters of a meter', () => {
  const counter = { kind: 'alarm', phases: [] } as const;
  const model = withEvents({
    form: 'counters',
    interval: 1_000,
    counters: [
      { ...counter, name: 'events', place: { ...at(100), type: 'uint32' } },
      { ...counter, name: 'transients', kind: 'transient', place: { ...at(102), type: 'uint32' } },
    ],
  });
  const put = (events: number, transients: number) => server.put(1, 4, 100, [0, events, 0, transients]);

  it('say how much they rose since they were seen first, and across a restart', async () => {
    putMeter(1);
    put(7, 2);
    lineWith([1], { model });
    await round(['m1']);
    await look('m1');
    expect(events).toEqual([]);
    put(9, 2);
    await look('m1');
    await look('m1');
    expect(events).toEqual([
      {
        meter: 'm1',
        key: 'events-9',
        kind: 'alarm',
        start: now,
        phases: [],
        note: 'events rose by 2',
        arrivedAt: now,
        isLate: false,
      },
    ]);
    put(9, 3);
    await restart(model);
    await look('m1');
    // It rose while nobody looked.
    expect(events.slice(1)).toMatchObject([{ key: 'transients-3', kind: 'transient', isLate: true }]);
    expect(server.requests.filter(({ start }) => start === 100)).toHaveLength(4);
  });

  it('leave the line closed where it is closed after each poll', async () => {
    putMeter(1);
    put(7, 2);
    lineWith([1], { model, timing: { closeAfterPoll: true } });
    await round(['m1']);
    await expect.poll(() => server.openConnections).toBe(0);
    await look('m1');
    expect(cursors.size).toBe(1);
    await expect.poll(() => server.openConnections).toBe(0);
  });

  it('that fall are told, and count from there under keys of their own', async () => {
    putMeter(1);
    put(7, 0);
    lineWith([1], { model });
    await round(['m1']);
    await look('m1');
    put(8, 0);
    await look('m1');
    put(6, 0);
    await look('m1');
    put(8, 0);
    await look('m1');
    expect(events.map(({ key }) => key)).toEqual(['events-8', 'events-r1-8']);
    expect(warnings()).toMatchObject([{ fields: { meter: 'm1', counter: 'events', was: 8, lost: 6 } }]);
  });
});
