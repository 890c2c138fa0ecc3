import type { Alert, AlertChange, RuleName } from '../../src/domain/alert.ts';
import type { Customer, Person } from '../../src/domain/customer.ts';
import { fleetOf, type MeterPlace } from '../../src/domain/fleet.ts';
import type { Evidence } from '../../src/domain/verdict.ts';
import type { AnnouncerOptions } from '../../src/notify/announcer.ts';
import { judgeSilence } from '../../src/rules/meter-silent.ts';
import type { SilenceKind } from '../../src/rules/meter-silent-words.ts';
import { GB, judgeBy, lines, phases, point, star } from '../rules/points.ts';

export const ZONE = 'Asia/Shanghai';

/** 2026-03-01 08:00:05 in Shanghai. */
export const MORNING = Date.UTC(2026, 2, 1, 0, 0, 5);

export const GATEWAY = 'modbus-tcp://10.7.7.7:502';

function person(id: string, role: Person['role'], locale: Person['locale']): Person {
  return { id, name: `Person ${id}`, role, email: `${id}@grid.example`, locale };
}

export const MANAGER_ZH = person('li', 'account_manager', 'zh-CN');
export const MANAGER_EN = person('ann', 'account_manager', 'en');
export const DUTY_ZH = person('duty', 'grid_engineer', 'zh-CN');
export const DUTY_EN = person('desk', 'grid_engineer', 'en');
export const PEOPLE = [MANAGER_ZH, MANAGER_EN, DUTY_ZH, DUTY_EN] as const;

interface CustomerChoice {
  readonly name?: string;
  readonly manager?: Person;
  readonly host?: string;
  readonly kv?: number;
}

/** A customer with one supply point and one meter: 'c01', 'c01-a', 'c01-m'. */
export function customer(id: string, choice: CustomerChoice = {}): Customer {
  const { name = `Customer ${id}`, manager = MANAGER_ZH, host = '10.7.7.7', kv = 10 } = choice;
  return {
    id,
    name,
    class: 'first',
    industry: 'steel',
    accountManager: manager.id,
    supplyPoints: [
      {
        ...point(kv, { contractKva: 8_000, transformerKva: 10_000 }),
        id: `${id}-a`,
        name: `Feed ${id}`,
        feeder: 'F12',
        substation: 'East',
        meters: [
          {
            id: `${id}-m`,
            model: 'sdm630',
            connection: { kind: 'modbus-tcp', host, port: 502, unit: Number(id.slice(1)) },
            pollInterval: 1_000,
            ctRatio: 1,
            ptRatio: 1,
          },
        ],
      },
    ],
  };
}

export function announcerOptions(customers: readonly Customer[]): AnnouncerOptions {
  return {
    fleet: fleetOf(customers),
    people: PEOPLE,
    siteName: 'Demo city',
    timeZone: ZONE,
    sourceOf: (rule) => GB.rules[rule].source,
  };
}

export function placeOf(only: Customer): MeterPlace {
  const [place] = fleetOf([only]).meters.values();
  if (!place) throw new Error(`${only.id} has no meter`);
  return place;
}

/** What the shipped rules say of real values: every kind of trouble there is. */
export const TROUBLES: readonly { readonly name: string; readonly rule: RuleName; readonly evidence: Evidence }[] = [
  trouble('dip', 'voltage_dip', lines(10_000, 6_200, 8_100), 10),
  trouble('dip of a phase', 'voltage_dip', phases(220, 150, 219), 0.38),
  trouble('dip of all phases', 'voltage_dip', phases(150, 151, 152), 0.38),
  trouble('interruption', 'voltage_dip', phases(2, 1, 3), 0.38),
  trouble('one phase lost', 'phase_loss', star(0, 5_774, 5_774), 10),
  trouble('two phases lost', 'phase_loss', phases(5, 220, 3), 0.38),
  trouble('metering fault', 'phase_loss', { ...star(0, 5_774, 5_774), ...currents(48, 50, 49) }, 10),
  trouble('voltage too high', 'voltage_deviation', lines(10_812, 10_800, 10_790), 10),
  trouble('voltage too low', 'voltage_deviation', lines(352, 353, 354), 0.38),
  trouble('voltage too low at 35 kV', 'voltage_deviation', lines(31_150, 34_000, 34_500), 35),
  trouble('sum of deviations', 'voltage_deviation', lines(37_100, 33_250, 35_000), 35),
  trouble('unbalance', 'voltage_unbalance', { ...lines(10_000, 9_600, 10_100), voltage_unbalance: 3.07 }, 10),
  trouble('overload of the contract', 'overload', { apparent_power_total: 9_840_000, current_l1: 540 }, 10),
  { name: 'overload of the transformer', rule: 'overload', evidence: { ...overloaded(), kind: 'transformer' } },
  { name: 'silent meter', rule: 'meter_silent', evidence: silence('meter') },
  { name: 'doubted meter', rule: 'meter_silent', evidence: silence('doubted') },
];

