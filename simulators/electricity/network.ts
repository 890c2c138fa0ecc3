import { cyclic } from './cyclic.ts';
import { fixedShare } from './noise.ts';

/** A line out of a substation. Customers on one feeder see one voltage move. */
export interface Feeder {
  readonly id: string;
  readonly substation: string;
  readonly kv: number;
  /** Impedance seen from the feeder's end, per unit of the capacity that hangs on it. */
  readonly resistance: number;
  readonly reactance: number;
}

const SUBSTATIONS = ['城东 East', '城西 West', '城北 North', '城南 South', '河湾 River Bend', '坡顶 Hilltop'];

const LEVELS: readonly { readonly kv: number; readonly feeders: number; readonly reactance: number }[] = [
  { kv: 110, feeders: 2, reactance: 0.012 },
  { kv: 35, feeders: 5, reactance: 0.02 },
  { kv: 10, feeders: 13, reactance: 0.026 },
];

/** 20 feeders F01..F20 out of six substations; at 10 kV some are long and therefore weaker. */
export function feedersOf(seed: string): Feeder[] {
  const levels = LEVELS.flatMap((level) => Array.from({ length: level.feeders }, () => level));
  return levels.map((level, index) => {
    const id = `F${String(index + 1).padStart(2, '0')}`;
    const reactance = level.reactance * (1 + fixedShare(`${seed}/${id}/length`));
    return { id, substation: cyclic(SUBSTATIONS, index), kv: level.kv, reactance, resistance: 0.35 * reactance };
  });
}
