import { describe, expect, it } from 'vitest';
import { fleetOf } from '../../src/domain/fleet.ts';
import { QualityWatch } from '../../src/quality/quality-watch.ts';
import { keepingLog } from '../store/keeping-log.ts';
import { measured, negative, supply, type Terminals } from './phasors.ts';
import { placeOf, reading, START } from './place.ts';

const MINUTE = 60_000;
const DAY = '2026-03-03';

function watching(place = placeOf()) {
  const log = keepingLog();
  const watch = new QualityWatch({ fleet: fleetOf([place.customer]), timeZone: 'UTC', log });
  watch.restore([], START);
  const take = (offset: number, values: Parameters<typeof reading>[1]) => {
    const judged = watch.judge(reading(offset, values), place);
    if (judged) watch.took(judged, 'new', place);
    return judged;
  };
  return { watch, log, place, take };
}

describe('the watch over quality', () => {
  it('tells once that values are not trusted, and that they are again after ten minutes without a doubt', () => {
    const { log, take } = watching();
    for (let second = 0; second < 60; second++) take(second * 1_000, { frequency: second % 2 === 0 ? 900 : 50 });
    expect(log.messages('warn')).toEqual([
      'Values of a meter are not trusted: they are kept apart and judged by no rule',
    ]);
    expect(log.entries[0]?.fields).toEqual({ meter: 'm1', doubts: 'out of range: frequency' });
    take(58_000 + 10 * MINUTE - 1, { frequency: 50 });
    expect(log.messages('info')).toEqual([]);
    take(58_000 + 10 * MINUTE, { frequency: 50 });
    expect(log.messages('info')).toEqual(['Values of a meter are trusted again']);
  });

  it('refuses a reading from the future, and counts it', () => {
    const { watch, log, place } = watching();
    const early = { ...reading(MINUTE, { frequency: 50 }), arrivedAt: START };
    expect(watch.judge(early, place)).toBeUndefined();
    expect(watch.of(DAY)).toMatchObject([{ meter: 'm1', counts: { received: 1, unreasonable: 1 } }]);
    expect(log.entries[0]?.fields).toEqual({ meter: 'm1', doubts: 'its time is in the future' });
  });

  it('counts and tells a time that was not believed, though the reading counts at its arrival', () => {
    const { watch, log, place } = watching();
    const stamped = { ...reading(0, { frequency: 50 }, 'arrival'), timeFault: 'too old' } as const;
    const judged = watch.judge(stamped, place);
    expect(judged?.values).toEqual({ frequency: 50 });
    if (judged) watch.took(judged, 'new', place);
    expect(watch.of(DAY)).toMatchObject([{ counts: { received: 1, unreasonable: 1 } }]);
    expect(log.entries.map(({ level, fields }) => [level, fields.doubts])).toEqual([['warn', 'its time is too old']]);
  });

  it('has counts to save four times a minute, with what was expected by then', () => {
    const { watch, take } = watching();
    take(0, { frequency: 50 });
    watch.tick(START + MINUTE / 4 - 1);
    expect(watch.isSaveDue()).toBe(false);
    watch.tick(START + MINUTE / 4);
    expect(watch.isSaveDue()).toBe(true);
    const days = watch.unsaved();
    expect(days).toMatchObject([{ meter: 'm1', day: DAY, counts: { expected: 15, received: 1 } }]);
    watch.saved(days);
    expect(watch.isSaveDue()).toBe(false);
    expect(watch.unsaved()).toEqual([]);
  });

  it('remembers the offset of a clock that is asked only now and then', () => {
    const { watch, take } = watching();
    expect(watch.clockOffset('m1')).toBeUndefined();
    take(0, { frequency: 50, clock_offset: 3_599 });
    take(1_000, { frequency: 50.01 });
    expect(watch.clockOffset('m1')).toBe(3_599);
  });

  it('tells a wiring fault once, in words, and when it is mended', () => {
    const { watch, log, take } = watching(placeOf({ nominalKv: 0.38, transformerKva: 630 }));
    const healthy = supply(220, 400, 20);
    const [l1, l2, l3] = healthy.amps;
    const reversed: Terminals = { volts: healthy.volts, amps: [l1, negative(l2), l3] };
    const minutesOf = (from: number, terminals: Terminals) => {
      for (let at = from; at < from + 10 * MINUTE; at += 10_000) {
        take(at, measured(terminals));
        watch.tick(START + at);
        if (watch.isSaveDue()) watch.saved([]);
      }
    };
    minutesOf(0, reversed);
    expect(log.messages('warn')).toEqual(['A meter seems to be wired wrongly']);
    expect(log.entries[0]?.fields).toEqual({ meter: 'm1', faults: 'CT on L2 reversed' });
    minutesOf(20 * MINUTE, healthy);
    expect(log.messages('info')).toEqual(['The wiring of a meter looks right again']);
  });
});
