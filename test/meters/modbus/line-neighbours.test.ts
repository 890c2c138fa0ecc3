import { describe, expect, it } from 'vitest';
import {
  dials,
  health,
  INTERVAL,
  line,
  lineWith,
  log,
  MODEL,
  PROBE,
  pass,
  putMeter,
  readingsOf,
  register,
  round,
  rounds,
  server,
} from './line-bench.ts';

describe('a line with a dead meter', () => {
  it('polls the others as if it were not there, and probes it once in its rest', async () => {
    for (const unit of [1, 3, 4]) putMeter(unit);
    lineWith([1, 2, 3, 4], { timing: { timeout: 400 } });
    const meters = ['m2', 'm1', 'm3', 'm4'];
    await rounds(60, meters);
    for (const meter of ['m1', 'm3', 'm4']) {
      expect(readingsOf(meter)).toHaveLength(60);
      expect(health.get(meter)?.status).toMatchObject({ failed: 0, skipped: 0, busy: 0 });
    }
    // Three misses in a row, in the third second; then a probe every 10 s: 2, 12, 22, 32, 42, 52.
    expect(server.requests.filter(({ unit }) => unit === 2)).toHaveLength(3 + 5);
    // Each miss ended the connection; nothing else did.
    expect(dials).toBe(1 + 3 + 5);
  });

  it('probes it after the polls of the others, and not for longer than until they are due again', async () => {
    for (const unit of [1, 3]) putMeter(unit);
    lineWith([1, 2, 3], { timing: { timeout: 60_000 } });
    server.fault = ({ unit }) => (unit === 2 ? { kind: 'exception', code: 11 } : undefined);
    await rounds(3, ['m1', 'm2', 'm3']);
    server.fault = ({ unit }) => (unit === 2 ? { kind: 'silence' } : undefined);
    pass(PROBE);
    server.requests.length = 0;
    const start = performance.now();
    await round(['m2', 'm1', 'm3']);
    const took = performance.now() - start;
    expect(server.requests.map(({ unit }) => unit)).toEqual([1, 1, 3, 3, 2]);
    expect(took).toBeGreaterThan(INTERVAL / 2);
    expect(took).toBeLessThan(15_000);
  });

  it('probes several dead meters one after the other, and the next at once when one is back', async () => {
    lineWith([1, 2, 3]);
    putMeter(1);
    const meters = ['m1', 'm2', 'm3'];
    await rounds(3, meters);
    pass(PROBE);
    server.requests.length = 0;
    await round(meters);
    // A tenth of the probe interval lies between two probes of a line.
    expect(new Set(server.requests.map(({ unit }) => unit))).toEqual(new Set([1, 2]));
    await round(meters);
    expect(new Set(server.requests.map(({ unit }) => unit))).toEqual(new Set([1, 2, 3]));

    for (const unit of [2, 3]) putMeter(unit);
    pass(PROBE - 2 * INTERVAL);
    await rounds(4, meters);
    expect(readingsOf('m2').length).toBeGreaterThan(0);
    expect(readingsOf('m3').length).toBeGreaterThan(0);
  });

  it('probes it more rarely behind a modem, which a missing answer costs its call', async () => {
    putMeter(1);
    server.fault = ({ unit }) => (unit === 2 ? { kind: 'exception', code: 11 } : undefined);
    lineWith([1, 2], { isCalling: true });
    await rounds(3, ['m1', 'm2']);
    const asked = () => server.requests.filter(({ unit }) => unit === 2).length;
    pass(PROBE);
    await round(['m1', 'm2']);
    expect(asked()).toBe(3);
    pass(9 * PROBE);
    await round(['m1', 'm2']);
    expect(asked()).toBe(4);
  });

  it('waits with every tenth probe as long as with a poll, for a meter that has become slow', async () => {
    putMeter(1);
    putMeter(2);
    server.fault = ({ unit }) => (unit === 2 ? { kind: 'exception', code: 11 } : undefined);
    lineWith([1, 2], { timing: { timeout: 3_000 } });
    await rounds(3, ['m1', 'm2']);
    for (let probe = 1; probe <= 9; probe += 1) {
      pass(PROBE);
      await round(['m1', 'm2']);
    }
    // The neighbour is due again at once: a probe of the usual kind would wait for 50 ms.
    server.fault = ({ unit }) => (unit === 2 ? { kind: 'late', ms: 400 } : undefined);
    await round(['m1']);
    pass(PROBE);
    await round(['m2']);
    expect(readingsOf('m2')).toHaveLength(1);
  });

  it('keeps polling and holds one connection at most while a meter comes and goes', async () => {
    putMeter(1);
    lineWith([1, 2], { timing: { timeout: 60_000 } });
    let isThere = false;
    putMeter(2);
    server.fault = ({ unit }) => (unit === 2 && !isThere ? { kind: 'reset' } : undefined);
    for (let tick = 0; tick < 100; tick += 1) {
      isThere = tick % 7 < 3;
      await round(['m1', 'm2']);
      expect(server.openConnections).toBeLessThanOrEqual(2);
    }
    expect(readingsOf('m1')).toHaveLength(100);
    expect(readingsOf('m2').length).toBeGreaterThan(5);
    await line?.stop();
    await expect.poll(() => server.openConnections).toBe(0);
  });

  it('takes every meter in turn, however many requests one of them needs', async () => {
    const many = Array.from({ length: 8 }, (_, index) => register('voltage_l1_n', 100 * index));
    for (const unit of [1, 2]) for (const { address } of many) server.putFloat(unit, 4, address, 230);
    lineWith([1, 2], { model: { ...MODEL, registers: many } });
    await rounds(3, ['m1', 'm2']);
    const turns = server.requests.map(({ unit }) => unit).filter((unit, index, all) => unit !== all[index - 1]);
    expect(turns).toEqual([1, 2, 1, 2, 1, 2]);
  });

  it('knows how busy it is and how fast it could go', async () => {
    putMeter(1);
    putMeter(2);
    server.fault = ({ start, unit }) => {
      // Each poll takes 100 ms, of the first meter twice as long.
      if (start === 0) pass(unit === 1 ? 200 : 100);
      return undefined;
    };
    lineWith([1, 2]);
    await rounds(10, ['m1', 'm2']);
    // 300 ms of work in each 1300 ms, and 1 s of waiting behind the last.
    expect(line?.status).toMatchObject({ isOpen: true, shortestCycle: 300 });
    expect(line?.status.busLoad).toBeCloseTo((10 * 300) / (10 * 1_300), 2);
  });

  it('goes on after a fault of its own in one poll', async () => {
    putMeter(1);
    putMeter(2);
    lineWith([1, 2]);
    const unit = health.get('m1');
    if (!unit) throw new Error('no health');
    unit.answered = () => {
      throw new Error('broken');
    };
    line?.poll('m1');
    await round(['m2']);
    await round(['m2']);
    expect(readingsOf('m2')).toHaveLength(2);
    expect(log.lines.filter(({ level }) => level === 'error')).toMatchObject([
      { fields: { meter: 'm1', err: { message: 'broken' } }, message: 'Polling a meter failed unexpectedly' },
    ]);
  });
});
