import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Quantity } from '../../src/domain/quantity.ts';
import type { Reading, Values } from '../../src/domain/reading.ts';
import { Intake } from '../../src/windows/intake.ts';
import { Windows } from '../../src/windows/windows.ts';

const START = Date.UTC(2026, 2, 1, 8, 0, 0);
const quiet = () => undefined;
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };

function intake() {
  const windows = new Windows(() => 1_000);
  return { windows, intake: new Intake(windows, log) };
}

/** The last of the windows that are closed ten minutes after START. */
function tenMinutes(windows: Windows) {
  return windows.close(START + 700_000).at(-1);
}

function held(...quantities: Quantity[]): Pick<Reading, 'held'> {
  return { held: new Set(quantities) };
}

function part(offset: number, more: Partial<Reading>): Reading {
  const time = START + offset;
  return { meter: 'm', time, arrivedAt: time, timeSource: 'payload', values: {}, ...more };
}

describe('what becomes of a reading that comes in', () => {
  it('is new, known when it comes twice, and late when its minute is closed', () => {
    const { windows, intake: taking } = intake();
    expect(taking.take(part(1_000, { values: { frequency: 50 } }))).toMatchObject({ outcome: 'new', isNews: true });
    expect(taking.take(part(1_000, { values: { frequency: 50 } }))).toMatchObject({ outcome: 'known', isNews: false });
    taking.take(part(2_000, { values: { frequency: 50 } }));
    expect(taking.take(part(1_000, { values: { frequency: 50 } }))).toMatchObject({ outcome: 'known', isNews: false });
    windows.close(START + 120_000);
    expect(taking.take(part(1_500, { values: { frequency: 50 } }))).toMatchObject({ outcome: 'late', isNews: false });
  });

  it('is amended by the second part of a message, whose doubts and gaps join those of the first', () => {
    const { intake: taking } = intake();
    const marked = { value: 9e9, reason: 'out of range' } as const;
    taking.take(
      part(1_000, {
        values: { voltage_l1_n: 220 },
        suspect: { voltage_l2_n: marked },
        missing: { current_l1: 'not in the answer', current_l2: 'not in the answer' },
      }),
    );
    const second = part(1_000, {
      values: { current_l1: 7, voltage_l2_n: 221 },
      suspect: { voltage_l3_n: marked },
      missing: { frequency: 'not a number' },
    });
    expect(taking.take(second)).toMatchObject({ outcome: 'amended', isNews: true });
    expect(taking.latest().get('m')).toEqual(
      part(1_000, {
        values: { voltage_l1_n: 220, current_l1: 7 },
        suspect: { voltage_l2_n: marked, voltage_l3_n: marked },
        missing: { current_l2: 'not in the answer', frequency: 'not a number' },
      }),
    );
    expect(taking.take(second)).toMatchObject({ outcome: 'known', isNews: false });
  });

  it('is amended by a part that comes behind a later instant, and stays whole when its first part comes again', () => {
    const { windows, intake: taking } = intake();
    const first = part(1_000, { values: { voltage_l1_n: 220 } });
    taking.take(first);
    taking.take(part(2_000, { values: { voltage_l1_n: 221 } }));
    const whole = { values: { voltage_l1_n: 220, current_l1: 7 } };
    expect(taking.take(part(1_000, { values: { current_l1: 7 } }))).toMatchObject({
      outcome: 'amended',
      isNews: true,
      reading: whole,
    });
    expect(taking.take(first)).toMatchObject({ outcome: 'known', isNews: false, reading: whole });
    expect(taking.latest().get('m')).toEqual(part(2_000, { values: { voltage_l1_n: 221 } }));
    expect(tenMinutes(windows)?.aggregates).toMatchObject({
      voltage_l1_n: { min: 220, max: 221, count: 2 },
      current_l1: { value: 7, count: 1 },
    });
  });

  it('is another instant when it contradicts what was said with the same stamp, which may be one of whole seconds', () => {
    const { windows, intake: taking } = intake();
    const say = (volts: number, more: Values = {}) => {
      const { reading, outcome, isNews } = taking.take(part(1_000, { values: { voltage_l1_n: volts, ...more } }));
      return [reading.time - START, outcome, isNews];
    };
    expect(say(220)).toEqual([1_000, 'new', true]);
    expect(say(220)).toEqual([1_000, 'known', false]);
    expect(say(220.9, { current_l1: 7 })).toEqual([1_000, 'amended', true]);
    expect(say(100)).toEqual([1_001, 'new', true]);
    expect(say(150)).toEqual([1_002, 'new', true]);
    // Each comes again.
    expect(say(100)).toEqual([1_001, 'known', false]);
    expect(say(220)).toEqual([1_000, 'known', false]);
    expect(tenMinutes(windows)?.aggregates.voltage_l1_n).toMatchObject({ min: 100, max: 220, count: 3 });
  });

  it('is news when the next message has overtaken it, and not when it is older', () => {
    const { intake: taking } = intake();
    const say = (second: number, volts: number) =>
      taking.take(part(second * 1_000, { values: { voltage_l1_n: volts } }));
    say(10, 220);
    expect(say(9, 100)).toMatchObject({ outcome: 'new', isNews: true });
    expect(say(9, 100)).toMatchObject({ outcome: 'known', isNews: false });
    expect(say(4, 100)).toMatchObject({ outcome: 'new', isNews: false });
    expect(taking.latest().get('m')?.values).toEqual({ voltage_l1_n: 220 });
  });

  it('remembers only as many instants as one message may have samples of', () => {
    const { intake: taking } = intake();
    for (let index = 0; index <= 70; index += 1) taking.take(part(index * 100, { values: { voltage_l1_n: 220 } }));
    const late = (index: number) => taking.take(part(index * 100, { values: { current_l1: 7 } })).outcome;
    expect([late(5), late(6), late(69)]).toEqual(['known', 'amended', 'amended']);
  });

  it('follows our clock when it is set back, and no clock of a meter', () => {
    const say = (taking: Intake, second: number, timeSource: Reading['timeSource']) =>
      taking.take(part(second * 1_000, { values: { frequency: 50 }, timeSource })).isNews;
    for (const ours of ['register', 'arrival'] as const) {
      const { intake: taking } = intake();
      expect([3_600, 3_596, 10, 11].map((second) => say(taking, second, ours))).toEqual([true, false, true, true]);
    }
    const { intake: taking } = intake();
    expect([3_600, 10].map((second) => say(taking, second, 'payload'))).toEqual([true, false]);
    // Its time has become one in the future, so that arrival stands in.
    expect(say(taking, 11, 'arrival')).toBe(true);
  });

  it('is amended, and no news, by a part that nobody trusts', () => {
    const { intake: taking } = intake();
    taking.take(part(1_000, { values: { voltage_l1_n: 220 } }));
    const doubted = part(1_000, { suspect: { current_l1: { value: -4, reason: 'out of range' } } });
    const taken = taking.take(doubted);
    expect(taken).toMatchObject({ outcome: 'amended', isNews: false });
    expect(taken.reading).toMatchObject({ values: { voltage_l1_n: 220 }, suspect: doubted.suspect });
  });
});

