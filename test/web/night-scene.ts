import { customersOf } from '../../simulators/electricity/customers.ts';
import type { Alert, AlertChange } from '../../src/domain/alert.ts';
import type { Customer, Person } from '../../src/domain/customer.ts';
import { type Fleet, fleetOf } from '../../src/domain/fleet.ts';
import type { Reading, Values } from '../../src/domain/reading.ts';
import type { Evidence } from '../../src/domain/verdict.ts';
import { createAnnouncer } from '../../src/notify/announcer.ts';
import type { OutgoingMessage } from '../../src/store/state-store.ts';
import { GB, judgeBy, lines, phases } from '../rules/points.ts';
import { customer, firing, meter, NOW, reading, supplyPoint } from './fleets.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

const PEOPLE: readonly Person[] = [
  { id: 'wang', name: '客户经理甲', role: 'account_manager', email: 'manager-a@grid.example', locale: 'zh-CN' },
  { id: 'brook', name: 'Manager B', role: 'account_manager', email: 'manager-b@grid.example', locale: 'en' },
  { id: 'chen', name: '客户经理丙', role: 'account_manager', email: 'manager-c@grid.example', locale: 'zh-CN' },
  { id: 'duty', name: 'Duty desk', role: 'grid_engineer', email: 'duty@grid.example', locale: 'en' },
];
const MANAGERS = ['wang', 'brook', 'chen'] as const;

/** A bad night at 70 invented customers: what the status page has to make clear at first glance. */
export interface NightScene {
  readonly fleet: Fleet;
  readonly people: readonly Person[];
  readonly latest: ReadonlyMap<string, Reading>;
  readonly firing: readonly Alert[];
  readonly over: readonly Alert[];
  readonly mails: readonly OutgoingMessage[];
}

export function nightScene(): NightScene {
  const customers = seventyCustomers();
  const fleet = fleetOf(customers);
  const change = (id: string, more: Values) => ({ ...valuesAt(fleet, id), ...more });
  const alert = (rule: Alert['rule'], id: string, values: Values, since: number, more: Partial<Alert> = {}) => {
    const evidence = evidenceOf(fleet, rule, id, values);
    return firing(rule, id, { since, firedAt: since, first: evidence, worst: evidence, ...more });
  };
  const silence = (subject: string, kind: string, since: number) => {
    const judged = (NOW - since) / SECOND;
    const evidence = { judged, limit: 30, unit: 's', kind, phases: [], badness: judged - 30 } as const;
    return firing('meter_silent', subject, { since, firedAt: since, first: evidence, worst: evidence });
  };

  const overloaded = change('c12-m1', { apparent_power_total: 1.128 * contractVa(fleet, 'c12-m1') });
  const lostPhase = change('c27-m1', { ...phases(228.4, 21.3, 229.7), ...lines(233.1, 232.4, 397.1) });
  const high = change('c20-m1', lines(10_790, 10_760, 10_785));
  const gateway = 'modbus-tcp://10.20.1.14:502';
  const open = [
    alert('phase_loss', 'c27-m1', lostPhase, NOW - 4 * MINUTE - 12 * SECOND, { severity: 'critical' }),
    alert('overload', 'c12-m1', overloaded, NOW - 26 * MINUTE, { severity: 'warning' }),
    alert('voltage_deviation', 'c20-m1', high, NOW - 3 * 60 * MINUTE - 2 * MINUTE, { severity: 'warning' }),
    silence(gateway, 'line', NOW - 9 * MINUTE - 41 * SECOND),
    silence('c01-m2', 'meter', NOW - 27 * 60 * MINUTE),
  ];
  const dipAt = NOW - 51 * MINUTE;
  const over = [
    alert('voltage_dip', 'c37-m1', lines(8_120, 8_460, 9_930), dipAt, ended('critical', dipAt + 3 * SECOND)),
    alert('voltage_dip', 'c38-m1', lines(8_640, 8_710, 9_970), dipAt, ended('critical', dipAt + 3 * SECOND)),
    alert(
      'overload',
      'c40-m1',
      change('c40-m1', { apparent_power_total: 1.05 * contractVa(fleet, 'c40-m1') }),
      NOW - 5 * 60 * MINUTE,
      ended('warning', NOW - 4 * 60 * MINUTE),
    ),
  ];

  const latest = new Map([...fleet.meters.keys()].map((id, index) => [id, heard(fleet, id, index)]));
  for (const [id, values] of [
    ['c12-m1', overloaded],
    ['c27-m1', lostPhase],
    ['c20-m1', high],
  ] as const) {
    latest.set(id, reading(id, NOW - 600, values));
  }
  for (const place of fleet.lines.get(gateway) ?? []) {
    latest.set(
      place.meter.id,
      reading(place.meter.id, NOW - 9 * MINUTE - 41 * SECOND, valuesAt(fleet, place.meter.id)),
    );
  }
  latest.set('c01-m2', reading('c01-m2', NOW - 27 * 60 * MINUTE, valuesAt(fleet, 'c01-m2')));
  latest.delete('c55-m1');
  return { fleet, people: PEOPLE, latest, firing: open, over, mails: mailsOf(fleet, [...open, ...over]) };
}

