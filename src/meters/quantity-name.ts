import { z } from 'zod';
import { isQuantity, QUANTITY_NAMES, type Quantity } from '../domain/quantity.ts';
import { nearNames } from './near-names.ts';

/** A key of a model file that is one of the quantities. */
export const quantityName = z.custom<Quantity>((name) => typeof name === 'string' && isQuantity(name), {
  error: ({ input }) => {
    const near = nearNames(String(input), QUANTITY_NAMES, 3);
    return near.length > 0
      ? `expected a quantity: did you mean ${near.join(', ').replace(/, (\w+)$/, ' or $1')}?`
      : 'expected a quantity such as voltage_l1_n, current_l2 or active_power_total';
  },
});
