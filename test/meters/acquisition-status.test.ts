import { describe, expect, it } from 'vitest';
import { bench, SOON, useAcquisition } from './acquisition-bench.ts';

describe('what acquisition knows of its meters and lines', () => {
  useAcquisition();

  it('knows how each meter does', async () => {
    bench.fill(1, 4, 0, 80, { 0: 230 });
    bench.fill(1, 4, 200, 246, {});
    const good = { id: 'good', model: 'sdm630', connection: bench.onModbus(1), pollInterval: 200 };
    const dead = { ...good, id: 'dead', connection: bench.onModbus(9) };
    const meters = bench.acquire([good, dead], { timeout: '500ms' });
    expect(meters.status().get('good')).toEqual({
      answering: false,
      polls: 0,
      failed: 0,
      skipped: 0,
      busy: 0,
      busLoad: 0,
    });
    await expect.poll(() => meters.status().get('dead')?.failed, SOON).toBe(3);
    expect(meters.status().get('dead')).toMatchObject({ answering: false, lastError: 'no answer within 500 ms' });
    expect(meters.status().get('good')).toMatchObject({ answering: true, failed: 0 });
    expect(meters.status().get('good')?.lastReadingAt).toBe(bench.readings.at(-1)?.time);
  });

  it('knows how each line does', async () => {
    bench.fill(1, 4, 0, 80, { 0: 230 });
    bench.fill(1, 4, 200, 246, {});
    const meters = bench.acquire([{ id: 'm', model: 'sdm630', connection: bench.onModbus(1), pollInterval: 200 }]);
    const line = `modbus-tcp://127.0.0.1:${bench.server.port}`;
    expect(meters.lines()).toEqual([{ line, isOpen: false, busLoad: 0, shortestCycle: 0 }]);
    await expect.poll(() => bench.readings.length, SOON).toBeGreaterThan(3);
    const [status] = meters.lines();
    expect(status).toMatchObject({ line, isOpen: true });
    expect(status?.busLoad).toBeGreaterThan(0);
    expect(status?.busLoad).toBeLessThanOrEqual(1);
    expect(meters.status().get('m')?.busLoad).toBeCloseTo(status?.busLoad ?? -1, 1);
  });
});
