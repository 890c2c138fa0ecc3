/**
 * What is counted of each meter and day. expected: readings that its interval promised; received: readings that came;
 * late: came after their window had closed; duplicate: came twice for one instant; missing, frozen, unreasonable (out of
 * range, too fast), inconsistent (disagrees with other values): readings with at least one such value.
 */
export const QUALITY_COUNTS = [
  'expected',
  'received',
  'late',
  'duplicate',
  'missing',
  'frozen',
  'unreasonable',
  'inconsistent',
] as const;

export type QualityCount = (typeof QUALITY_COUNTS)[number];

export type QualityCounts = Readonly<Record<QualityCount, number>>;

/** The counts of one meter on one day of the site's calendar, 'YYYY-MM-DD'. */
export interface QualityDay {
  readonly meter: string;
  readonly day: string;
  readonly counts: QualityCounts;
}
