import { QUANTITY_NAMES, type Quantity } from '../domain/quantity.ts';
import type { SuspectReason, Values } from '../domain/reading.ts';
import { AGREEMENTS } from './agreements.ts';
import { columnsFrom } from './columns.ts';
import { type ScaledPoint, scaleOf } from './scale.ts';

export interface Disagreement {
  readonly reason: SuspectReason;
  readonly quantities: readonly Quantity[];
}

/** Which values of a single reading disagree, without waiting for it to last: for the person who is at the meter. */
export function disagreementsIn(values: Values, point: ScaledPoint): readonly Disagreement[] {
  const columns = columnsFrom(values);
  const scale = scaleOf(point);
  return AGREEMENTS.filter((agreement) => agreement.holds(columns, scale) === false).map((agreement) => {
    const doubted = agreement.doubted(columns, scale);
    return { reason: agreement.reason, quantities: QUANTITY_NAMES.filter((_, column) => doubted.includes(column)) };
  });
}
