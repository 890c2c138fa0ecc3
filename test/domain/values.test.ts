import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { QUANTITY_NAMES, type Quantity } from '../../src/domain/quantity.ts';
import { ValueList } from '../../src/domain/values.ts';

const parts = fc.uniqueArray(fc.tuple(fc.constantFrom(...QUANTITY_NAMES), fc.double({ noNaN: true })), {
  selector: ([quantity]) => quantity,
});

describe('a list of values', () => {
  it('gives what was put, in its order, and nothing of what was put before', () => {
    const list = new ValueList();
    fc.assert(
      fc.property(fc.array(parts), (readings) => {
        for (const reading of readings) {
          list.begin();
          for (const [quantity, value] of reading) list.put(quantity, value);
          expect(Object.entries(list.take())).toEqual(reading);
        }
        expect(list.take()).toEqual({});
      }),
    );
  });

  it('begins anew where somebody failed while putting one together', () => {
    const list = new ValueList();
    list.put('frequency', 50);
    list.begin();
    list.put('current_n', 1);
    expect(list.take()).toEqual({ current_n: 1 });
  });

  it('gives objects that do not change each other', () => {
    const list = new ValueList();
    const [first, second] = [1, 2].map((value) => {
      list.put('current_n', value);
      return list.take();
    });
    expect([first, second]).toEqual([{ current_n: 1 }, { current_n: 2 }]);
  });

  it('does not remember without end in how many orders quantities came', () => {
    const list = new ValueList();
    const orders = fc.shuffledSubarray<Quantity>([...QUANTITY_NAMES], { minLength: 20 });
    for (const order of fc.sample(orders, { numRuns: 2_000, seed: 7 })) {
      for (const [index, quantity] of order.entries()) list.put(quantity, index);
      expect(Object.keys(list.take())).toEqual(order);
    }
  });
});
