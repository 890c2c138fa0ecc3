import type { RuleName } from '../domain/alert.ts';
import type { SupplyPoint } from '../domain/customer.ts';
import type { Verdict } from '../domain/verdict.ts';
import { words as silenceWords } from './meter-silent-words.ts';
import { overload, words as overloadWords } from './overload.ts';
import { limitsFor, type RulePack, type SampleRuleSettings } from './pack.ts';
import { phaseLoss, words as phaseLossWords } from './phase-loss.ts';
import { cannotSay, type Rule, type Sample, type Words } from './rule.ts';
import { voltageDeviation, words as voltageDeviationWords } from './voltage-deviation.ts';
import { voltageDip, words as voltageDipWords } from './voltage-dip.ts';
import { voltageUnbalance, words as voltageUnbalanceWords } from './voltage-unbalance.ts';

export { loadInWords } from './overload.ts';

/** A rule joined with where the pack keeps its settings. */
export interface SampleRule extends Pick<Rule<unknown>, 'name' | 'spoiledBy' | 'neverSpoiled' | 'supersedes'> {
  settings(pack: RulePack): SampleRuleSettings<unknown>;
  judge(pack: RulePack, sample: Sample, supplyPoint: SupplyPoint): Verdict;
}

/** The rules that judge samples, in the order of judging: what spoils others comes first. */
export const SAMPLE_RULES: readonly SampleRule[] = [
  sampleRule(voltageDip, (pack) => pack.rules.voltage_dip),
  sampleRule(phaseLoss, (pack) => pack.rules.phase_loss),
  sampleRule(voltageDeviation, (pack) => pack.rules.voltage_deviation),
  sampleRule(voltageUnbalance, (pack) => pack.rules.voltage_unbalance),
  sampleRule(overload, (pack) => pack.rules.overload),
];

/** What each rule means, for the two kinds of reader in both languages. */
export const RULE_WORDS: Readonly<Record<RuleName, Words>> = {
  voltage_dip: voltageDipWords,
  phase_loss: phaseLossWords,
  voltage_deviation: voltageDeviationWords,
  voltage_unbalance: voltageUnbalanceWords,
  overload: overloadWords,
  meter_silent: silenceWords,
};

function sampleRule<Row extends { up_to_kv?: number | undefined }>(
  rule: Rule<Row>,
  settings: (pack: RulePack) => SampleRuleSettings<Row>,
): SampleRule {
  const { name, spoiledBy, neverSpoiled, supersedes } = rule;
  return {
    name,
    spoiledBy,
    neverSpoiled,
    supersedes,
    settings,
    judge(pack, sample, supplyPoint) {
      const row = limitsFor(settings(pack).limits, supplyPoint.nominalKv);
      return row ? rule.judge(sample, row, supplyPoint) : cannotSay('the pack has no limit for this nominal voltage');
    },
  };
}