function seventyCustomers(): readonly Customer[] {
  return customersOf('status page').map((simulated, index) => {
    const { id, name, kv, contractKva, transformerKva, feeder } = simulated;
    const host = index >= 44 && index < 48 ? '10.20.1.14' : `10.20.0.${index + 10}`;
    const place = { name: '1# 进线', nominalKv: kv, feeder, substation: '城东 East', contractKva, transformerKva };
    const points = [supplyPoint(`${id}-a`, [meter(`${id}-m1`, host)], place)];
    if (index === 0)
      points.push(supplyPoint(`${id}-b`, [meter(`${id}-m2`, '10.20.0.9')], { ...place, name: '2# 进线' }));
    const manager = MANAGERS[index % MANAGERS.length] ?? 'wang';
    return customer(id, points, {
      name,
      class: simulated.class,
      industry: simulated.industry.name,
      accountManager: manager,
    });
  });
}

/** Voltages near nominal and a load of 30 to 80 % of the contract, different at every customer. */
function valuesAt(fleet: Fleet, id: string): Values {
  const place = fleet.meters.get(id);
  if (!place) throw new Error(`no meter ${id}`);
  const spread = ((Number(id.slice(1, 3)) * 37) % 50) / 50;
  const volts = place.supplyPoint.nominalKv * 1000 * (0.99 + 0.03 * spread);
  return {
    ...lines(volts, volts * 1.002, volts * 0.998),
    apparent_power_total: contractVa(fleet, id) * (0.3 + 0.5 * spread),
  };
}

function contractVa(fleet: Fleet, id: string): number {
  return (fleet.meters.get(id)?.supplyPoint.contractKva ?? 0) * 1000;
}

function heard(fleet: Fleet, id: string, index: number): Reading {
  return reading(id, NOW - 200 - ((index * 131) % 900), valuesAt(fleet, id));
}

function evidenceOf(fleet: Fleet, rule: string, id: string, values: Values): Evidence {
  const place = fleet.meters.get(id);
  const verdict = place && judgeBy(rule, values, place.supplyPoint);
  if (verdict?.standing !== 'bad' || !verdict.evidence) throw new Error(`${rule} does not find ${id} bad`);
  return verdict.evidence;
}

function ended(severity: Alert['severity'], resolvedAt: number): Partial<Alert> {
  return { severity, state: 'resolved', resolvedAt, resolvedBecause: 'good for the clearing time' };
}

function mailsOf(fleet: Fleet, alerts: readonly Alert[]): readonly OutgoingMessage[] {
  const announcer = createAnnouncer({
    fleet,
    people: PEOPLE,
    siteName: 'Demo city 示范市',
    timeZone: 'Asia/Shanghai',
    sourceOf: (rule) => GB.rules[rule].source,
  });
  const changes = alerts.flatMap((alert): AlertChange[] => {
    const reason = 'held for the opening time';
    const fired: AlertChange = { kind: 'fired', reason, alert: { ...alert, state: 'firing' }, time: alert.since };
    if (alert.resolvedAt === undefined) return [fired];
    return [fired, { kind: 'resolved', reason: 'good for the clearing time', alert, time: alert.resolvedAt }];
  });
  return changes.flatMap((change) => announcer.messagesFor(change));
}
