import { columnOf } from './columns.ts';

/** What the powers of a phase, or of all, are called. */
export const PLACES = (['l1', 'l2', 'l3', 'total'] as const).map((place) => ({
  isTotal: place === 'total',
  active: columnOf(`active_power_${place}`),
  reactive: columnOf(`reactive_power_${place}`),
  apparent: columnOf(`apparent_power_${place}`),
  factor: columnOf(`power_factor_${place}`),
}));

export type Powers = (typeof PLACES)[number];
