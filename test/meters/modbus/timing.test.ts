import { describe, expect, it } from 'vitest';
import { strictest, timingOf } from '../../../src/meters/modbus/timing.ts';
import { tunedModel } from '../../../src/meters/modbus/tuned-model.ts';
import type { ModbusModel } from '../../../src/meters/model.ts';
import { modbusOptions } from '../../../src/meters/options.ts';
import { MODEL, register } from './line-bench.ts';

describe('how a meter is asked', () => {
  const options = modbusOptions.parse({ timeout: '3s', retries: 2, slow_interval: '2m' });

  it('is as the section says, where its model and its own tuning do not', () => {
    expect(timingOf(undefined, {}, options)).toEqual({
      timeout: 3_000,
      retries: 2,
      pauseAfterConnect: 0,
      pauseBetweenRequests: 0,
      closeAfterPoll: false,
      slowInterval: 120_000,
    });
    expect(timingOf({ retries: 0 }, { retries: 1 }, options)).toMatchObject({ retries: 0 });
  });

  it('is patient enough for the meter and for the line, unless it is told for this meter', () => {
    expect(timingOf(undefined, { timeout: 500 }, options).timeout).toBe(3_000);
    expect(timingOf(undefined, { timeout: 5_000 }, options).timeout).toBe(5_000);
    expect(timingOf({ timeout: 500 }, { timeout: 5_000 }, options).timeout).toBe(500);
  });

  it('is on one line as the most careful of its meters needs it', () => {
    const quick = timingOf(undefined, {}, options);
    const careful = timingOf({ pauseAfterConnect: 200, closeAfterPoll: true, timeout: 9_000 }, {}, options);
    expect(strictest([quick, careful, quick])).toEqual({
      pauseAfterConnect: 200,
      closeAfterPoll: true,
      timeout: 9_000,
    });
    expect(strictest([quick])).toMatchObject({ pauseAfterConnect: 0, closeAfterPoll: false });
  });
});

describe('the model of a tuned meter', () => {
  const odd = register('frequency', 90, { functionCode: 3 });
  const place = { functionCode: 4, address: 5, type: 'uint16', order: 'ABCD' } as const;
  const model: ModbusModel = {
    ...MODEL,
    registers: [
      register('voltage_l1_n', 0),
      register('current_l1', 6, { scaledBy: [{ ...place, means: 'exponent' }] }),
      odd,
    ],
    ratios: { ct: { ...place, scale: 1 } },
    clock: { ...place, format: 'unix_s', utcOffset: 0 },
    events: [{ form: 'last', interval: 1_000, fields: { duration: { ...place, scale: 1 } } }],
  };

  it('is the same one without tuning, so that meters of one model share their plan', () => {
    expect(tunedModel(model, undefined)).toBe(model);
    expect(tunedModel(model, { timeout: 5 })).toBe(model);
  });

  it('has its limits', () => {
    expect(tunedModel(model, { maxBlock: 7, maxGap: 3 })).toEqual({ ...model, maxBlock: 7, maxGap: 3 });
  });

  it('has another function code wherever it had its usual one', () => {
    const { registers, ratios, clock, events } = tunedModel(model, { functionCode: 3 });
    expect(registers.map(({ functionCode }) => functionCode)).toEqual([3, 3, 3]);
    expect(registers[1]?.scaledBy[0]?.functionCode).toBe(3);
    expect(ratios.ct?.functionCode).toBe(3);
    expect(clock?.functionCode).toBe(3);
    expect(events).toMatchObject([{ fields: { duration: { functionCode: 3 } } }]);
    expect(tunedModel(tunedModel(model, { functionCode: 3 }), undefined).registers[2]).toEqual(odd);
  });
});
