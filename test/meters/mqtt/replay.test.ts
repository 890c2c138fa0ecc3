import { describe, expect, it } from 'vitest';
import { Replay } from '../../../src/meters/mqtt/replay.ts';
import { type Line, played } from './replaying-line.ts';

const COUNTED = { isCounted: true, inHand: 1 };

/** Milliseconds until three whole counts of a second follow the one in which the replay went over to what is of now. */
const FEW_SECONDS = 5_000;

describe('the end of a replay', () => {
  it.each<readonly [string, Line]>([
    ['three messages a second, when nothing is known of them', { queued: 1_000, every: 333 }],
    ['three messages a second, when they were heard before', { queued: 1_000, every: 333, lived: 30_000 }],
    ['fifty messages a second, when nothing is known of them', { queued: 500, every: 20 }],
    ['fifty messages a second, when they were heard before', { queued: 500, every: 20, lived: 30_000 }],
    ['a line that was away for a moment', { queued: 5, every: 20, lived: 30_000 }],
    ['a broker that sends one at a time', { queued: 500, every: 50, window: 1, lived: 30_000 }],
    ['a broker that sends all at once', { queued: 3_000, every: 50, window: 5_000 }],
    ['two hundred messages a second at a slow disk', { queued: 2_000, every: 5, disk: () => 40, lived: 30_000 }],
    ['a meter that speaks now and then', { queued: 3_000, every: 2_000 }],
  ])('is found within seconds, and not too early: %s', (_, line) => {
    const { deceived, sent = Number.NaN, ended } = played(line);
    expect(deceived).toBe(0);
    expect(ended).toBeLessThan(sent + FEW_SECONDS);
  });

  it.each<readonly [string, Line]>([
    ['stands still for 5 s', { queued: 2_000, every: 50, disk: (flush) => (flush === 30 ? 5_000 : 3), lived: 30_000 }],
    ['stands still again and again', { queued: 300, every: 400, disk: (flush) => (flush % 3 === 1 ? 2_500 : 3) }],
    ['takes half a second each time', { queued: 300, every: 50, disk: () => 500, lived: 30_000 }],
    ['gets slower and slower', { queued: 500, every: 100, disk: (flush) => 3 + 20 * flush }],
  ])('is not seen in a disk that %s: the broker waits for it', (_, line) => {
    const { deceived, ended } = played(line);
    expect(deceived).toBe(0);
    expect(ended).toBeDefined();
  });

  it.each([
    [200, 20],
    [600, 20],
    [950, 20],
    [1_400, 20],
    [3_500, 100],
  ])('is not seen in the round trips of a slow line: %i ms, with %i messages each', (trip, window) => {
    for (const lived of [0, 60_000]) {
      const { deceived, ended } = played({ queued: 400, every: 250, trip, window, lived });
      expect(deceived).toBe(0);
      expect(ended).toBeDefined();
    }
  });

  it('is a pace that the line had before, also when it has no end that shows', () => {
    // Nothing had waited: the pace is the same from the first message on.
    const { ended } = played({ queued: 0, every: 100, lived: 30_000 });
    expect(ended).toBeGreaterThanOrEqual(3_000);
    expect(ended).toBeLessThan(3_000 + 200);
  });

  it('is taken for granted after a minute, which is said once', () => {
    const { ended, log } = played({ queued: 0, every: 100 });
    // The 3 ms of 100 in which a message is in hand are none of it: 60 s / 0.97, and a message more.
    expect(ended).toBeGreaterThanOrEqual(60_000);
    expect(ended).toBeLessThan(61_856 + 200);
    expect(log.lines).toHaveLength(1);
    expect(log.lines[0]).toMatchObject({
      level: 'info',
      message: expect.stringContaining('For 60 s after the connection'),
      fields: { broker: 'main' },
    });
  });

  it('is not taken for granted for a disk that stands still: that time does not count', () => {
    const { deceived } = played({ queued: 100, every: 100, disk: (flush) => (flush === 1 ? 70_000 : 3) });
    expect(deceived).toBe(0);
  });
});

describe('a replay that gets slower', () => {
  /** Whether it has ended when one in `gap` milliseconds came for 5 s, after one in each millisecond came for 2 s. */
  function endsAt(gap: number, usualGap: number | undefined): boolean {
    const replay = new Replay(0, 1, usualGap === undefined ? undefined : 1 / usualGap);
    const uncounted = { isCounted: false, inHand: 1 };
    for (let now = 0; now < 2_000; now += 1) expect(replay.endsWith(uncounted, now)).toBeUndefined();
    for (let now = 2_000; now < 7_000; now += gap) if (replay.endsWith(uncounted, now)) return true;
    return false;
  }

  it.each<readonly [string, number, number | undefined, boolean]>([
    ['at a third of its pace', 3, undefined, false],
    ['at a fifth of its pace', 5, undefined, true],
    ['at a fifth of its pace that is twice the usual one', 5, 10, true],
    ['at a fifth of its pace that is five times the usual one', 5, 25, false],
    ['at half of its pace that is the usual one and a bit', 2, 2.8, true],
  ])('has ended, or not: %s', (_, gap, usualGap, hasEnded) => {
    expect(endsAt(gap, usualGap)).toBe(hasEnded);
  });

  it('has not ended before it goes on steadily', () => {
    const replay = new Replay(0, 1, undefined);
    const ends = [1_000, 50, 200, 100, 150, 150].map((count, second) =>
      Array.from({ length: count }, (_, index) => index / count).some((part) =>
        replay.endsWith({ isCounted: false, inHand: 1 }, 1_000 * (second + part)),
      ),
    );
    // 200 is more than twice 50, and not more than twice 100.
    expect(ends).toEqual([false, false, false, false, false, true]);
  });
});

describe('a quiet moment', () => {
  it('begins when nothing is in hand any more', () => {
    const replay = new Replay(0, 1, undefined);
    expect(replay.endsWith(COUNTED, 1)).toBeUndefined();
    expect(replay.endsWith({ isCounted: true, inHand: 2 }, 2)).toBeUndefined();
    // One of two: the broker may wait for the other.
    replay.acknowledged(1, 3);
    expect(replay.endsWith(COUNTED, 700)).toBeUndefined();
    replay.acknowledged(0, 800);
    expect(replay.endsWith(COUNTED, 1_299)).toBeUndefined();
    replay.acknowledged(0, 1_300);
    expect(replay.endsWith(COUNTED, 1_800)).toBe('quiet');
  });

  it.each([
    [1, 500],
    [125, 500],
    [300, 1_200],
  ])('lasts four times the %i ms that the broker took to answer, and half a second at least', (answer, quiet) => {
    expect(new Replay(0, answer, undefined).endsWith(COUNTED, quiet - 1)).toBeUndefined();
    expect(new Replay(0, answer, undefined).endsWith(COUNTED, quiet)).toBe('quiet');
  });
});

it('lets no message that the broker does not count hide that it waits for us', () => {
  const replay = new Replay(0, 1, 1);
  for (let inHand = 1; inHand <= 20; inHand += 1)
    expect(replay.endsWith({ isCounted: true, inHand }, 1)).toBeUndefined();
  for (let now = 100; now < 120_000; now += 700) {
    expect(replay.endsWith({ isCounted: false, inHand: 21 }, now)).toBeUndefined();
    replay.acknowledged(20, now);
  }
});
