import { z } from 'zod';
import type { RuleName, Severity } from '../domain/alert.ts';
import type { Locale } from '../domain/customer.ts';
import type { Span } from '../domain/window.ts';
import { duration } from '../lib/duration.ts';
import { type SilenceLimits, silenceRow } from './meter-silent.ts';
import { overload } from './overload.ts';
import { phaseLoss } from './phase-loss.ts';
import { voltageDeviation } from './voltage-deviation.ts';
import { voltageDip } from './voltage-dip.ts';
import { voltageUnbalance } from './voltage-unbalance.ts';

const common = {
  enabled: z.boolean(),
  /** Standard and clause, as it is to stand in a mail of each language. */
  source: z.strictObject({ en: z.string().min(1), 'zh-CN': z.string().min(1) } satisfies Record<Locale, unknown>),
  severity: z.enum(['warning', 'critical']),
  /** How long it must be bad before people are told, and good before it is over. */
  open_after: duration,
  clear_after: duration,
};

function settings<Limits>(limits: z.ZodType<Limits>) {
  return z.strictObject({
    ...common,
    judged_on: z.enum(['reading', '1m', '10m']),
    /** Rows by nominal voltage: the first row whose up_to_kv is not below the supply point's is taken. */
    limits: z.array(limits).min(1),
  });
}

const rules = {
  voltage_dip: settings(voltageDip.limits),
  phase_loss: settings(phaseLoss.limits),
  voltage_deviation: settings(voltageDeviation.limits),
  voltage_unbalance: settings(voltageUnbalance.limits),
  overload: settings(overload.limits),
  meter_silent: z.strictObject({ ...common, limits: z.tuple([silenceRow]) }),
};

/** A file of config/standards/: which rules run, against which limits, from which source. */
export const rulePack = z.strictObject({
  standard: z.string().min(1),
  /** A window with a smaller share of its readings gets "cannot say". */
  min_completeness: z.number().min(0).max(1),
  rules: z.strictObject(rules),
});

export type RulePack = z.infer<typeof rulePack>;

/** The settings that every rule has, durations in milliseconds. */
export interface RuleSettings {
  readonly enabled: boolean;
  readonly source: Readonly<Record<Locale, string>>;
  readonly severity: Severity;
  readonly open_after: number;
  readonly clear_after: number;
}

export interface SampleRuleSettings<Row> extends RuleSettings {
  readonly judged_on: 'reading' | Span;
  readonly limits: readonly Row[];
}

/** The `rules:` section of the configuration: parts of the pack's settings, replaced. */
export const ruleOverrides = z
  .strictObject({
    voltage_dip: rules.voltage_dip.partial().optional(),
    phase_loss: rules.phase_loss.partial().optional(),
    voltage_deviation: rules.voltage_deviation.partial().optional(),
    voltage_unbalance: rules.voltage_unbalance.partial().optional(),
    overload: rules.overload.partial().optional(),
    meter_silent: rules.meter_silent.partial().optional(),
  })
  .default({});

export type RuleOverrides = z.infer<typeof ruleOverrides>;

export function mergePack(pack: RulePack, overrides: RuleOverrides): RulePack {
  return {
    ...pack,
    rules: {
      voltage_dip: replaced(pack.rules.voltage_dip, overrides.voltage_dip),
      phase_loss: replaced(pack.rules.phase_loss, overrides.phase_loss),
      voltage_deviation: replaced(pack.rules.voltage_deviation, overrides.voltage_deviation),
      voltage_unbalance: replaced(pack.rules.voltage_unbalance, overrides.voltage_unbalance),
      overload: replaced(pack.rules.overload, overrides.overload),
      meter_silent: replaced(pack.rules.meter_silent, overrides.meter_silent),
    },
  };
}

type Partly<T> = { readonly [Key in keyof T]?: T[Key] | undefined };

function replaced<T extends object>(settings: T, override: Partly<T> | undefined): T {
  const given = Object.entries(override ?? {}).filter(([, value]) => value !== undefined);
  return { ...settings, ...Object.fromEntries(given) };
}

/** The one row of the silence rule: it does not depend on voltage. */
export function silenceLimits(pack: RulePack): SilenceLimits {
  return pack.rules.meter_silent.limits[0];
}

/** Nominal voltages in kV that an enabled rule has no row for: it would be silent there for ever. */
export function withoutLimits(
  pack: RulePack,
  nominalKvs: readonly number[],
): readonly { rule: RuleName; kv: number }[] {
  const { meter_silent: _anyVoltage, ...rules } = pack.rules;
  return Object.entries(rules).flatMap(([rule, { enabled, limits }]) =>
    nominalKvs
      .filter((kv) => enabled && !limitsFor<{ up_to_kv?: number | undefined }>(limits, kv))
      .map((kv) => ({ rule: rule as keyof typeof rules, kv })),
  );
}

/** The row for a nominal voltage in kV: the first whose up_to_kv is not below it; undefined when the table ends before. */
export function limitsFor<Row extends { up_to_kv?: number | undefined }>(
  rows: readonly Row[],
  nominalKv: number,
): Row | undefined {
  return rows.find((row) => nominalKv <= (row.up_to_kv ?? Number.POSITIVE_INFINITY));
}
