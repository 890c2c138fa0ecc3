import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isQuantity, QUANTITY_NAMES } from '../../src/domain/quantity.ts';
import type { Values } from '../../src/domain/reading.ts';
import { countsOf } from '../../src/quality/outcome.ts';
import { QualityCheck } from '../../src/quality/quality-check.ts';
import { doubtsOf, placeOf, reading } from './place.ts';

const judgeOnce = (values: Values, place = placeOf()) => new QualityCheck().judge(reading(0, values), place);

/** Rated: 2000 kVA / (√3 · 10 kV) = 115.470 A; 30 times that is 3464.1 A and 60 MVA, of which a phase has 20 MVA. */
describe('the range of a value', () => {
  it.each([
    ['twice the nominal line voltage', { voltage_l1_l2: 20_000 }, { voltage_l1_l2: 20_001 }],
    ['3.5 times the nominal phase voltage', { voltage_l3_n: 20_207 }, { voltage_l3_n: 20_208 }],
    ['30 times rated current', { current_l2: 3_464 }, { current_l2: 3_465 }],
    ['30 times capacity', { active_power_total: -59.9e6 }, { active_power_total: -60.1e6 }],
    ['30 times the share of a phase', { apparent_power_l3: 19.9e6 }, { apparent_power_l3: 20.1e6 }],
    ['40 Hz', { frequency: 40 }, { frequency: 39.9 }],
    ['70 Hz', { frequency: 70 }, { frequency: 70.1 }],
    ['energies from 0', { energy_active_import: 0 }, { energy_active_import: -1 }],
    ['percentages to 1000', { thd_i_l1: 1_000 }, { thd_i_l1: 1_001 }],
    ['flicker to 1000', { flicker_pst_l1: 30 }, { flicker_pst_l1: 1_001 }],
    ['30 times rated current with the sign of an exported power', { current_n: -3_464 }, { current_n: -3_465 }],
  ])('ends at %s', (_, inside, outside) => {
    const good = reading(0, inside);
    expect(new QualityCheck().judge(good, placeOf())).toBe(good);
    expect(Object.values(doubtsOf(judgeOnce(outside)))).toEqual(['out of range']);
  });

  it('moves only what is outside, and keeps its value', () => {
    const judged = judgeOnce({ voltage_l1_n: 5_800, voltage_l2_n: 9.5e18, frequency: 50 });
    expect(judged.values).toEqual({ voltage_l1_n: 5_800, frequency: 50 });
    expect(judged.suspect).toEqual({ voltage_l2_n: { value: 9.5e18, reason: 'out of range' } });
  });

  it('calls a power factor beyond 1.1 impossible, either sign', () => {
    expect(doubtsOf(judgeOnce({ power_factor_l1: -1.11, power_factor_l2: 1.1, power_factor_total: 65.535 }))).toEqual({
      power_factor_l1: 'power factor impossible',
      power_factor_total: 'power factor impossible',
    });
  });

  it('knows no bound for the clock of a meter, and none below a voltage that is gone', () => {
    const gone = reading(0, { clock_offset: -1.7e9, voltage_l1_n: 0, voltage_l1_l2: 0, current_l1: 0 });
    expect(new QualityCheck().judge(gone, placeOf())).toBe(gone);
  });

  it.each([
    ['10 kV', 10, Math.sqrt(3)],
    ['380 V', 0.38, Math.sqrt(3)],
    ['110 kV', 110, Math.sqrt(3)],
  ])('lets a phase voltage of 1.9 and of 3 times nominal pass at %s', (_, nominalKv, root) => {
    const phase = (nominalKv * 1000) / root;
    for (const factor of [Math.sqrt(3), 1.9, 3]) {
      const swell = reading(0, { voltage_l2_n: factor * phase });
      expect(new QualityCheck().judge(swell, placeOf({ nominalKv }))).toBe(swell);
    }
  });

  it('takes the voltage of a single-phase point as that of its phase', () => {
    const place = placeOf({ nominalKv: 0.22 });
    expect(doubtsOf(judgeOnce({ voltage_l1_n: 380, voltage_l1_l2: 380 }, place))).toEqual({});
    expect(doubtsOf(judgeOnce({ voltage_l1_n: 771 }, place))).toEqual({ voltage_l1_n: 'out of range' });
  });

  it('knows the rated current of a single-phase point: 22 kVA at 220 V are 100 A', () => {
    const place = placeOf({ nominalKv: 0.22, contractKva: 22 });
    expect(doubtsOf(judgeOnce({ current_l1: 2_999, active_power_l1: 659e3 }, place))).toEqual({});
    expect(doubtsOf(judgeOnce({ current_l1: 3_001, active_power_l1: 661e3 }, place))).toEqual({
      current_l1: 'out of range',
      active_power_l1: 'out of range',
    });
  });

  /** √3 · 10 kV · 4734 A is 41 times 2 MVA; φ = 20°. */
  it('lets no load of 41 times capacity pass, nor doubts a short circuit of 25 times', () => {
    const loadOf = (times: number): Values => {
      const [va, amps] = [times * 2e6, times * 115.47];
      const [p, q] = [va * Math.cos(Math.PI / 9), va * Math.sin(Math.PI / 9)];
      return {
        ...{ current_l1: amps, current_l2: amps, current_l3: amps },
        ...{ active_power_total: p, reactive_power_total: q, apparent_power_total: va },
        ...{ active_power_l1: p / 3, active_power_l2: p / 3, active_power_l3: p / 3 },
      };
    };
    expect(judgeOnce(loadOf(41)).values).toEqual({});
    expect(doubtsOf(judgeOnce(loadOf(25)))).toEqual({});
  });

  it('knows up to 1e6 A where no capacity is known', () => {
    const place = placeOf({ nominalKv: 10 });
    expect(doubtsOf(judgeOnce({ current_l1: 999_999, current_l2: 1_000_001 }, place))).toEqual({
      current_l2: 'out of range',
    });
  });

  it('doubts what is not a number, and forgets a doubt with the reading that it was about', () => {
    const check = new QualityCheck();
    const place = placeOf();
    expect(doubtsOf(check.judge(reading(0, { frequency: Number.NaN, current_l1: 9e9 }), place))).toEqual({
      frequency: 'out of range',
      current_l1: 'out of range',
    });
    expect(doubtsOf(check.judge(reading(1_000, { frequency: 50, current_l1: 8e9 }), place))).toEqual({
      current_l1: 'out of range',
    });
  });

  it('leaves what the meter marked itself, and what is missing', () => {
    const marked = {
      ...reading(0, { frequency: 99 }),
      suspect: { current_l1: { value: 7, reason: 'marked by the meter' } },
      missing: { current_l2: 'not a number' },
    } as const;
    const [check, place] = [new QualityCheck(), placeOf()];
    check.judge(reading(-1_000, { current_l2: 5 }), place);
    const judged = check.judge(marked, place);
    expect(doubtsOf(judged)).toEqual({ current_l1: 'marked by the meter', frequency: 'out of range' });
    expect(judged.missing).toEqual({ current_l2: 'not a number' });
  });

  it('does not miss what the meter never gave: it does not measure it', () => {
    const [check, place] = [new QualityCheck(), placeOf()];
    const missing = { thd_u_l1: 'not available', thd_u_l2: 'not readable', current_l1: 'not a number' } as const;
    expect(check.judge({ ...reading(0, { frequency: 50 }), missing }, place).missing).toBeUndefined();
    check.judge(reading(1_000, { frequency: 50, current_l1: 4 }), place);
    const later = check.judge({ ...reading(2_000, { frequency: 50 }), missing }, place);
    expect(later.missing).toEqual({ current_l1: 'not a number' });
  });

  it('misses what the meter never gave where it was asked for that and did not answer', () => {
    const [check, place] = [new QualityCheck(), placeOf()];
    const missing = { thd_u_l1: 'not readable', current_l1: 'not answered' } as const;
    const judged = check.judge({ ...reading(0, { frequency: 50 }), missing }, place);
    expect(judged.missing).toEqual({ current_l1: 'not answered' });
    expect(countsOf(judged, 'new')).toEqual(['received', 'missing']);
  });

  it('never loses or invents a value, whatever comes', () => {
    const values = fc.dictionary(fc.constantFrom(...QUANTITY_NAMES), fc.double());
    fc.assert(
      fc.property(fc.array(values, { maxLength: 5 }), (parts) => {
        const check = new QualityCheck();
        parts.forEach((part, index) => {
          const judged = check.judge(reading(index * 1_000, part), placeOf());
          const kept = [judged.values, judged.suspect ?? {}, judged.missing ?? {}];
          const names = kept.flatMap((each) => Object.keys(each));
          expect(names.sort()).toEqual(Object.keys(part).sort());
          expect(names.every(isQuantity)).toBe(true);
        });
      }),
      { numRuns: 200 },
    );
  });
});
