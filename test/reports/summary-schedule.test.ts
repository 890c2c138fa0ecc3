import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { type ScheduleParts, SummarySchedule } from '../../src/reports/summary-schedule.ts';
import { EmbeddedStore } from '../../src/store/embedded.ts';
import { SqliteStateStore } from '../../src/store/state.ts';
import { customer, MANAGER_EN, MANAGER_ZH, PEOPLE } from '../notify/fixtures.ts';
import { keepingLog } from '../store/keeping-log.ts';
import { temporaryFolder } from '../store/temporary-folder.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** 2026-03-02 06:00 in Shanghai. */
const EARLY = Date.UTC(2026, 2, 1, 22);

let state: SqliteStateStore;
let store: EmbeddedStore;
let log: ReturnType<typeof keepingLog>;
let wakes: number;

beforeEach(async () => {
  vi.useFakeTimers({ now: EARLY });
  const folder = temporaryFolder();
  log = keepingLog();
  wakes = 0;
  state = new SqliteStateStore({ file: join(folder, 'state.db') });
  state.start();
  store = new EmbeddedStore({
    file: join(folder, 'readings.db'),
    keepReadingsMs: DAY,
    keepWindowsMs: 1_000 * DAY,
    log,
  });
  await store.start();
});

afterEach(async () => {
  vi.useRealTimers();
  await store.stop();
  state.stop();
});

function scheduleWith(change: Partial<ScheduleParts> = {}): SummarySchedule {
  const schedule = new SummarySchedule({
    customers: [customer('c01'), customer('c02', { manager: MANAGER_EN })],
    people: PEOPLE,
    siteName: 'Demo city',
    timeZone: 'Asia/Shanghai',
    store,
    state,
    options: { at: '07:30' },
    clock: systemClock,
    log,
    onMessages: () => {
      wakes += 1;
    },
    ...change,
  });
  onTestFinished(() => schedule.stop());
  return schedule;
}

/** An installation that was up yesterday: it has sent the summary of the day before. */
async function started(change: Partial<ScheduleParts> = {}): Promise<SummarySchedule> {
  state.note('summary: last day', '2026-02-28');
  const schedule = scheduleWith(change);
  await schedule.start();
  return schedule;
}

/** The clock goes to `time`; of the minutes on the way only the last three are lived through. */
async function passUntil(time: number): Promise<void> {
  vi.setSystemTime(time - 3 * MINUTE);
  await vi.advanceTimersByTimeAsync(3 * MINUTE);
}

/** Day and recipient of every summary in the outbox, oldest first. */
const sent = () =>
  state
    .recentMessages(99)
    .map(({ id, recipient, createdAt }) => ({ day: id.split('.')[1], recipient, at: createdAt }))
    .reverse();

