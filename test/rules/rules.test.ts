import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { RuleName } from '../../src/domain/alert.ts';
import { LOCALES } from '../../src/domain/customer.ts';
import { RULE_WORDS, SAMPLE_RULES } from '../../src/rules/index.ts';
import { limitsFor, mergePack, ruleOverrides, rulePack } from '../../src/rules/pack.ts';
import { GB } from './points.ts';

const NOT_RULES = [
  'index',
  'judge',
  'meter-silent-words',
  'pack',
  'rule',
  'silence-watch',
  'options',
  'upper-limit',
  'voltages',
];
const RULES = readdirSync(new URL('../../src/rules/', import.meta.url))
  .map((file) => file.replace(/\.ts$/, ''))
  .filter((name) => !NOT_RULES.includes(name))
  .map((name) => name.replaceAll('-', '_') as RuleName);

const KINDS: Readonly<Record<RuleName, readonly string[]>> = {
  voltage_dip: ['dip', 'interruption'],
  phase_loss: ['lost', 'metering'],
  voltage_deviation: ['over', 'under', 'sum'],
  voltage_unbalance: ['over'],
  overload: ['contract', 'transformer'],
  meter_silent: ['meter', 'line', 'doubted', 'doubted line'],
};

describe('the list of rules', () => {
  it('has a line for every rule file, in the list, in the words and in the shipped pack', () => {
    const judged = [...SAMPLE_RULES.map((rule) => rule.name), 'meter_silent'];
    expect(judged.sort()).toEqual([...RULES].sort());
    expect(Object.keys(RULE_WORDS).sort()).toEqual([...RULES].sort());
    expect(Object.keys(GB.rules).sort()).toEqual([...RULES].sort());
  });

  it('judges what spoils others before them', () => {
    const order: readonly string[] = SAMPLE_RULES.map((rule) => rule.name);
    for (const rule of SAMPLE_RULES) {
      for (const spoiler of Object.keys(rule.spoiledBy).filter((name) => name === 'voltage_dip')) {
        expect(order.indexOf(spoiler)).toBeLessThan(order.indexOf(rule.name));
      }
    }
  });

  it.each(RULES)('%s has every word for each kind in both languages and names its source', (name) => {
    const titles = { en: new Set<string>(), 'zh-CN': new Set<string>() };
    for (const kind of KINDS[name]) {
      for (const locale of LOCALES) {
        const words = RULE_WORDS[name][locale];
        titles[locale].add(words.title(kind));
        for (const text of [words.title(kind), words.meaning(kind), ...words.advice(kind)]) {
          expect(text).not.toMatch(/undefined|null|=>/);
          if (locale === 'en') expect(text).not.toMatch(/\p{Script=Han}/u);
          else expect(text).toMatch(/\p{Script=Han}/u);
        }
        expect(words.advice(kind).length).toBeGreaterThanOrEqual(3);
      }
    }
    // Each kind has its own name.
    expect(titles.en.size).toBe(KINDS[name].length);
    expect(titles['zh-CN'].size).toBe(KINDS[name].length);
    const { en, 'zh-CN': zh } = GB.rules[name].source;
    expect(en).toMatch(/^[\x20-\x7e]{6,}$/);
    expect(zh).toMatch(/\p{Script=Han}/u);
  });
});

describe('the words', () => {
  it('call the grid engineer by name, so that engineers and managers can read the same steps', () => {
    for (const name of RULES) {
      for (const kind of KINDS[name]) {
        const steps = LOCALES.flatMap((locale) => RULE_WORDS[name][locale].advice(kind));
        const named = steps.filter((step) => /grid engineer|电网工程师/i.test(step));
        expect(named).toHaveLength(name === 'meter_silent' ? 0 : 2);
        for (const step of named) expect(step).toMatch(/^(Grid engineer: [a-z]|电网工程师：)/);
      }
    }
  });

  it('say that load above the contract is a breach of it', () => {
    expect(RULE_WORDS.overload.en.meaning('contract')).toContain('breach of the supply contract');
    expect(RULE_WORDS.overload['zh-CN'].meaning('contract')).toContain('属于违约用电');
  });

  it('call a single 10-minute unbalance high and not a breach of the weekly limit', () => {
    const { en, 'zh-CN': zh } = RULE_WORDS.voltage_unbalance;
    expect(en.title('over')).toBe('Voltage unbalance high');
    expect(zh.title('over')).toBe('三相电压不平衡偏高');
    expect(en.meaning('over')).toContain('95 % of the values of a week');
    expect(zh.meaning('over')).toContain('95 % 概率值');
  });

  it('of a metering fault calm the customer down and send somebody to the meter', () => {
    const { en, 'zh-CN': zh } = RULE_WORDS.phase_loss;
    expect(en.meaning('metering')).toMatch(/probably healthy.*cannot be trusted.*billed/);
    expect(zh.meaning('metering')).toMatch(/很可能正常.*不可信.*电费/);
    expect(en.advice('metering')[0]).toContain('No need to alarm the customer');
    expect(zh.advice('metering')[0]).toContain('无需惊动客户');
    expect(en.advice('metering')[1]).toContain('secondary fuses of the voltage transformers');
    expect(zh.advice('metering')[1]).toContain('电压互感器二次熔断器');
    for (const words of [en, zh]) expect(words.advice('lost')).not.toEqual(words.advice('metering'));
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
    for (const source of [
      'the contract',
      { en: 'the contract' },
      { en: 'the contract', 'zh-CN': '合同', de: 'Vertrag' },
    ]) {
      expect(ruleOverrides.safeParse({ overload: { source } }).success).toBe(false);
    }
    const { overload: _without, ...others } = GB.rules;
    expect(rulePack.safeParse({ ...GB, rules: others }).success).toBe(false);
  });
});
