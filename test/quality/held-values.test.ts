import { describe, expect, it } from 'vitest';
import type { Held, Values } from '../../src/domain/reading.ts';
import { QualityCheck } from '../../src/quality/quality-check.ts';
import { doubtsOf, placeOf, reading, START } from './place.ts';

/** Judges one message after another: second, values, and which of them were said before. */
function told(messages: readonly (readonly [second: number, values: Values, held?: Held])[]) {
  const [check, place] = [new QualityCheck(), placeOf()];
  return messages.map(([second, values, held]) =>
    check.judge({ ...reading(second * 1_000, values, 'payload'), ...(held && { held }) }, place),
  );
}

describe('a value that is held over', () => {
  it('is no second witness of a frequency that nobody believes yet', () => {
    const held: Held = new Set(['frequency']);
    const judged = told([
      [0, { frequency: 50, current_l1: 1 }],
      [1, { frequency: 50.01, current_l1: 2 }],
      [2, { frequency: 55, current_l1: 3 }],
      [3, { frequency: 55, current_l1: 4 }, held],
      [4, { frequency: 55, current_l1: 5 }],
      [5, { frequency: 55, current_l1: 6 }, held],
    ]);
    const jump = { frequency: 'changes too fast' };
    expect(judged.map(doubtsOf)).toEqual([{}, {}, jump, jump, {}, {}]);
  });

  it('is as doubtful as when it was said, until it is said anew', () => {
    const held: Held = new Set(['voltage_l1_n']);
    const judged = told([
      [0, { voltage_l1_n: 1e9, current_l1: 1 }],
      [1, { voltage_l1_n: 1e9, current_l1: 2 }, held],
      [2, { voltage_l1_n: 5_800, current_l1: 3 }],
      [3, { voltage_l1_n: 5_800, current_l1: 3 }, held],
    ]);
    const wild = { voltage_l1_n: 'out of range' };
    expect(judged.map(doubtsOf)).toEqual([wild, wild, {}, {}]);
    expect(judged[1]).toMatchObject({ time: START + 1_000, values: { current_l1: 2 } });
  });

  it('that was doubted as it was held, because of what came beside it, is not remembered for that', () => {
    const held: Held = new Set(['active_power_l1']);
    const judged = told([
      [0, { active_power_l1: 1_000, current_l1: 1 }],
      [1, { active_power_l1: 1_000, current_l1: 1e9 }, held],
      [2, { active_power_l1: 1_000, current_l1: 1 }, held],
    ]);
    expect(judged.map((each) => Object.keys(doubtsOf(each)))).toEqual([[], ['current_l1', 'active_power_l1'], []]);
  });

  it('does not stand still, because its sender is silent about what does not change', () => {
    const fine: Values = {
      voltage_l1_n: 5_773.51,
      voltage_l2_n: 5_774.13,
      voltage_l3_n: 5_772.27,
      current_l1: 61.237,
      current_l2: 60.119,
    };
    const all = new Set(Object.keys(fine)) as Held;
    const second = (index: number): Values => ({ ...fine, energy_active_import: 1_000 + index / 100 });
    const spoken = told(Array.from({ length: 200 }, (_, index) => [index, second(index)]));
    const heldOver = told(
      Array.from({ length: 200 }, (_, index) => [index, second(index), index === 0 ? new Set() : all] as const),
    );
    // The same values, if they are said again and again: nothing real stands so still.
    expect(Object.values(doubtsOf(spoken.at(-1) ?? reading(0, {})))).toContain('frozen');
    expect(heldOver.map(doubtsOf)).toEqual(new Array(200).fill({}));
  });
});
