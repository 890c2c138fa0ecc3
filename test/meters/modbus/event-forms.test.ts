import { beforeEach, describe, expect, it } from 'vitest';
import type { ModbusModel } from '../../../src/meters/model.ts';
import { at } from './event-bench.ts';
import { cursors, events, line, lineWith, log, look, MODEL, now, pass, putMeter, round, server } from './line-bench.ts';

/** As KMB has it: the registers of the last event, and a table that counts all of them. */
const model: ModbusModel = {
  ...MODEL,
  events: [
    {
      form: 'last',
      interval: 1_000,
      fields: {
        kind: { place: at(101), kinds: { 1: 'swell', 2: 'dip' } },
        start: { ...at(102), type: 'uint32', format: 'unix_s', utcOffset: 0 },
      },
    },
    {
      form: 'counters',
      interval: 1_000,
      counters: [
        { name: 'dip_a1', kind: 'dip', phases: [], place: at(200) },
        { name: 'dip_b1', kind: 'dip', phases: [], place: at(201) },
        { name: 'swell_s1', kind: 'swell', phases: [], place: at(202) },
      ],
    },
  ],
};

function putLast(start: number, kind: number): void {
  const seconds = Math.floor(start / 1_000);
  server.put(1, 4, 101, [kind, seconds >> 16, seconds & 0xffff]);
}

const putCounts = (...counts: readonly number[]) => server.put(1, 4, 200, counts);
const told = () => events.map(({ key, note }) => note ?? key);

describe('a meter that has its last event and counts its events', () => {
  beforeEach(async () => {
    putMeter(1);
    putLast(0, 0);
    putCounts(7, 0, 3);
    lineWith([1], { model });
    await round(['m1']);
    await look('m1');
    await look('m1', 'counters');
    expect(events).toEqual([]);
  });

  it('keeps a place of its own for each', () => {
    expect(line?.logsOf('m1').map(({ name }) => name)).toEqual(['events', 'counters']);
    expect([...cursors.keys()]).toEqual(['events', 'counters']);
  });

  it('tells an event once, whichever of the two is looked at first', async () => {
    const first = now - 2_000;
    putLast(first, 2);
    putCounts(8, 0, 3);
    await look('m1');
    await look('m1', 'counters');
    pass(1_000);
    const second = now - 2_000;
    putLast(second, 1);
    putCounts(8, 0, 4);
    await look('m1', 'counters');
    await look('m1');
    for (let more = 0; more < 3; more += 1) {
      pass(1_000);
      await look('m1', 'counters');
      await look('m1');
    }
    expect(told()).toEqual([`${first}-dip-`, `${second}-swell-`]);
    expect(JSON.parse(cursors.get('counters')?.position ?? '')).toMatchObject({
      counts: { dip_a1: { count: 8 }, swell_s1: { count: 4 } },
    });
  });

  it('tells what came between two looks at the last event, one look later', async () => {
    const start = now - 2_000;
    putLast(start, 2);
    // Two dips and a swell: the last event is one of the dips.
    putCounts(9, 0, 4);
    await look('m1');
    await look('m1', 'counters');
    expect(told()).toEqual([`${start}-dip-`]);
    pass(1_000);
    await look('m1', 'counters');
    await look('m1', 'counters');
    expect(told()).toEqual([`${start}-dip-`, 'dip_a1 rose by 1', 'swell_s1 rose by 1']);
    expect(events.slice(1)).toMatchObject([
      { kind: 'dip', key: 'dip_a1-9', start: now, isLate: false },
      { kind: 'swell', key: 'swell_s1-4', start: now, isLate: false },
    ]);
  });

  it('does not take an event of long ago for one that is counted now', async () => {
    putLast(now - 2_000, 2);
    await look('m1');
    pass(12_001);
    putCounts(8, 0, 3);
    await look('m1', 'counters');
    pass(1_000);
    await look('m1', 'counters');
    expect(told().slice(1)).toEqual(['dip_a1 rose by 1']);
  });

  it('calls late what was counted while nobody looked, although it waited for one look more', async () => {
    pass(400_000);
    putCounts(8, 0, 3);
    await look('m1', 'counters');
    pass(1_000);
    await look('m1', 'counters');
    expect(events).toMatchObject([{ key: 'dip_a1-8', isLate: true }]);
  });

  it('does not count its first sight of the last event for one of those that are counted', async () => {
    await line?.stop();
    cursors.clear();
    putLast(now - 2_000, 2);
    lineWith([1], { model });
    await round(['m1']);
    await look('m1');
    await look('m1', 'counters');
    putCounts(8, 0, 3);
    pass(1_000);
    await look('m1', 'counters');
    await look('m1', 'counters');
    expect(told().slice(1)).toEqual(['dip_a1 rose by 1']);
  });

  it('tells of a counter that fell, and of what it counts from there', async () => {
    putCounts(9, 0, 3);
    await look('m1', 'counters');
    putCounts(1, 0, 3);
    await look('m1', 'counters');
    putCounts(2, 0, 3);
    await look('m1', 'counters');
    await look('m1', 'counters');
    expect(told()).toEqual(['dip_a1 rose by 1']);
    expect(events).toMatchObject([{ key: 'dip_a1-r1-2' }]);
    expect(log.lines.filter(({ level }) => level === 'warn')).toMatchObject([{ fields: { was: 7, lost: 1 } }]);
  });
});
