import { describe, expect, it } from 'vitest';
import type { Values } from '../../src/domain/reading.ts';
import { countsOf } from '../../src/quality/outcome.ts';
import { QualityCheck } from '../../src/quality/quality-check.ts';
import { lines, phases } from '../rules/points.ts';
import { doubtsOf, placeOf, reading } from './place.ts';

/** 10 kV: 10 % are 1000 V between lines and 577 V of a phase. */
const judge = (values: Values) => new QualityCheck().judge(reading(0, values), placeOf());

describe('the frequency of an interrupted supply', () => {
  it.each([
    ['0 Hz', phases(0), 0],
    ['0 Hz beside what is left on the wires', { ...phases(570, 30, 0), ...lines(990) }, 0],
    ['noise', lines(40, 12, 3), 123.4],
    ['no number', phases(0), Number.NaN],
  ])('is missing and no fault of the meter: %s', (_, voltages, frequency) => {
    const judged = judge({ ...voltages, frequency });
    expect(judged.values).toEqual(voltages);
    expect(judged.suspect).toBeUndefined();
    expect(judged.missing).toEqual({ frequency: 'not available' });
    expect(countsOf(judged, 'new')).toEqual(['received', 'missing']);
  });

  it('is kept while it can be true: generators run down with nothing on the wires', () => {
    const running = reading(0, { ...phases(0), frequency: 44 });
    expect(new QualityCheck().judge(running, placeOf())).toBe(running);
  });

  it('is missing where it jumps, too', () => {
    const [check, place] = [new QualityCheck(), placeOf()];
    check.judge(reading(0, { ...lines(10_000), frequency: 50 }), place);
    const judged = check.judge(reading(1_000, { ...lines(0), frequency: 65 }), place);
    expect(judged.missing).toEqual({ frequency: 'not available' });
    expect(judged.suspect).toBeUndefined();
  });

  it('keeps what is missing besides', () => {
    const [check, place] = [new QualityCheck(), placeOf()];
    check.judge(reading(0, { ...phases(5_774), thd_u_l1: 2 }), place);
    const dead = { ...reading(1_000, { ...phases(0), frequency: 0 }), missing: { thd_u_l1: 'not a number' } } as const;
    expect(check.judge(dead, place).missing).toEqual({ thd_u_l1: 'not a number', frequency: 'not available' });
  });

  it.each([
    ['one voltage is left', phases(600, 0, 0)],
    ['a three-wire meter has live lines', { ...phases(0), ...lines(10_000) }],
    ['no voltage is told', { current_l1: 0 }],
    ['the voltages are no voltages', lines(99_999)],
  ])('is out of range where %s', (_, values) => {
    const judged = judge({ ...values, frequency: 0 });
    expect(doubtsOf(judged)).toMatchObject({ frequency: 'out of range' });
    expect(judged.missing).toBeUndefined();
  });
});
