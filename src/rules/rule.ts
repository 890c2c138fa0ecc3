import type { z } from 'zod';
import type { RuleName } from '../domain/alert.ts';
import type { Locale, SupplyPoint } from '../domain/customer.ts';
import type { Quantity } from '../domain/quantity.ts';
import type { Evidence, Verdict } from '../domain/verdict.ts';

/** What a rule looks at: one reading (start = end), or one complete enough window. Times are epoch milliseconds UTC. */
export interface Sample {
  readonly meter: string;
  readonly start: number;
  readonly end: number;
  /** The value in the quantity's unit; undefined when it was not measured. */
  value(quantity: Quantity): number | undefined;
}

/** One health check: pure, one file, one line in SAMPLE_RULES. `Limits` is the row of the pack for the point's voltage. */
export interface Rule<Limits> {
  readonly name: RuleName;
  readonly limits: z.ZodType<Limits>;
  /**
   * While one of these fires at the same meter, or fired within the sample, this rule cannot say (IEC 61000-4-30
   * flagging). The number is for how many milliseconds from its beginning an alert does so.
   */
  readonly spoiledBy: Readonly<Partial<Record<RuleName, number>>>;
  /** Kinds of evidence that are told whatever else fires. */
  readonly neverSpoiled: readonly string[];
  /** When this rule fires, these alerts of the same meter turn out to have been its beginning and end with it. */
  readonly supersedes: readonly RuleName[];
  judge(sample: Sample, limits: Limits, supplyPoint: SupplyPoint): Verdict;
}

/** What a rule means in words that need no explanation. */
export interface RuleWords {
  /** A few words for a subject line. */
  title(kind: string): string;
  /** What happened, in one sentence for an account manager. */
  sentence(evidence: Evidence): string;
  /** What it can do to the customer's equipment and production. */
  meaning(kind: string): string;
  /** What to do first, most useful first. */
  advice(kind: string): readonly string[];
}

export type Words = Readonly<Record<Locale, RuleWords>>;

export function cannotSay(why: string): Verdict {
  return { standing: 'cannot say', why };
}

/** A dip lasts for one minute at most (GB/T 30137); what lasts longer is a deviation and judged as one. */
export const LONGEST_DIP = 60_000;

/** Limits are inclusive: a figure that equals its limit passes, whatever binary fractions make of it. */
export const EPSILON = 1e-9;
