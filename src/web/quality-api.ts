import type { QualityDay } from '../domain/data-quality.ts';
import type { Fleet } from '../domain/fleet.ts';
import { completenessOf, worstDaysFirst } from './meter-quality.ts';

/** The counts of a day for other programs; `completeness` is 0..1, or null when no reading was promised. */
export function qualityReport(day: string, timeZone: string, days: readonly QualityDay[], fleet: Fleet) {
  return {
    day,
    time_zone: timeZone,
    meters: worstDaysFirst(days).map(({ meter, counts }) => {
      const place = fleet.meters.get(meter);
      return {
        meter,
        // Null for a meter that is configured no more.
        customer: place?.customer.id ?? null,
        supply_point: place?.supplyPoint.id ?? null,
        line: place?.line ?? null,
        completeness: completenessOf(counts) ?? null,
        ...counts,
      };
    }),
  };
}
