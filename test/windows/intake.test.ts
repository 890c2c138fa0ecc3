import { describe, expect, it } from 'vitest';
import type { Reading } from '../../src/domain/reading.ts';
import { Intake } from '../../src/windows/intake.ts';
import { Windows } from '../../src/windows/windows.ts';

const START = Date.UTC(2026, 2, 1, 8, 0, 0);
const quiet = () => undefined;
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };

function intake() {
  const windows = new Windows(() => 1_000);
  return { windows, intake: new Intake(windows, log) };
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

  it('is amended, and no news, by a part that nobody trusts', () => {
    const { intake: taking } = intake();
    taking.take(part(1_000, { values: { voltage_l1_n: 220 } }));
    const doubted = part(1_000, { suspect: { current_l1: { value: -4, reason: 'out of range' } } });
    const taken = taking.take(doubted);
    expect(taken).toMatchObject({ outcome: 'amended', isNews: false });
    expect(taken.reading).toMatchObject({ values: { voltage_l1_n: 220 }, suspect: doubted.suspect });
  });
});
