import { describe, expect, it, vi } from 'vitest';
import type { OutboxParts } from '../../src/notify/outbox.ts';
import {
  BUSY,
  DELIVERED,
  log,
  queue,
  ScriptedNotifier,
  startOutbox,
  state,
  useFakeTime,
  useOutboxBench,
} from './outbox-bench.ts';

useOutboxBench();

describe('on a failing disk', () => {
  useFakeTime();

  /** The real store, whose calls fail while `refuses` says so. */
  function failing(refuses: (call: keyof OutboxParts['state'], id?: string) => boolean) {
    const calls: string[] = [];
    const checked = (call: keyof OutboxParts['state'], id?: string) => {
      calls.push(call);
      if (refuses(call, id)) throw new Error('disk I/O error');
    };
    const store: OutboxParts['state'] = {
      dueMessages(now, limit) {
        checked('dueMessages');
        return state.dueMessages(now, limit);
      },
      nextDue() {
        checked('nextDue');
        return state.nextDue();
      },
      markSent(id, at) {
        checked('markSent', id);
        state.markSent(id, at);
      },
      markFailed(id, error, retryAt) {
        checked('markFailed', id);
        state.markFailed(id, error, retryAt);
      },
    };
    return { store, calls };
  }

  it('a mail whose sending cannot be recorded is not sent again, the others go, and it is recorded later', async () => {
    let isBroken = true;
    const { store, calls } = failing((call, id) => isBroken && call === 'markSent' && id === 'a');
    const notifier = new ScriptedNotifier(() => DELIVERED);
    queue('a', 'b');
    startOutbox(notifier, { state: store });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(notifier.ids).toEqual(['a', 'b']);
    expect(state.message('b')?.state).toBe('sent');
    expect(log.messages('error')).toEqual(['What became of a mail is not on disk: a crash now sends it again']);
    expect(calls.length).toBeLessThan(300);
    isBroken = false;
    await vi.advanceTimersByTimeAsync(2_000);
    expect(state.message('a')).toMatchObject({ state: 'sent', attempts: 1 });
    expect(notifier.ids).toEqual(['a', 'b']);
  });

  it('a failure that cannot be recorded does not make it spin', async () => {
    const { store } = failing((call) => call === 'markFailed');
    const notifier = new ScriptedNotifier(() => BUSY);
    queue('a');
    startOutbox(notifier, { state: store });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(notifier.ids).toEqual(['a']);
  });

  it('an outbox that cannot be read is asked again, ever more seldom, and says so', async () => {
    let isBroken = true;
    const { store, calls } = failing(() => isBroken);
    const notifier = new ScriptedNotifier(() => DELIVERED);
    queue('a');
    startOutbox(notifier, { state: store });
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    // At 0, 2, 6, 14, 30 and 62 s, and from there on every 60 s up to 542 s.
    expect(calls.filter((call) => call === 'dueMessages')).toHaveLength(14);
    expect(new Set(log.messages('error'))).toEqual(new Set(['The outbox cannot be read: nobody is told until it can']));
    isBroken = false;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(notifier.ids).toEqual(['a']);
  });

  it('not knowing when the next is due is no reason to stop', async () => {
    const { store } = failing((call) => call === 'nextDue');
    const notifier = new ScriptedNotifier(() => (notifier.attempts.length === 1 ? BUSY : DELIVERED));
    queue('a');
    startOutbox(notifier, { state: store });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(state.message('a')).toMatchObject({ state: 'sent', attempts: 2 });
  });
});