describe('a value that is held over', () => {
  const HELD = { values: { voltage_l1_n: 230, voltage_l2_n: 231 }, ...held('voltage_l2_n') };

  it('stays in its window when something else is said of its instant later, and gives way to what is said of itself', () => {
    for (const [late, lowest] of [
      [{ frequency: 50 }, 230],
      [{ voltage_l1_n: 100 }, 100],
    ] as const) {
      const { windows, intake: taking } = intake();
      taking.take(part(0, { values: { voltage_l1_n: 230, current_l1: 1 } }));
      taking.take(part(1_000, { values: { voltage_l1_n: 230, current_l1: 2 }, ...held('voltage_l1_n') }));
      taking.take(part(2_000, { values: { voltage_l1_n: 231, current_l1: 3 } }));
      taking.take(part(1_000, { values: late }));
      expect(tenMinutes(windows)?.aggregates.voltage_l1_n).toMatchObject({ min: lowest, max: 231, count: 3 });
    }
  });

  it('is judged and kept like any other until its instant is over', () => {
    const { windows, intake: taking } = intake();
    const taken = taking.take(part(1_000, HELD));
    expect(taken).toMatchObject({ outcome: 'new', isNews: true, reading: { values: HELD.values } });
    taking.take(part(2_000, { values: { voltage_l2_n: 233 } }));
    const [minute] = windows.close(START + 65_000);
    expect(minute?.aggregates.voltage_l2_n).toMatchObject({ count: 2, min: 231, max: 233 });
  });

  it('gives way to a dip that is said of the same instant: that is news, and its windows never had the held value', () => {
    const { windows, intake: taking } = intake();
    taking.take(part(1_000, HELD));
    const dip = part(1_000, { values: { voltage_l1_n: 230, voltage_l2_n: 104 }, ...held('voltage_l1_n') });
    const taken = taking.take(dip);
    expect(taken).toMatchObject({ outcome: 'amended', isNews: true });
    expect(taken.reading).toEqual(part(1_000, { values: { voltage_l1_n: 230, voltage_l2_n: 104 } }));
    expect(taking.latest().get('m')).toEqual(taken.reading);
    expect(taking.take(dip)).toMatchObject({ outcome: 'known', isNews: false });
    taking.take(part(2_000, HELD));
    const [minute] = windows.close(START + 65_000);
    expect(minute).toMatchObject({ count: 2 });
    expect(minute?.aggregates.voltage_l1_n).toMatchObject({ count: 2, min: 230, max: 230 });
    expect(minute?.aggregates.voltage_l2_n).toMatchObject({ count: 2, min: 104, max: 231 });
  });

  it('gives way to a dip also in windows of ten minutes, when its minute has closed', () => {
    const { windows, intake: taking } = intake();
    taking.take(part(59_000, HELD));
    expect(windows.close(START + 65_000)[0]?.aggregates.voltage_l2_n).toMatchObject({ count: 1, min: 231 });
    expect(taking.take(part(59_000, { values: { voltage_l2_n: 104 } }))).toMatchObject({ isNews: true });
    expect(tenMinutes(windows)?.aggregates.voltage_l2_n).toMatchObject({ count: 1, min: 104, max: 104 });
  });

  it('is no news when the same is said of the instant, and no longer held', () => {
    const { windows, intake: taking } = intake();
    taking.take(part(1_000, HELD));
    const taken = taking.take(part(1_000, { values: { voltage_l2_n: 231 } }));
    expect(taken).toMatchObject({ outcome: 'amended', isNews: false });
    expect(taken.reading.held).toBeUndefined();
    // Said once more, and otherwise: that is another instant of the same stamp.
    expect(taking.take(part(1_000, { values: { voltage_l2_n: 104 } }))).toMatchObject({ outcome: 'new', isNews: true });
    expect(tenMinutes(windows)?.aggregates.voltage_l2_n).toMatchObject({ count: 2, min: 104, max: 231 });
  });

  it('gives way to what its meter takes back or doubts, and the rules hear of it', () => {
    const { windows, intake: taking } = intake();
    taking.take(part(1_000, { values: HELD.values, ...held('voltage_l1_n', 'voltage_l2_n') }));
    const marked = { value: 104, reason: 'marked by the meter' } as const;
    const taken = taking.take(
      part(1_000, { missing: { voltage_l1_n: 'not available' }, suspect: { voltage_l2_n: marked } }),
    );
    expect(taken).toMatchObject({ outcome: 'amended', isNews: true });
    expect(taken.reading).toEqual(
      part(1_000, { values: {}, missing: { voltage_l1_n: 'not available' }, suspect: { voltage_l2_n: marked } }),
    );
    expect(tenMinutes(windows)?.aggregates).toEqual({});
  });

  it('takes what was computed from it along, and leaves what was computed from what was said', () => {
    const { windows, intake: taking } = intake();
    const powers = { active_power_l1: 90, apparent_power_l1: 100, active_power_l2: 80, apparent_power_l2: 100 };
    const first = taking.take(part(1_000, { values: powers, ...held('apparent_power_l2') }));
    expect(first.reading.held).toEqual(new Set(['apparent_power_l2', 'power_factor_l2']));
    const second = taking.take(part(1_000, { values: { apparent_power_l2: 160 } }));
    // P / S by hand: 90 / 100, and 80 / 160 in place of 80 / 100.
    expect(second.reading.values).toMatchObject({ power_factor_l1: 0.9, power_factor_l2: 0.5 });
    const { aggregates } = tenMinutes(windows) ?? {};
    expect(aggregates?.power_factor_l1).toMatchObject({ count: 1, min: 0.9, max: 0.9 });
    expect(aggregates?.power_factor_l2).toMatchObject({ count: 1, min: 0.5, max: 0.5 });
  });

  it('leaves no figure behind that followed from it alone', () => {
    const { windows, intake: taking } = intake();
    const powers = { active_power_l1: 90, apparent_power_l1: 100 };
    taking.take(part(1_000, { values: powers, ...held('active_power_l1', 'apparent_power_l1') }));
    const off = taking.take(part(1_000, { values: { active_power_l1: 0, apparent_power_l1: 0 } }));
    expect(off.reading.values).toEqual({ active_power_l1: 0, apparent_power_l1: 0 });
    expect(tenMinutes(windows)?.aggregates.power_factor_l1).toBeUndefined();
  });
});

