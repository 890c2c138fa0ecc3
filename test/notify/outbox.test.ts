import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Mailer } from '../../src/notify/mailer.ts';
import type { Delivery } from '../../src/notify/notifier.ts';
import { type OutboxParts, retryDelay } from '../../src/notify/outbox.ts';
import { mailOptionsFor, mailServer, message, refusal } from './mail-server.ts';
import {
  BUSY,
  DELIVERED,
  log,
  NO_SUCH,
  NOON,
  openState,
  queue,
  ScriptedNotifier,
  settled,
  startOutbox,
  state,
  useFakeTime,
  useOutboxBench,
} from './outbox-bench.ts';

const HOUR = 3_600_000;

useOutboxBench();

describe('with a real mail server', () => {
  const clock = { now: () => NOON };

  it('what was queued before a restart is sent after it, once, oldest first', async () => {
    state.save({
      alerts: [],
      messages: [message('a', { createdAt: NOON - 2 }), message('b', { createdAt: NOON - 1 })],
    });
    state.stop();
    openState();
    const server = await mailServer();
    const mailer = new Mailer(mailOptionsFor(server.port));
    mailer.start();
    onTestFinished(() => mailer.stop());
    const first = startOutbox(mailer, { clock });
    await vi.waitFor(() => expect(state.message('b')?.state).toBe('sent'));
    await first.stop();
    const second = startOutbox(mailer, { clock });
    await second.stop();
    expect(server.mails.map((mail) => mail.messageId)).toEqual(['<a@grid.example>', '<b@grid.example>']);
    expect(state.message('a')).toMatchObject({ state: 'sent', attempts: 1, sentAt: NOON });
  });

  it('one bad address does not hold up the others', async () => {
    const server = await mailServer({
      onRcptTo: ({ address }, _session, done) => {
        if (address.startsWith('gone')) done(refusal(550, 'no such mailbox'));
        else if (address.startsWith('busy')) done(refusal(450, 'mailbox busy'));
        else done();
      },
    });
    const messages = ['gone', 'busy', 'li'].map((to, index) =>
      message(to, { to: `${to}@grid.example`, createdAt: NOON - 10 + index }),
    );
    state.save({ alerts: [], messages });
    const mailer = new Mailer(mailOptionsFor(server.port));
    mailer.start();
    onTestFinished(() => mailer.stop());
    startOutbox(mailer, { clock });
    await vi.waitFor(() => expect(state.message('li')?.state).toBe('sent'));
    expect(server.mails).toHaveLength(1);
    expect(state.message('gone')).toMatchObject({ state: 'given up', attempts: 1 });
    expect(state.message('busy')).toMatchObject({ state: 'queued', attempts: 1 });
    expect(log.entries.filter(({ level }) => level === 'error')).toMatchObject([
      { message: 'Mail given up: nobody was told', fields: { to: 'gone@grid.example' } },
    ]);
  });
});

