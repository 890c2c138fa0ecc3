import { describe, expect, it } from 'vitest';
import type { Quantity } from '../../src/domain/quantity.ts';
import { QualityCheck } from '../../src/quality/quality-check.ts';
import { doubtsOf, placeOf, reading } from './place.ts';

/** Which of a row of values, one every `step` milliseconds, are doubted: '.' good, 'x' too fast, '?' any other reason. */
function marks(quantity: Quantity, values: readonly number[], step = 1_000, place = placeOf()): string {
  const check = new QualityCheck();
  return values
    .map((value, index) => doubtsOf(check.judge(reading(index * step, { [quantity]: value }), place))[quantity])
    .map((reason) => (reason === undefined ? '.' : reason === 'changes too fast' ? 'x' : '?'))
    .join('');
}

describe('the rate of change', () => {
  it.each([
    ['a step of 2 Hz is possible', [50, 48, 46, 44], '....'],
    ['a single spike is not', [50, 50, 55, 50, 50], '..x..'],
    ['a new level is believed when it comes again: a diesel set takes over', [50, 46, 46.1, 45.9], '.x..'],
    ['two spikes apart are both doubted', [50, 55, 50, 61, 50], '.x.x.'],
    ['after a short interruption a far frequency is believed at its second reading', [50, 0, 0, 47, 47], '.??x.'],
  ])('of frequency: %s', (_, values, expected) => {
    expect(marks('frequency', values)).toBe(expected);
  });

  it('of frequency is not judged over more than 10 s', () => {
    expect(marks('frequency', [50, 46, 50], 10_000)).toBe('.x.');
    expect(marks('frequency', [50, 46, 50], 10_001)).toBe('...');
  });

  it('does not take a repeated message for a confirmation', () => {
    const check = new QualityCheck();
    const spike = reading(1_000, { frequency: 60 }, 'payload');
    check.judge(reading(0, { frequency: 50 }, 'payload'), placeOf());
    const place = placeOf();
    check.judge(reading(500, { frequency: 50 }, 'payload'), place);
    expect(doubtsOf(check.judge(spike, place))).toEqual({ frequency: 'changes too fast' });
    expect(doubtsOf(check.judge(spike, place))).toEqual({ frequency: 'changes too fast' });
  });

  /** 2000 kVA: in one minute 20 · 2 MVA / 60 = 667 kWh, and ten hours at rated power for coarse steps = 20 MWh. */
  it.each([
    ['a counter that goes on', [1e9, 1e9 + 33_000, 1e9 + 66_000], '...'],
    ['a coarse step', [1e9, 1e9 + 20.6e6, 1e9 + 20.6e6], '...'],
    ['a spike upwards', [1e9, 1e9 + 20.7e6, 1e9 + 2_000], '.x.'],
    ['158 GWh in one reading', [1e9, 158e9, 1e9 + 2_000], '.x.'],
    ['a spike downwards', [1e9, 0.5e9, 1e9 + 2_000], '.x.'],
    ['a reset to zero is a new start', [1e9, 0, 1_000], '...'],
    ['a rollover is a new start', [99_999_999_000, 12_000, 40_000], '...'],
    ['another meter is believed at its third reading', [1e9, 0.4e9, 0.4e9 + 1, 0.4e9 + 2, 0.4e9 + 3], '.xx..'],
    ['a float32 that wavers in its last figure', [16_777_216, 16_777_215, 16_777_218], '...'],
  ])('of energy: %s', (_, values, expected) => {
    expect(marks('energy_active_import', values, 60_000)).toBe(expected);
    expect(marks('energy_reactive_export', values, 60_000)).toBe(expected);
  });

  it('of energy has only falls to doubt where no capacity is known', () => {
    expect(marks('energy_active_import', [1e9, 158e9, 157e9], 60_000, placeOf({ nominalKv: 10 }))).toBe('..x');
  });

  it('is no matter of voltages, currents and powers: they step', () => {
    expect(marks('voltage_l1_n', [5_773, 0, 11_000, 5_773])).toBe('....');
    expect(marks('current_l1', [0, 800, 0, 100])).toBe('....');
    expect(marks('active_power_total', [-2e6, 2e6, 0])).toBe('...');
  });

  it('is not judged from a message that was held up', () => {
    const check = new QualityCheck();
    const place = placeOf();
    check.judge(reading(5_000, { frequency: 50 }, 'payload'), place);
    expect(doubtsOf(check.judge(reading(1_000, { frequency: 46 }, 'payload'), place))).toEqual({});
    expect(doubtsOf(check.judge(reading(2_000, { frequency: 90 }, 'payload'), place))).toEqual({
      frequency: 'out of range',
    });
    expect(doubtsOf(check.judge(reading(6_000, { frequency: 50 }, 'payload'), place))).toEqual({});
  });
});