it('a window has what was said last of each instant, in whatever parts and order it comes', () => {
  const names = ['voltage_l1_n', 'voltage_l2_n', 'voltage_l3_n'] as const;
  const said = fc.tuple(fc.constantFrom(...names), fc.integer({ min: 1, max: 400 }));
  const instant = fc.uniqueArray(said, { selector: ([name]) => name });
  fc.assert(
    fc.property(fc.array(instant, { minLength: 1, maxLength: 8 }), (instants) => {
      const { windows, intake: taking } = intake();
      let before: Partial<Record<Quantity, number>> = {};
      const stood: (typeof before)[] = [];
      for (const [second, parts] of instants.entries()) {
        const now: typeof before = {};
        for (const [name, value] of parts) {
          now[name] ??= value;
          const over = names.filter((each) => each !== name && each in before);
          taking.take(part(second * 1_000, { values: { ...before, [name]: value }, ...held(...over) }));
        }
        if (parts.length === 0) continue;
        before = { ...before, ...now };
        stood.push(before);
      }
      const { aggregates } = tenMinutes(windows) ?? {};
      for (const name of names) {
        const all = stood.flatMap((each) => each[name] ?? []);
        if (all.length === 0) expect(aggregates?.[name]).toBeUndefined();
        else
          expect(aggregates?.[name]).toMatchObject({ count: all.length, min: Math.min(...all), max: Math.max(...all) });
      }
    }),
  );
});
