import { describe, expect, it } from 'vitest';
import type { ModbusModel } from '../../../src/meters/model.ts';
import { health, lineWith, MODEL, readings, register, round, rounds, server, whileGone } from './line-bench.ts';

describe('a SunSpec device', () => {
  const model: ModbusModel = {
    ...MODEL,
    registers: [register('voltage_l1_n', 2, { functionCode: 3, type: 'int16' })],
    sunspec: { models: [202, 203] },
  };
  const SUNS = [0x5375, 0x6e53];

  /** Models 1 of 3 registers, 203 of 4, and the end. */
  function put(start: number, volts: number, id = 203): void {
    server.put(1, 3, start, [...SUNS, 1, 3, 0, 0, 0, id, 4, volts, 0, 0, 0, 0xffff, 0]);
  }

  it.each([40_000, 50_000, 0])('is found at %i', async (start) => {
    put(start, 231);
    lineWith([1], { model });
    await round(['m1']);
    await round(['m1']);
    expect(readings).toMatchObject([{ values: { voltage_l1_n: 231 } }, { values: { voltage_l1_n: 231 } }]);
    // Mark and header of model 1 take 2 + 2 + 3 registers: the id of 203 stands 7 on, its value 2 on from there.
    expect(server.requests.slice(-2).map((request) => request.start)).toEqual([start + 9, start + 9]);
  });

  it('that has none of the models says which it has', async () => {
    put(40_000, 231, 103);
    lineWith([1], { model });
    await round(['m1']);
    expect(readings).toEqual([]);
    expect(health.get('m1')?.status.lastError).toBe('the SunSpec map at 40000 has models 1, 103, not one of 202, 203');
  });

  it('without a map says so', async () => {
    server.put(1, 3, 10, [1]);
    lineWith([1], { model });
    await round(['m1']);
    expect(health.get('m1')?.status.lastError).toBe('no SunSpec map begins at 40000, 50000, 0');
  });

  it('is looked for anew when another one answers after a new connection', async () => {
    put(40_000, 231);
    lineWith([1], { model });
    await round(['m1']);
    await whileGone(async () => {
      server.fault = ({ start }) => (start >= 40_000 ? { kind: 'exception', code: 2 } : undefined);
      put(0, 229);
    });
    await rounds(3, ['m1']);
    expect(readings.at(-1)).toMatchObject({ values: { voltage_l1_n: 229 } });
  });

  it('is found at another start where it lets a request for registers that it does not have go unanswered', async () => {
    put(0, 231);
    server.fault = ({ start }) => (start === 40_000 ? { kind: 'silence' } : undefined);
    lineWith([1], { model });
    await round(['m1']);
    expect(readings).toMatchObject([{ values: { voltage_l1_n: 231 } }]);
    expect(health.get('m1')?.status).toMatchObject({ failed: 0 });
  });

  it('that stops answering behind the beginning of its map is looked for nowhere else', async () => {
    put(40_000, 231);
    server.fault = ({ start }) => (start === 40_002 ? { kind: 'silence' } : undefined);
    lineWith([1], { model });
    await round(['m1']);
    expect(server.requests.map(({ start }) => start)).toEqual([40_000, 40_002]);
    expect(health.get('m1')?.status).toMatchObject({ failed: 1, lastError: 'no answer within 200 ms' });
  });

  it('that is silent costs two time-outs at most, and the next search goes on where the last one ended', async () => {
    put(0, 231);
    server.fault = ({ start }) => (start === 0 ? undefined : { kind: 'silence' });
    lineWith([1], { model });
    await round(['m1']);
    expect(server.requests.map(({ start }) => start)).toEqual([40_000, 50_000]);
    expect(health.get('m1')?.status).toMatchObject({ failed: 1, lastError: 'no answer within 200 ms' });
    server.fault = () => undefined;
    await round(['m1']);
    expect(server.requests[2]).toMatchObject({ start: 0 });
    expect(readings).toMatchObject([{ values: { voltage_l1_n: 231 } }]);
  });
});
