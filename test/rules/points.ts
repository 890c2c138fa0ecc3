import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { SupplyPoint } from '../../src/domain/customer.ts';
import type { Values } from '../../src/domain/reading.ts';
import type { Verdict } from '../../src/domain/verdict.ts';
import { SAMPLE_RULES } from '../../src/rules/index.ts';
import { type RulePack, rulePack } from '../../src/rules/pack.ts';

/** The pack that is shipped: its limits are what the tests judge by. */
export const GB: RulePack = rulePack.parse(
  parse(readFileSync(new URL('../../config/standards/gb.yaml', import.meta.url), 'utf8')),
);

export function point(
  nominalKv: number,
  capacities: Partial<Pick<SupplyPoint, 'contractKva' | 'transformerKva'>> = {},
): SupplyPoint {
  return { id: 'p', name: 'p', nominalKv, feeder: 'F', substation: 'S', meters: [], ...capacities };
}

/** The verdict of one rule of the shipped pack on one set of values. */
export function judgeBy(rule: string, values: Values, supplyPoint: SupplyPoint): Verdict {
  const found = SAMPLE_RULES.find((candidate) => candidate.name === rule);
  if (!found) throw new Error(`no rule ${rule}`);
  return found.judge(GB, { meter: 'm', start: 0, end: 0, value: (quantity) => values[quantity] }, supplyPoint);
}

export function lines(l1l2: number, l2l3 = l1l2, l3l1 = l1l2): Values {
  return { voltage_l1_l2: l1l2, voltage_l2_l3: l2l3, voltage_l3_l1: l3l1 };
}

export function phases(l1: number, l2 = l1, l3 = l1): Values {
  return { voltage_l1_n: l1, voltage_l2_n: l2, voltage_l3_n: l3 };
}

/** Line voltages of three phase voltages 120° apart, by the law of cosines: c² = a² + b² + a·b. */
export function star(l1: number, l2: number, l3: number): Values {
  const side = (a: number, b: number) => Math.sqrt(a * a + b * b + a * b);
  return { ...phases(l1, l2, l3), ...lines(side(l1, l2), side(l2, l3), side(l3, l1)) };
}