function trouble(name: string, rule: RuleName, values: Parameters<typeof judgeBy>[1], kv: number) {
  const verdict = judgeBy(rule, values, point(kv, { contractKva: 8_000, transformerKva: 10_000 }));
  if (verdict.standing !== 'bad' || !verdict.evidence) throw new Error(`${name} is ${verdict.standing}`);
  return { name, rule, evidence: verdict.evidence };
}

function currents(l1: number, l2: number, l3: number) {
  return { current_l1: l1, current_l2: l2, current_l3: l3 };
}

function overloaded(): Evidence {
  return trouble('', 'overload', { apparent_power_total: 10_300_000 }, 10).evidence;
}

export function silence(kind: SilenceKind): Evidence {
  const isLine = kind === 'line' || kind === 'doubted line';
  const meters = ['a', 'b'].map((meter) => ({
    meter,
    pollInterval: 1_000,
    last: kind === 'line' || (kind === 'meter' && meter === 'a') ? 0 : 1_520_000,
    trusted: isLine || meter === 'a' ? 0 : 1_520_000,
  }));
  const heard = { line: GATEWAY, listeningSince: 0, aliveSince: 0, meters };
  const verdict = judgeSilence(heard, 1_520_000, { missed_polls: 5, at_least: 10_000 }).get(isLine ? GATEWAY : 'a');
  if (!verdict?.evidence) throw new Error(`no evidence of a silent ${kind}`);
  return verdict.evidence;
}

export function evidenceOf(name: string): Evidence {
  const found = TROUBLES.find((each) => each.name === name);
  if (!found) throw new Error(`no trouble ${name}`);
  return found.evidence;
}

/** An alert on 'c01-m' that began at MORNING. */
export function alert(rule: RuleName, evidence: Evidence, change: Partial<Alert> = {}): Alert {
  return {
    id: `0123456789abcdef-${rule}`,
    rule,
    subject: 'c01-m',
    severity: GB.rules[rule].severity,
    state: 'firing',
    since: MORNING,
    lastBad: MORNING + 5_000,
    seenAt: MORNING + 5_000,
    firedAt: MORNING + 5_000,
    first: evidence,
    worst: evidence,
    ...change,
  };
}

export function fired(of: Alert): AlertChange {
  return { kind: 'fired', reason: 'held for the opening time', alert: of, time: of.firedAt ?? of.since };
}

/** The same alert, whose `worst` is of another kind than what it began with. */
export function worsened(of: Alert, worst: Evidence, after = 3_000): AlertChange {
  const time = of.since + after;
  const worse: Alert = { ...of, worst, lastBad: time, seenAt: time };
  return { kind: 'worsened', reason: 'turned into something graver', alert: worse, time };
}

/** The same alert, over since `after` milliseconds after it began. */
export function resolved(of: Alert, after = 8_000): AlertChange {
  const over: Alert = {
    ...of,
    state: 'resolved',
    resolvedAt: of.since + after,
    resolvedBecause: 'good for the clearing time',
  };
  return { kind: 'resolved', reason: 'good for the clearing time', alert: over, time: of.since + after + 5_000 };
}
