import { describe, expect, it } from 'vitest';
import { AlertBook } from '../../src/alerts/alert-book.ts';
import type { Judgement } from '../../src/alerts/lifecycle.ts';
import type { Standing } from '../../src/domain/verdict.ts';

const AT_ONCE = { openAfter: 0, clearAfter: 0, maxGap: 60_000 };
const LATER = { ...AT_ONCE, openAfter: 10_000 };

function judgement(standing: Standing, time: number, subject = 'm'): Judgement {
  const evidence = { judged: 80, limit: 90, unit: '%', kind: 'dip', phases: [], badness: 1 } as const;
  return {
    rule: 'voltage_dip',
    subject,
    severity: 'critical',
    verdict: { standing, evidence },
    start: time,
    end: time,
  };
}

describe('the alert book', () => {
  it('has one alert per rule and subject, and gives out what is not on disk yet', () => {
    const book = new AlertBook();
    expect(book.judge(judgement('bad', 1_000), AT_ONCE)).toMatchObject({ kind: 'fired' });
    expect(book.judge(judgement('bad', 2_000), AT_ONCE)).toBeUndefined();
    expect(book.judge(judgement('bad', 2_000, 'other'), AT_ONCE)).toMatchObject({ kind: 'fired' });
    expect(book.open()).toHaveLength(2);
    const unsaved = book.unsaved();
    expect(unsaved.alerts.map(({ subject, lastBad }) => [subject, lastBad])).toEqual([
      ['m', 2_000],
      ['other', 2_000],
    ]);
    book.saved(unsaved);
    expect(book.unsaved()).toEqual({ alerts: [], forget: [] });
  });

  it('keeps what changed while the disk was written', () => {
    const book = new AlertBook();
    book.judge(judgement('bad', 1_000), AT_ONCE);
    const unsaved = book.unsaved();
    book.judge(judgement('good', 2_000), AT_ONCE);
    book.saved(unsaved);
    expect(book.unsaved().alerts).toMatchObject([{ state: 'resolved' }]);
  });

  it('forgets a pending alert that came to nothing, on disk too', () => {
    const book = new AlertBook();
    book.judge(judgement('bad', 1_000), LATER);
    const [pending] = book.unsaved().alerts;
    book.saved(book.unsaved());
    book.judge(judgement('good', 2_000), LATER);
    expect(book.unsaved()).toEqual({ alerts: [], forget: [pending?.id] });
    expect(book.open()).toEqual([]);
  });

  it('goes on where the last process stopped: nothing is fired twice, a hold time runs on', () => {
    const before = new AlertBook();
    before.judge(judgement('bad', 1_000, 'firing'), AT_ONCE);
    before.judge(judgement('bad', 1_000, 'pending'), LATER);

    const after = new AlertBook();
    after.restore(before.unsaved().alerts);
    expect(after.judge(judgement('bad', 5_000, 'firing'), AT_ONCE)).toBeUndefined();
    expect(after.judge(judgement('bad', 11_000, 'pending'), LATER)).toMatchObject({
      kind: 'fired',
      alert: { since: 1_000 },
    });
    expect(after.judge(judgement('good', 12_000, 'firing'), AT_ONCE)).toMatchObject({ kind: 'resolved' });
  });

  it('knows what fired within a span of time', () => {
    const book = new AlertBook();
    book.judge(judgement('bad', 10_000), AT_ONCE);
    const fired = (from: number, to: number) => book.firedWithin('voltage_dip', 'm', from, to);
    expect([fired(0, 9_999), fired(0, 10_000), fired(20_000, 30_000)]).toEqual([false, true, true]);
    book.judge(judgement('good', 15_000), AT_ONCE);
    expect([fired(0, 9_999), fired(12_000, 13_000), fired(15_001, 20_000)]).toEqual([false, true, false]);
    expect(book.firedWithin('voltage_dip', 'other', 0, 99_000)).toBe(false);
  });

  it('ends an alert from outside with the reason, a pending one without a word', () => {
    const book = new AlertBook();
    book.judge(judgement('bad', 1_000, 'firing'), AT_ONCE);
    book.judge(judgement('bad', 1_000, 'pending'), LATER);
    expect(book.end('voltage_dip', 'firing', 'taken over by a graver alert', 2_000)).toMatchObject({
      kind: 'resolved',
      alert: { resolvedBecause: 'taken over by a graver alert', resolvedAt: 2_000 },
    });
    expect(book.end('voltage_dip', 'pending', 'taken over by a graver alert', 2_000)).toBeUndefined();
    expect(book.open()).toEqual([]);
  });
});
