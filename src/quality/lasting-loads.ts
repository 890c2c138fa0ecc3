import { CURRENTS } from '../domain/quantity.ts';
import type { Agreement } from './agreement.ts';
import { ratedAmps, ratedVaOf } from './bounds.ts';
import { at, columnsOf } from './columns.ts';
import { PLACES, type Powers } from './powers.ts';

/** Over what is rated, for a minute and more: an overload that a plant survives so long is 3 times at the most. */
const HIGHEST_LASTING = 10;

/** What no plant draws for long, though a short circuit or an inrush does for a moment. */
export const LASTING_LOADS: readonly Agreement[] = [
  ...columnsOf(CURRENTS).map(lastingCurrent),
  ...PLACES.map(lastingPower),
];

function lastingCurrent(column: number): Agreement {
  const columns = [column];
  return {
    reason: 'out of range',
    holds(values, scale) {
      const amps = Math.abs(at(values, column));
      const rated = ratedAmps(scale);
      return rated === undefined || Number.isNaN(amps) ? undefined : amps <= HIGHEST_LASTING * rated;
    },
    doubted: () => columns,
  };
}

/** P, Q and S of a place carry the same wrong factor. */
function lastingPower({ isTotal, active, reactive, apparent }: Powers): Agreement {
  const columns = [active, reactive, apparent];
  return {
    reason: 'out of range',
    holds(values, scale) {
      const rated = ratedVaOf(isTotal ? 'total' : 'phase', scale);
      const [p, q, s] = [at(values, active), at(values, reactive), at(values, apparent)];
      if (rated === undefined || (Number.isNaN(p) && Number.isNaN(q) && Number.isNaN(s))) return undefined;
      const most = HIGHEST_LASTING * rated;
      return !(Math.abs(p) > most || Math.abs(q) > most || Math.abs(s) > most);
    },
    doubted: () => columns,
  };
}
