import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TransparentGateway, wordOf } from '../../servers/transparent-gateway.ts';
import { health, lineWith, MODEL, readings, register, round, rounds } from './line-bench.ts';

const LATE = 900;
/** Long enough for an answer on a busy machine. */
const IN_TIME = 250;
const ONE_VALUE = { ...MODEL, registers: [register('frequency', 5, { type: 'uint16' })] };

let gateway: TransparentGateway;
let port: number;

beforeEach(async () => {
  gateway = new TransparentGateway();
  port = await gateway.start();
});

afterEach(() => gateway.stop());

function functionCodes(): number[] {
  return gateway.requests.map((request) => request.readUInt8(1));
}

describe('a line over a gateway that gives late answers', () => {
  it('reads a meter with a single value again with the poll behind the one whose answer was lost', async () => {
    gateway.latency = () => LATE;
    lineWith([1], { framing: 'rtu', port, model: ONE_VALUE, timing: { timeout: IN_TIME } });
    await round(['m1']);
    await expect.poll(() => gateway.answered, { timeout: 10_000 }).toBe(1);
    gateway.latency = () => 0;
    await round(['m1']);
    expect(functionCodes()).toEqual([4, 3, 4]);
    expect(readings).toMatchObject([{ values: { frequency: wordOf(1, 5) } }]);
    expect(health.get('m1')?.status).toMatchObject({ failed: 1, polls: 2 });
  });

  it('counts a poll for which nothing was sent as skipped: the meter did not fail, and is not left alone for it', async () => {
    gateway.latency = () => LATE;
    lineWith([1], { framing: 'rtu', port, model: ONE_VALUE, timing: { timeout: IN_TIME } });
    await rounds(6, ['m1']);
    expect(functionCodes()).toEqual([4, 3]);
    expect(health.get('m1')?.status).toMatchObject({ failed: 2, polls: 2, skipped: 4 });
    gateway.latency = () => 0;
    await expect.poll(() => gateway.answered, { timeout: 10_000 }).toBe(2);
    await rounds(2, ['m1']);
    expect(readings.at(-1)).toMatchObject({ values: { frequency: wordOf(1, 5) } });
    expect(health.get('m1')?.status).toMatchObject({ failed: 2, answering: true });
  });

  it('tells that a retry got no answer, and not that the second was held back', async () => {
    gateway.latency = () => LATE;
    lineWith([1], { framing: 'rtu', port, model: ONE_VALUE, timing: { timeout: 20, retries: 3 } });
    await round(['m1']);
    expect(functionCodes()).toEqual([4, 3]);
    expect(health.get('m1')?.status).toMatchObject({ failed: 1, lastError: 'no answer within 20 ms' });
  });

  it('asks for the other values where one is held back, whose answers show that nothing late will come', async () => {
    // The answers to the voltage are lost, by either function code. That to the frequency has another length.
    const model = { ...MODEL, registers: [register('voltage_l1_n', 20), ...ONE_VALUE.registers] };
    gateway.isLost = (request) => request.readUInt16BE(2) === 20;
    lineWith([1], { framing: 'rtu', port, model, timing: { timeout: IN_TIME } });
    await rounds(2, ['m1']);
    expect(functionCodes()).toEqual([4, 3]);
    gateway.isLost = () => false;
    await round(['m1']);
    expect(readings).toHaveLength(1);
    expect(readings.at(-1)).toMatchObject({
      values: { frequency: wordOf(1, 5) },
      missing: { voltage_l1_n: 'not answered' },
    });
    await round(['m1']);
    expect(readings.at(-1)).not.toHaveProperty('missing');
  });
});