describe('over hours', () => {
  useFakeTime();
  const NOT_OUT = 'A mail does not get out: whom it is for is not told yet';

  it('after five tries, some minutes, a person is called to the mail server, once until it takes a mail again', async () => {
    let isBusy = true;
    const notifier = new ScriptedNotifier(() => (isBusy ? BUSY : DELIVERED));
    queue('a');
    queue('b');
    startOutbox(notifier);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(log.messages('error')).toEqual([]);
    await vi.advanceTimersByTimeAsync(HOUR);
    expect(log.messages('error')).toEqual([NOT_OUT]);
    isBusy = false;
    await vi.advanceTimersByTimeAsync(HOUR);
    isBusy = true;
    queue('c');
    await vi.advanceTimersByTimeAsync(2 * HOUR);
    expect(log.messages('error')).toEqual([NOT_OUT, NOT_OUT]);
  });

  it('a busy server is asked again after 5, 10, 20 s and so on, with up to a quarter more', async () => {
    const notifier = new ScriptedNotifier(() => (notifier.attempts.length <= 4 ? BUSY : DELIVERED));
    queue('a');
    startOutbox(notifier);
    await vi.advanceTimersByTimeAsync(120_000);
    const gaps = notifier.attempts.map(({ at }, index) => (at - (notifier.attempts[index - 1]?.at ?? at)) / 1000);
    expect(gaps).toHaveLength(5);
    [5, 10, 20, 40].forEach((delay, index) => {
      expect(gaps[index + 1]).toBeGreaterThanOrEqual(delay);
      expect(gaps[index + 1]).toBeLessThanOrEqual(delay * 1.25 + 1);
    });
    expect(state.message('a')).toMatchObject({ state: 'sent', attempts: 5 });
    // The same trouble is told once, not at every attempt.
    expect(log.messages('warn')).toEqual(['Mail not sent yet']);
  });

  it('a message that nobody took for 24 hours is given up loudly, and not before', async () => {
    const notifier = new ScriptedNotifier(() => BUSY);
    queue('a');
    startOutbox(notifier);
    await vi.advanceTimersByTimeAsync(24 * HOUR - 60_000);
    expect(state.message('a')?.state).toBe('queued');
    expect(log.messages('error')).toEqual([NOT_OUT]);
    await vi.advanceTimersByTimeAsync(HOUR);
    expect(state.message('a')).toMatchObject({ state: 'given up', lastError: 'busy' });
    expect(log.messages('error')).toEqual([NOT_OUT, 'Mail given up: nobody was told']);
    // 5 s doubling to 15 min: eight attempts in the first 21 minutes, then some four an hour.
    expect(notifier.attempts.length).toBeGreaterThan(70);
    expect(notifier.attempts.length).toBeLessThan(110);
    const before = notifier.attempts.length;
    await vi.advanceTimersByTimeAsync(24 * HOUR);
    expect(notifier.attempts).toHaveLength(before);
  });

  it('a wake while it is sending is not lost, and nothing is sent twice', async () => {
    let release: (delivery: Delivery) => void = () => undefined;
    const notifier = new ScriptedNotifier((id) =>
      id === 'a' ? new Promise((resolve) => (release = resolve)) : DELIVERED,
    );
    queue('a');
    const outbox = startOutbox(notifier);
    await settled();
    queue('b', 'a');
    outbox.wake();
    outbox.wake();
    await settled();
    expect(notifier.ids).toEqual(['a']);
    release(DELIVERED);
    await settled();
    expect(notifier.ids).toEqual(['a', 'b']);
    outbox.wake();
    await vi.advanceTimersByTimeAsync(2 * HOUR);
    expect(notifier.ids).toEqual(['a', 'b']);
  });

  it('a wake in the instant after it found nothing more is not lost', async () => {
    const notifier = new ScriptedNotifier(() => DELIVERED);
    let isLate = true;
    const watched: OutboxParts['state'] = {
      dueMessages(now, limit) {
        const due = state.dueMessages(now, limit);
        if (due.length === 0 && isLate) {
          isLate = false;
          queueMicrotask(() => {
            queue('late');
            outbox.wake();
          });
        }
        return due;
      },
      nextDue: () => undefined,
      markSent: (id, at) => state.markSent(id, at),
      markFailed: (id, error, retryAt) => state.markFailed(id, error, retryAt),
    };
    queue('a');
    const outbox = startOutbox(notifier, { state: watched });
    await settled();
    expect(notifier.ids).toEqual(['a', 'late']);
  });

  it('sends more than one batch at a go', async () => {
    const ids = Array.from({ length: 55 }, (_, index) => `m${index}`);
    const notifier = new ScriptedNotifier((id) => (id === 'm3' ? NO_SUCH : DELIVERED));
    queue(...ids);
    startOutbox(notifier);
    await settled();
    expect(notifier.ids).toEqual(ids);
  });

  it('a notifier that throws is a failed attempt', async () => {
    const notifier = new ScriptedNotifier((id) => (id === 'a' ? Promise.reject(new Error('a defect')) : DELIVERED));
    queue('a', 'b');
    startOutbox(notifier);
    await settled();
    expect(state.message('a')).toMatchObject({ state: 'queued', attempts: 1, lastError: 'a defect' });
    expect(state.message('b')?.state).toBe('sent');
  });

  it('waits for the mail that is on its way when it stops', async () => {
    let release: (delivery: Delivery) => void = () => undefined;
    const notifier = new ScriptedNotifier(() => new Promise((resolve) => (release = resolve)));
    queue('a', 'b');
    const outbox = startOutbox(notifier);
    await settled();
    const stopped = outbox.stop();
    release(DELIVERED);
    await stopped;
    await vi.advanceTimersByTimeAsync(HOUR);
    expect(notifier.ids).toEqual(['a']);
    expect([state.message('a')?.state, state.message('b')?.state]).toEqual(['sent', 'queued']);
  });

  it('lets go of a mail that hangs when it stops: it is due at once after the next start', async () => {
    const hanging = new ScriptedNotifier(
      (_id, signal) => new Promise((resolve) => signal?.addEventListener('abort', () => resolve(BUSY))),
    );
    queue('a');
    const outbox = startOutbox(hanging);
    await settled();
    const stopped = outbox.stop();
    await vi.advanceTimersByTimeAsync(1_000);
    await stopped;
    expect(state.message('a')).toMatchObject({ state: 'queued', attempts: 0, nextAttemptAt: NOON });
  });
});

it('the delay before attempt n is 5 s · 2ⁿ up to 15 min, and a quarter at most more', () => {
  fc.assert(
    fc.property(fc.nat(200), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (attempts, random) => {
      const base = Math.min(5_000 * 2 ** attempts, 900_000);
      const delay = retryDelay(attempts, () => random);
      expect(delay).toBeGreaterThanOrEqual(base);
      expect(delay).toBeLessThanOrEqual(base * 1.25);
    }),
  );
  expect([0, 3, 8, 60].map((attempts) => retryDelay(attempts, () => 0))).toEqual([5_000, 40_000, 900_000, 900_000]);
});
