import { describe, expect, it } from 'vitest';
import {
  arrivals,
  dials,
  health,
  lineWith,
  MODEL,
  pass,
  putMeter,
  readings,
  register,
  round,
  rounds,
  serveIn,
  server,
} from './line-bench.ts';

const ENERGY = register('energy_active_import', 100, { type: 'uint32', scale: 10, isSlow: true });
const WITH_ENERGY = { ...MODEL, registers: [...MODEL.registers, ENERGY] };

describe('a line', () => {
  it.each([5, 6])('asks a meter again that is busy (exception %i), after a moment', async (code) => {
    putMeter(1);
    let isBusy = true;
    const asked = arrivals(() => {
      const fault = isBusy ? ({ kind: 'exception', code } as const) : undefined;
      isBusy = false;
      return fault;
    });
    lineWith([1]);
    await round(['m1']);
    expect(readings).toMatchObject([{ values: { voltage_l1_n: 230, frequency: 50 } }]);
    expect(asked).toHaveLength(3);
    expect((asked[1] ?? 0) - (asked[0] ?? 0)).toBeGreaterThan(90);
    expect(dials).toBe(1);
    expect(health.get('m1')?.status).toMatchObject({
      failed: 0,
      lastException: { reason: expect.stringContaining(`Modbus exception ${code}`) },
    });
  });

  it('leaves a meter that stays busy alone until the next poll', async () => {
    putMeter(1);
    server.fault = () => ({ kind: 'exception', code: 6 });
    lineWith([1]);
    await round(['m1']);
    expect(server.requests).toHaveLength(2);
    expect(health.get('m1')?.status).toMatchObject({ failed: 1, lastError: 'Modbus exception 6: device busy' });
  });

  it('asks as often again as it may after no answer, each time over a new connection', async () => {
    putMeter(1);
    let left = 2;
    server.fault = () => (left-- > 0 ? { kind: 'silence' } : undefined);
    lineWith([1], { timing: { retries: 2 } });
    await round(['m1']);
    expect(readings).toMatchObject([{ values: { voltage_l1_n: 230, frequency: 50 } }]);
    expect(server.accepted).toBe(3);
    left = 3;
    await round(['m1']);
    expect(health.get('m1')?.status).toMatchObject({ polls: 2, failed: 1 });
  });

  it.each([
    ['end', 'tcp'],
    ['reset', 'tcp'],
    ['end', 'rtu'],
    ['reset', 'rtu'],
  ] as const)('gives all blocks of a device that closes (%s, %s) upon the second request', async (kind, framing) => {
    await serveIn(framing);
    putMeter(1);
    let hasAnswered = false;
    server.fault = () => {
      hasAnswered = !hasAnswered;
      return hasAnswered ? undefined : { kind };
    };
    lineWith([1], { framing });
    await rounds(5, ['m1']);
    for (const { values } of readings) expect(values).toEqual({ voltage_l1_n: 230, frequency: 50 });
    expect(readings).toHaveLength(5);
    expect(health.get('m1')?.status).toMatchObject({ failed: 0, polls: 5 });
    // Of ten requests the first was answered at once, each other one only when it was sent again.
    expect(server.requests).toHaveLength(19);
  });

  it('asks only once more over a new connection, and not where the first request met the end', async () => {
    putMeter(1);
    server.fault = ({ start }) => (start === 70 ? { kind: 'reset' } : undefined);
    lineWith([1]);
    await round(['m1']);
    expect(server.requests.map(({ start }) => start)).toEqual([0, 70, 70]);
    server.requests.length = 0;
    server.fault = () => ({ kind: 'reset' });
    await round(['m1']);
    expect(server.requests).toHaveLength(1);
  });

  it('does not ask again where it must not', async () => {
    putMeter(1);
    let left = 1;
    server.fault = () => (left-- > 0 ? { kind: 'silence' } : undefined);
    lineWith([1]);
    await round(['m1']);
    expect(server.requests).toHaveLength(1);
    expect(readings).toEqual([]);
  });

  it('closes after the polls of a round where one of its meters wants that', async () => {
    putMeter(1);
    putMeter(2);
    lineWith([1, 2], { timing: { closeAfterPoll: true } });
    for (let tick = 1; tick <= 3; tick += 1) {
      await round(['m1', 'm2']);
      await expect.poll(() => server.openConnections).toBe(0);
      expect(server.accepted).toBe(tick);
    }
    expect(readings).toHaveLength(6);
  });

  it('pauses after connecting', async () => {
    putMeter(1);
    const asked = arrivals();
    lineWith([1], { timing: { pauseAfterConnect: 80 } });
    const start = performance.now();
    await round(['m1']);
    expect((asked[0] ?? 0) - start).toBeGreaterThan(75);
    expect(server.accepted).toBe(1);
  });

  it('reads slow registers with the first poll and then once in their interval, aligned', async () => {
    putMeter(1);
    server.put(1, 4, 100, [0, 1_234]);
    lineWith([1], { model: WITH_ENERGY, timing: { slowInterval: 10_000 } });
    // The bench begins on a full hour: 4 s later, so that the next interval is 6 s away.
    pass(4_000);
    await rounds(30, ['m1']);
    const slow = readings.flatMap(({ values }, second) => ('energy_active_import' in values ? [second] : []));
    expect(slow).toEqual([0, 6, 16, 26]);
    expect(readings[0]?.values).toEqual({ voltage_l1_n: 230, frequency: 50, energy_active_import: 12_340 });
    expect(readings[1]).not.toHaveProperty('missing');
    expect(server.requests.filter(({ start }) => start === 100)).toHaveLength(4);
  });

  it('reads slow registers with the next poll when the meter was lost before it gave them', async () => {
    putMeter(1);
    server.put(1, 4, 100, [0, 7]);
    let left = 1;
    server.fault = ({ start }) => (start === 100 && left-- > 0 ? { kind: 'silence' } : undefined);
    lineWith([1], { model: WITH_ENERGY });
    await rounds(3, ['m1']);
    expect(readings.map(({ values }) => values.energy_active_import)).toEqual([undefined, 70, undefined]);
    expect(readings[0]?.missing).toEqual({ energy_active_import: 'not answered' });
  });
});