describe('the daily summary', () => {
  it('leaves once, at its local time, for every account manager with customers, and wakes the outbox', async () => {
    await started();
    await vi.advanceTimersByTimeAsync(90 * MINUTE - 1);
    expect(sent()).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    const at = EARLY + 90 * MINUTE;
    expect(sent()).toEqual([
      { day: '2026-03-01', recipient: MANAGER_ZH.id, at },
      { day: '2026-03-01', recipient: MANAGER_EN.id, at },
    ]);
    expect(wakes).toBe(1);
    await vi.advanceTimersByTimeAsync(HOUR);
    await passUntil(EARLY + 23 * HOUR);
    expect(sent()).toHaveLength(2);
  });

  it('leaves every day', async () => {
    await started();
    for (const day of [0, 1, 2]) await passUntil(EARLY + day * DAY + 90 * MINUTE);
    const days = sent().map(({ day }) => day);
    expect(days).toEqual(['2026-03-01', '2026-03-01', '2026-03-02', '2026-03-02', '2026-03-03', '2026-03-03']);
    expect(log.messages('error')).toEqual([]);
  });

  it('of a new installation is not owed for the day before, and is for the first day', async () => {
    vi.setSystemTime(EARLY + 6 * HOUR);
    await scheduleWith().start();
    await vi.advanceTimersByTimeAsync(HOUR);
    expect(sent()).toEqual([]);
    await passUntil(EARLY + DAY + 90 * MINUTE);
    expect(sent().map(({ day }) => day)).toEqual(['2026-03-02', '2026-03-02']);
  });

  it('of a missed morning leaves at the next start, for the last day only', async () => {
    state.note('summary: last day', '2026-02-20');
    vi.setSystemTime(EARLY + 5 * HOUR);
    const schedule = scheduleWith();
    await schedule.start();
    expect(sent().map(({ day }) => day)).toEqual(['2026-03-01', '2026-03-01']);
  });

  it('waits for its time when the start is earlier', async () => {
    const schedule = await started();
    expect(sent()).toEqual([]);
    await schedule.stop();
  });

  it('is not sent again after a restart, however often', async () => {
    const first = await started();
    await vi.advanceTimersByTimeAsync(2 * HOUR);
    await first.stop();
    for (let restart = 0; restart < 3; restart += 1) {
      const again = scheduleWith();
      await again.start();
      await vi.advanceTimersByTimeAsync(10 * MINUTE);
      await again.stop();
    }
    expect(sent()).toHaveLength(2);
  });

  it('that was saved but not noted, because of a crash in between, is not sent twice', async () => {
    const first = await started();
    await vi.advanceTimersByTimeAsync(2 * HOUR);
    await first.stop();
    const ids = state.recentMessages(9).map(({ id }) => id);
    state.note('summary: last day', '2026-02-28');
    await scheduleWith().start();
    expect(state.recentMessages(9).map(({ id }) => id)).toEqual(ids);
  });

  it('is not sent after stop', async () => {
    const schedule = await started();
    await schedule.stop();
    await vi.advanceTimersByTimeAsync(3 * HOUR);
    expect(sent()).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is made up for a minute that nobody could use, such as a blocked process', async () => {
    await started();
    await vi.advanceTimersByTimeAsync(89 * MINUTE);
    // The process stands still from 07:29 to 07:42.
    vi.setSystemTime(EARLY + 102 * MINUTE);
    await vi.advanceTimersByTimeAsync(2 * MINUTE);
    expect(sent()).toHaveLength(2);
  });

  it('of a store that is away is tried again every ten minutes, and said to have failed', async () => {
    let isAway = true;
    const away: ScheduleParts['store'] = {
      windows: (...args) => (isAway ? Promise.reject(new Error('no answer')) : store.windows(...args)),
    };
    await started({ store: away });
    await vi.advanceTimersByTimeAsync(90 * MINUTE + 35 * MINUTE);
    expect(log.messages('error')).toEqual(Array(4).fill('The daily summary failed; it is tried again in ten minutes'));
    isAway = false;
    await vi.advanceTimersByTimeAsync(10 * MINUTE);
    expect(sent().map(({ day }) => day)).toEqual(['2026-03-01', '2026-03-01']);
  });

  it('at midnight waits until the last window of the day is in the store', async () => {
    state.note('summary: last day', '2026-02-28');
    vi.setSystemTime(Date.UTC(2026, 2, 1, 15, 59));
    await scheduleWith({ options: { at: '00:00' } }).start();
    await vi.advanceTimersByTimeAsync(MINUTE + 30_000);
    expect(sent()).toEqual([]);
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect(sent().map(({ day }) => day)).toEqual(['2026-03-01', '2026-03-01']);
  });
});

describe('where clocks change', () => {
  const at = (options: { at: string }) => ({ options, timeZone: 'Europe/Berlin' });

  it('a time that the night leaves out is made up for after the gap', async () => {
    // 2026-03-29: 02:00 becomes 03:00 at 01:00 UTC.
    vi.setSystemTime(Date.UTC(2026, 2, 29, 0, 30));
    state.note('summary: last day', '2026-03-27');
    await scheduleWith(at({ at: '02:30' })).start();
    await vi.advanceTimersByTimeAsync(29 * MINUTE);
    expect(sent()).toEqual([]);
    await vi.advanceTimersByTimeAsync(2 * MINUTE);
    expect(sent()).toMatchObject([
      { day: '2026-03-28', at: Date.UTC(2026, 2, 29, 1) },
      { day: '2026-03-28', at: Date.UTC(2026, 2, 29, 1) },
    ]);
  });

  it('a time that comes twice in the night is used once', async () => {
    // 2026-10-25: 03:00 becomes 02:00 at 01:00 UTC.
    vi.setSystemTime(Date.UTC(2026, 9, 25, 0, 0));
    state.note('summary: last day', '2026-10-23');
    await scheduleWith(at({ at: '02:30' })).start();
    await vi.advanceTimersByTimeAsync(5 * HOUR);
    expect(sent()).toMatchObject([
      { day: '2026-10-24', at: Date.UTC(2026, 9, 25, 0, 30) },
      { day: '2026-10-24', at: Date.UTC(2026, 9, 25, 0, 30) },
    ]);
  });

  it('the day after is summed up at the same local time', async () => {
    vi.setSystemTime(Date.UTC(2026, 2, 28, 12));
    state.note('summary: last day', '2026-03-27');
    await scheduleWith(at({ at: '07:30' })).start();
    await passUntil(Date.UTC(2026, 2, 29, 5, 31));
    await passUntil(Date.UTC(2026, 2, 30, 5, 31));
    expect(sent().map(({ at: time }) => new Date(time).toISOString())).toEqual([
      '2026-03-29T05:30:00.000Z',
      '2026-03-29T05:30:00.000Z',
      '2026-03-30T05:30:00.000Z',
      '2026-03-30T05:30:00.000Z',
    ]);
  });
});
