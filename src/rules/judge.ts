import type { RuleName } from '../domain/alert.ts';
import { sourcesOf } from '../domain/derived.ts';
import type { MeterPlace } from '../domain/fleet.ts';
import type { Quantity } from '../domain/quantity.ts';
import type { Reading } from '../domain/reading.ts';
import type { Verdict } from '../domain/verdict.ts';
import { completeness, SPANS, type Span, trust, type Window } from '../domain/window.ts';
import { SAMPLE_RULES, type SampleRule } from './index.ts';
import type { RulePack, SampleRuleSettings } from './pack.ts';
import { cannotSay, type Sample } from './rule.ts';

/** A rule's verdict on one sample, with what the alert needs to know of the rule. */
export interface SampleVerdict {
  readonly rule: RuleName;
  readonly verdict: Verdict;
  readonly sample: Sample;
  readonly settings: SampleRuleSettings<unknown>;
  readonly supersedes: readonly RuleName[];
}

/** Whether an alert of `rule` at `meter`, of which the first `forMs` count, fired at any time within [from, to]. */
export type Fired = (rule: RuleName, meter: string, from: number, to: number, forMs: number) => boolean;

function sampleOf(reading: Reading): Sample {
  const { meter, time, values } = reading;
  return { meter, start: time, end: time, value: (quantity) => values[quantity] };
}

/** A quantity counts as not measured when too many readings had no value to be trusted of it or of what it follows from. */
function sampleOfWindow({ meter, start, span, aggregates }: Window, leastTrust: number): Sample {
  const isTrusted = (quantity: Quantity) => {
    const aggregate = aggregates[quantity];
    return !aggregate || trust(aggregate) >= leastTrust;
  };
  const value = (quantity: Quantity) =>
    isTrusted(quantity) && sourcesOf(quantity).every(isTrusted) ? aggregates[quantity]?.value : undefined;
  return { meter, start, end: start + SPANS[span], value };
}

/** What alerts the rules find, and what they do to them. */
export interface Bench {
  readonly fired: Fired;
  /** Called for each rule before the next one judges, which sees what alerts came of it. */
  readonly follow: (verdict: SampleVerdict, place: MeterPlace) => void;
}

/** All rules of the pack that are judged on readings, on one reading. */
export function judgeReading(pack: RulePack, place: MeterPlace, reading: Reading, bench: Bench): void {
  judge(pack, place, 'reading', sampleOf(reading), bench, true);
}

/** All rules of the pack that are judged on windows of this span; a thin window gets 'cannot say'. */
export function judgeWindow(pack: RulePack, place: MeterPlace, window: Window, bench: Bench): void {
  const isComplete = completeness(window) >= pack.min_completeness;
  judge(pack, place, window.span, sampleOfWindow(window, pack.min_completeness), bench, isComplete);
}

function judge(
  pack: RulePack,
  place: MeterPlace,
  judgedOn: 'reading' | Span,
  sample: Sample,
  { fired, follow }: Bench,
  isComplete: boolean,
): void {
  for (const rule of SAMPLE_RULES) {
    const settings = rule.settings(pack);
    if (!settings.enabled || settings.judged_on !== judgedOn) continue;
    const verdict = isComplete
      ? rule.judge(pack, sample, place.supplyPoint)
      : cannotSay('too few readings in the window');
    const { name, supersedes } = rule;
    const whole = isSpoiled(rule, verdict, sample, fired) ? cannotSay('a graver event is in it') : verdict;
    follow({ rule: name, verdict: whole, sample, settings, supersedes }, place);
  }
}

function isSpoiled(rule: SampleRule, verdict: Verdict, { meter, start, end }: Sample, fired: Fired): boolean {
  if (verdict.evidence && rule.neverSpoiled.includes(verdict.evidence.kind)) return false;
  // An average may owe its good figure to the event; an instant that is good is good.
  if (verdict.standing === 'good' && start === end) return false;
  return (Object.entries(rule.spoiledBy) as [RuleName, number][]).some(([other, forMs]) =>
    fired(other, meter, start, end, forMs),
  );
}
