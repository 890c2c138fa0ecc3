import { z } from 'zod';
import { isQuantity, type Quantity } from '../domain/quantity.ts';

/** A key of a model file that is one of the quantities. */
export const quantityName = z.custom<Quantity>((name) => typeof name === 'string' && isQuantity(name), {
  error: 'expected a quantity such as voltage_l1_n, current_l2 or active_power_total',
});
