import { describe, expect, it } from 'vitest';
import type { ReadingSink } from '../../../src/meters/reading-sink.ts';
import {
  arrivals,
  dials,
  health,
  line,
  lineWith,
  log,
  now,
  PROBE,
  pass,
  putMeter,
  readings,
  readingsOf,
  round,
  rounds,
  server,
  warnings,
  whileGone,
} from './line-bench.ts';

describe('a line', () => {
  it('gives a reading with all blocks, stamped when the voltages came', async () => {
    putMeter(1);
    lineWith([1]);
    server.fault = ({ start }) => {
      // The clock goes on between the first block and the second.
      if (start === 70) pass(500);
      return undefined;
    };
    const start = now;
    await round(['m1']);
    expect(readings).toEqual([
      {
        meter: 'm1',
        time: start,
        timeSource: 'register',
        arrivedAt: start,
        values: { voltage_l1_n: 230, frequency: 50 },
      },
    ]);
    expect(server.requests.map(({ start }) => start)).toEqual([0, 70]);
  });

  it('goes on with the other units when one is dead, and asks that one ever more rarely', async () => {
    for (const unit of [1, 3]) putMeter(unit);
    lineWith([1, 2, 3]);
    await rounds(9, ['m1', 'm2', 'm3']);
    expect(readingsOf('m1')).toHaveLength(9);
    expect(readingsOf('m3')).toHaveLength(9);
    expect(server.requests.filter(({ unit }) => unit === 2)).toHaveLength(3);
    expect(health.get('m2')?.status).toMatchObject({ answering: false, polls: 3, failed: 3, skipped: 6 });
    expect(health.get('m2')?.status.lastError).toContain('no answer within');
    expect(warnings()).toMatchObject([{ fields: { meter: 'm2' }, message: 'Meter does not answer' }]);

    putMeter(2);
    pass(PROBE);
    await rounds(3, ['m2']);
    expect(readingsOf('m2')).toHaveLength(3);
    expect(log.lines.at(-1)).toMatchObject({ level: 'info', fields: { meter: 'm2' }, message: 'Meter answers again' });
  });

  it.each([
    ['comes with another unit number', { kind: 'wrong unit' }, 'What comes from a meter cannot be understood'],
    ['is that a gateway cannot reach it', { kind: 'exception', code: 11 }, 'Meter does not answer'],
    ['is that it has none of that', { kind: 'exception', code: 2 }, 'Meter gives no readings'],
  ] as const)('tells what is wrong with a meter whose answer %s', async (_, fault, message) => {
    putMeter(1);
    server.fault = () => fault;
    lineWith([1]);
    await rounds(4, ['m1']);
    expect(warnings().at(-1)).toMatchObject({
      fields: { meter: 'm1', reason: health.get('m1')?.status.lastError },
      message,
    });
  });

  it('takes the word of a gateway that a unit is dead, without dropping the connection', async () => {
    putMeter(1);
    server.fault = ({ unit }) => (unit === 2 ? { kind: 'exception', code: 11 } : undefined);
    lineWith([1, 2]);
    await rounds(4, ['m1', 'm2']);
    expect(readings).toHaveLength(4);
    expect(server.accepted).toBe(1);
    expect(server.requests.filter(({ unit }) => unit === 2)).toHaveLength(3);
    expect(health.get('m2')?.status.lastError).toContain('gateway target device failed to respond');
  });

  it('skips and counts a poll whose predecessor is not done', async () => {
    putMeter(1);
    server.fault = () => ({ kind: 'late', ms: 50 });
    lineWith([1]);
    line?.poll('m1');
    line?.poll('m1');
    line?.poll('m1');
    await expect.poll(() => readings.length).toBe(1);
    expect(health.get('m1')?.status).toMatchObject({ polls: 1, skipped: 2, failed: 0 });
  });

  it('dials a dead address ever more rarely, tells it once for all meters, and comes back', async () => {
    putMeter(1);
    putMeter(2);
    const { port } = server;
    await server.stop();
    lineWith([1, 2]);
    await rounds(60, ['m1', 'm2']);
    expect(health.get('m1')?.status).toMatchObject({ answering: false, failed: 60, skipped: 0 });
    // At 0, 1, 3, 7 and 14 or 15 s, then every 8 to 10 s: nine or ten times in a minute.
    expect(dials).toBeGreaterThanOrEqual(9);
    expect(dials).toBeLessThanOrEqual(10);
    expect(log.lines.map(({ level, message }) => [level, message])).toEqual([['warn', 'Line takes no connection']]);

    await server.start(port);
    await rounds(11, ['m1', 'm2']);
    expect(readings.length).toBeGreaterThan(0);
    expect(server.accepted).toBe(1);
    expect(log.lines.at(-1)).toMatchObject({ level: 'info', message: 'Line takes connections again' });
    expect(health.get('m2')?.status).toMatchObject({ answering: true });
    expect(health.get('m2')?.status).not.toHaveProperty('lastError');
  });

  it('connects again by itself after the other side went away', async () => {
    putMeter(1);
    lineWith([1]);
    await round(['m1']);
    await whileGone(() => round(['m1']));
    pass(PROBE);
    await round(['m1']);
    expect(readings).toHaveLength(2);
  });

  it('leaves a pause between two requests where the line needs one', async () => {
    putMeter(1);
    putMeter(2);
    const asked = arrivals();
    lineWith([1, 2], { timing: { pauseBetweenRequests: 40 } });
    await round(['m1', 'm2']);
    expect(asked).toHaveLength(4);
    for (const [index, at] of asked.slice(1).entries()) expect(at - (asked[index] ?? 0)).toBeGreaterThan(35);
  });

  it('reads the other blocks on a new connection when bytes came that nobody asked for', async () => {
    putMeter(1);
    server.fault = ({ start }) => (start === 0 ? { kind: 'unasked', ms: 10 } : undefined);
    lineWith([1], { timing: { pauseBetweenRequests: 500 } });
    await round(['m1']);
    expect(readings).toMatchObject([{ values: { voltage_l1_n: 230, frequency: 50 } }]);
    expect(server.accepted).toBe(2);
    expect(log.lines).toEqual([]);
  });

  it.each<[string, ReadingSink, string]>([
    ['cannot keep a reading yet, which the store tells', () => Promise.reject(new Error('disk full')), 'debug'],
    ['fails', () => expect.fail('disk full'), 'error'],
  ])('logs a sink that %s, and goes on', async (_, onReading, level) => {
    putMeter(1);
    lineWith([1], { onReading });
    await round(['m1']);
    await round(['m1']);
    await expect
      .poll(() => log.lines)
      .toMatchObject([{ level, fields: { meter: 'm1', err: { message: 'disk full' } } }, { level }]);
    expect(health.get('m1')?.status).toMatchObject({ answering: true, failed: 0 });
  });

  it('ends at once, even with a request in flight', async () => {
    putMeter(1);
    server.fault = () => ({ kind: 'silence' });
    lineWith([1], { timing: { timeout: 30_000 } });
    line?.poll('m1');
    await expect.poll(() => server.requests.length).toBe(1);
    const start = performance.now();
    await line?.stop();
    expect(performance.now() - start).toBeLessThan(10_000);
    line?.poll('m1');
    expect(readings).toEqual([]);
    expect(log.lines).toEqual([]);
    await expect.poll(() => server.openConnections).toBe(0);
  });

  it('tells no more often than every ten minutes that it goes down and is back', async () => {
    putMeter(1);
    lineWith([1]);
    const flap = async () => {
      await whileGone(() => rounds(2, ['m1']));
      pass(PROBE);
      await round(['m1']);
    };
    await round(['m1']);
    for (let time = 0; time < 4; time += 1) await flap();
    const told = () => log.lines.filter(({ level }) => level !== 'debug').map(({ level, message }) => [level, message]);
    const once = [
      ['warn', 'Line takes no connection'],
      ['info', 'Line takes connections again'],
    ];
    expect(told()).toEqual(once);
    pass(600_000);
    await flap();
    expect(told()).toEqual([...once, ...once]);
    expect(warnings().at(-1)).toMatchObject({ fields: { times: 4 } });
  });

  it('tells that it stays down even where it had just been told that it was back', async () => {
    putMeter(1);
    lineWith([1]);
    await whileGone(() => round(['m1']));
    pass(PROBE);
    await round(['m1']);
    await server.stop();
    await rounds(2, ['m1']);
    expect(warnings()).toHaveLength(1);
    pass(600_000);
    await round(['m1']);
    expect(warnings()).toHaveLength(2);
  });
});
