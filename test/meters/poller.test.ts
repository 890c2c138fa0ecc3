import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Poller, type PollTask } from '../../src/meters/poller.ts';
import { recordingLog } from './fixtures.ts';

const clock = { now: () => Date.now() };
let polls: { meter: string; at: number }[];
let missed: Record<string, number>;
let poller: Poller | undefined;

function task(meter: string, line: string, interval: number): PollTask {
  return {
    meter,
    line,
    interval,
    poll: () => polls.push({ meter, at: Date.now() }),
    missed: (ticks) => {
      missed[meter] = (missed[meter] ?? 0) + ticks;
    },
  };
}

function started(tasks: PollTask[], log = recordingLog()): Poller {
  poller = new Poller({ tasks, clock, log });
  poller.start();
  return poller;
}

const START = Date.UTC(2026, 2, 1, 8, 0, 0, 1);

beforeEach(() => {
  vi.useFakeTimers({ now: START });
  polls = [];
  missed = {};
});

afterEach(() => {
  poller?.stop();
  vi.useRealTimers();
});

describe('the poller', () => {
  it('polls each meter once in its interval, aligned to the wall clock', () => {
    started([task('fast', 'a', 1_000), task('slow', 'a', 10_000)]);
    vi.advanceTimersByTime(60_000);
    const of = (meter: string) => polls.filter((poll) => poll.meter === meter).map(({ at }) => at);
    expect(of('fast')).toHaveLength(60);
    expect(of('slow')).toHaveLength(6);
    expect(new Set(of('fast').map((at) => at % 1_000))).toEqual(new Set([0]));
    expect(new Set(of('slow').map((at) => at % 10_000))).toEqual(new Set([0]));
  });

  it('spreads the lines over the first 80 % of the interval and keeps the meters of a line together', () => {
    const tasks = Array.from({ length: 70 }, (_, line) => [
      task(`m${line}a`, `line${line}`, 1_000),
      task(`m${line}b`, `line${line}`, 1_000),
    ]).flat();
    started(tasks);
    vi.advanceTimersByTime(1_000);
    expect(polls).toHaveLength(140);
    const slots = new Map<number, string[]>();
    for (const { meter, at } of polls) slots.set(at % 1_000, [...(slots.get(at % 1_000) ?? []), meter]);
    expect([...slots.keys()].sort((a, b) => a - b)).toEqual([0, 100, 200, 300, 400, 500, 600, 700]);
    for (const meters of slots.values()) {
      // 70 lines in 8 slots are 8 or 9 lines, of two meters each.
      expect([16, 18]).toContain(meters.length);
      for (const meter of meters)
        expect(meters).toContain(meter.endsWith('a') ? meter.replace('a', 'b') : meter.replace('b', 'a'));
    }
  });

  it('leaves time for the last answers before the minute ends', () => {
    const tasks = Array.from({ length: 70 }, (_, line) => task(`m${line}`, `line${line}`, 10_000));
    started(tasks);
    // The minute of the start is not a whole one.
    vi.advanceTimersByTime(59_998);
    polls = [];
    vi.advanceTimersByTime(10 * 60_000);
    // Answers come 50 to 350 ms after the poll, as it happens.
    const counts = new Map<string, number>();
    for (const [index, { meter, at }] of polls.entries()) {
      const minute = Math.floor((at + 50 + ((index * 97) % 301)) / 60_000);
      counts.set(`${meter} ${minute}`, (counts.get(`${meter} ${minute}`) ?? 0) + 1);
    }
    expect(counts.size).toBe(70 * 10);
    expect(new Set(counts.values())).toEqual(new Set([6]));
    expect(Math.max(...polls.map(({ at }) => at % 10_000))).toBe(7_800);
  });

  it('keeps the slots few: a thousand lines at 1 s wake it eight times a second, at 1 h eighty times', () => {
    vi.setSystemTime(Date.UTC(2026, 2, 1, 8) - 1);
    started(Array.from({ length: 1_000 }, (_, index) => task(`m${index}`, `line${index}`, 1_000)));
    vi.advanceTimersByTime(1_000);
    expect(new Set(polls.map(({ at }) => at)).size).toBe(8);
    poller?.stop();
    polls = [];
    vi.setSystemTime(Date.UTC(2026, 2, 1, 9) - 1);
    started(Array.from({ length: 1_000 }, (_, index) => task(`m${index}`, `line${index}`, 3_600_000)));
    vi.advanceTimersByTime(3_600_000);
    expect(polls).toHaveLength(1_000);
    expect(new Set(polls.map(({ at }) => at)).size).toBe(80);
  });

  it('is made in time that grows with the number of meters, not with its square', () => {
    // Of the processor, which other programs do not lengthen; the shortest of some, for the sake of the garbage collector.
    const ofLines = (count: number) => {
      const tasks = Array.from({ length: count }, (_, index) => task(`m${index}`, `line${index}`, 10_000));
      const times = Array.from({ length: 5 }, () => {
        const before = process.cpuUsage();
        started(tasks).stop();
        return process.cpuUsage(before).user;
      });
      return Math.min(...times);
    };
    ofLines(1_000);
    // Sixteen times the meters take about 16 times as long, and 256 times where each is searched for among all.
    expect(ofLines(80_000)).toBeLessThan(64 * Math.max(500, ofLines(5_000)));
  });

  it('waits with one timer, however many meters there are', () => {
    started(Array.from({ length: 500 }, (_, index) => task(`m${index}`, `line${index}`, 1_000 + (index % 3) * 500)));
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(5_000);
    expect(vi.getTimerCount()).toBe(1);
  });

  it('does not make up for the ticks of a stall, but counts them', () => {
    started([task('m', 'a', 1_000)]);
    vi.advanceTimersByTime(3_000);
    expect(polls).toHaveLength(3);
    // The process stood still for 10.5 s: the wall clock went on, the timers did not.
    vi.setSystemTime(Date.now() + 10_500);
    vi.advanceTimersByTime(1_000);
    expect(polls.length).toBeLessThanOrEqual(5);
    expect(missed.m).toBe(10);
    vi.advanceTimersByTime(10_000);
    expect(new Set(polls.slice(-5).map(({ at }) => at % 1_000))).toEqual(new Set([0]));
  });

  it('goes on in the right second after the clock was set back', () => {
    started([task('m', 'a', 1_000)]);
    vi.advanceTimersByTime(2_000);
    vi.setSystemTime(Date.now() - 3_600_300);
    const before = polls.length;
    vi.advanceTimersByTime(5_000);
    expect(polls.length - before).toBeGreaterThanOrEqual(4);
    expect(new Set(polls.map(({ at }) => at % 1_000))).toEqual(new Set([0]));
    expect(missed).toEqual({});
  });

  it('goes on when polling one meter throws, and says so', () => {
    const log = recordingLog();
    const bad = { ...task('bad', 'a', 1_000), poll: () => expect.fail('broken') };
    started([bad, task('good', 'a', 1_000)], log);
    vi.advanceTimersByTime(3_000);
    expect(polls).toHaveLength(3);
    expect(log.lines).toHaveLength(3);
    expect(log.lines[0]).toMatchObject({ level: 'error', fields: { meter: 'bad' } });
  });

  it('polls no more once stopped', () => {
    started([task('m', 'a', 1_000)]).stop();
    vi.advanceTimersByTime(10_000);
    expect(polls).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
