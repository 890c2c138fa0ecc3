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

/** A day of which nothing is counted yet. */
export const NOTHING_COUNTED: QualityCounts = {
  expected: 0,
  received: 0,
  late: 0,
  duplicate: 0,
  missing: 0,
  frozen: 0,
  unreasonable: 0,
  inconsistent: 0,
};

/** The counts of one meter on one day of the site's calendar, 'YYYY-MM-DD'. */
export interface QualityDay {
  readonly meter: string;
  readonly day: string;
  readonly counts: QualityCounts;
}
