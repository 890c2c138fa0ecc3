import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { RuleName } from '../../src/domain/alert.ts';
import { RULE_WORDS, SAMPLE_RULES } from '../../src/rules/index.ts';
import { limitsFor, mergePack, ruleOverrides, rulePack } from '../../src/rules/pack.ts';
import { GB } from './points.ts';

const NOT_RULES = ['index', 'judge', 'pack', 'rule', 'silence-watch', 'options', 'voltages'];
const RULES = readdirSync(new URL('../../src/rules/', import.meta.url))
  .map((file) => file.replace(/\.ts$/, ''))
  .filter((name) => !NOT_RULES.includes(name))
  .map((name) => name.replaceAll('-', '_') as RuleName);

describe('the list of rules', () => {
  it('has a line for every rule file, in the list, in the words and in the shipped pack', () => {
    const judged = [...SAMPLE_RULES.map((rule) => rule.name), 'meter_silent'];
    expect(judged.sort()).toEqual([...RULES].sort());
    expect(Object.keys(RULE_WORDS).sort()).toEqual([...RULES].sort());
    expect(Object.keys(GB.rules).sort()).toEqual([...RULES].sort());
  });

  it('judges what spoils others before them', () => {
    const order = SAMPLE_RULES.map((rule) => rule.name);
    for (const rule of SAMPLE_RULES) {
      for (const spoiler of rule.spoiledBy.filter((name) => name === 'voltage_dip')) {
        expect(order.indexOf(spoiler)).toBeLessThan(order.indexOf(rule.name));
      }
    }
  });

  it.each(RULES)('%s has every word in both languages and names its source', (name) => {
    for (const locale of ['en', 'zh-CN'] as const) {
      const words = RULE_WORDS[name][locale];
      expect(words.title('over').length).toBeGreaterThan(1);
      expect(words.meaning.length).toBeGreaterThan(10);
      expect(words.advice.length).toBeGreaterThanOrEqual(3);
    }
    expect(RULE_WORDS[name]['zh-CN'].meaning).toMatch(/\p{Script=Han}/u);
    expect(GB.rules[name].source.length).toBeGreaterThan(5);
  });
});

describe('the pack', () => {
  it('finds limits by nominal voltage: the first row that reaches it', () => {
    const rows = GB.rules.voltage_deviation.limits;
    expect(limitsFor(rows, 0.22)).toMatchObject({ lower: -10, upper: 7 });
    expect(limitsFor(rows, 0.38)).toMatchObject({ lower: -7, upper: 7 });
    expect(limitsFor(rows, 20)).toMatchObject({ lower: -7, upper: 7 });
    expect(limitsFor(rows, 35)).toMatchObject({ sum: 10 });
    expect(limitsFor(rows, 110)).toMatchObject({ sum: 10 });
    expect(limitsFor([{ up_to_kv: 1 }], 10)).toBeUndefined();
  });

  it('takes overrides rule by rule and leaves the rest', () => {
    const merged = mergePack(GB, ruleOverrides.parse({ overload: { open_after: '10s' } }));
    expect(merged.rules.overload).toEqual({ ...GB.rules.overload, open_after: 10_000 });
    expect(merged.rules.phase_loss).toEqual(GB.rules.phase_loss);
  });

  it('refuses unknown keys, absent rules and limits that contradict each other', () => {
    expect(ruleOverrides.safeParse({ overlaod: {} }).success).toBe(false);
    expect(ruleOverrides.safeParse({ overload: { limits: [{ limit: 90, clear_at: 95 }] } }).success).toBe(false);
    expect(
      ruleOverrides.safeParse({
        voltage_dip: { limits: [{ voltages: 'line', dip_below: 90, interruption_below: 95, clear_at: 92 }] },
      }).success,
    ).toBe(false);
    const { overload: _without, ...others } = GB.rules;
    expect(rulePack.safeParse({ ...GB, rules: others }).success).toBe(false);
  });
});
