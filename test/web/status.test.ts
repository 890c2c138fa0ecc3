import { describe, expect, it } from 'vitest';
import type { Alert } from '../../src/domain/alert.ts';
import type { Customer } from '../../src/domain/customer.ts';
import { fleetOf } from '../../src/domain/fleet.ts';
import type { Reading } from '../../src/domain/reading.ts';
import { customerStatuses, inOrderOfDuty } from '../../src/web/status.ts';
import { customer, firing, meter, NOW, reading, supplyPoint } from './fleets.ts';

const LI = { id: 'li', name: 'Li', role: 'account_manager', email: 'li@grid.example', locale: 'zh-CN' } as const;

/** A customer with one supply point and one meter at an address of its own. */
function simple(id: string): Customer {
  return customer(id, [supplyPoint(`${id}-a`, [meter(`${id}-m1`, `host-${id}`)])]);
}

function statuses(customers: readonly Customer[], alerts: readonly Alert[], readings: readonly Reading[]) {
  return customerStatuses({
    fleet: fleetOf(customers),
    people: [LI],
    firing: alerts,
    latest: new Map(readings.map((entry) => [entry.meter, entry])),
    silentAfter: () => 30_000,
    now: NOW,
  });
}

function states(...given: Parameters<typeof statuses>) {
  return statuses(...given).map((status) => [status.customer.id, status.state]);
}

describe('the state of a customer', () => {
  it('orders the list, the worst first and otherwise as configured', () => {
    const customers = ['fine1', 'dip', 'unheard', 'fine2', 'silent', 'high', 'dip2'].map(simple);
    const alerts = [
      firing('meter_silent', 'silent-m1'),
      firing('voltage_deviation', 'high-m1'),
      firing('voltage_dip', 'dip-m1'),
      firing('voltage_dip', 'dip2-m1'),
    ];
    const heard = customers.filter(({ id }) => id !== 'unheard').map(({ id }) => reading(`${id}-m1`, NOW));
    expect(states(customers, alerts, heard)).toEqual([
      ['dip', 'critical'],
      ['dip2', 'critical'],
      ['high', 'warning'],
      ['silent', 'blind'],
      ['unheard', 'waiting'],
      ['fine1', 'fine'],
      ['fine2', 'fine'],
    ]);
  });

  it('is that of its worst meter, over all supply points; each meter keeps its own', () => {
    const two = customer('c', [
      supplyPoint('a', [meter('m1', 'h1'), meter('m2', 'h2')]),
      supplyPoint('b', [meter('m3', 'h3')]),
    ]);
    const heard = ['m1', 'm2', 'm3'].map((id) => reading(id, NOW));
    const [status] = statuses([two], [firing('overload', 'm2'), firing('voltage_dip', 'm3')], heard);
    expect(status?.state).toBe('critical');
    expect(status?.meters.map(({ place, state }) => [place.meter.id, place.supplyPoint.id, state])).toEqual([
      ['m3', 'b', 'critical'],
      ['m2', 'a', 'warning'],
      ['m1', 'a', 'fine'],
    ]);
  });

  it('is the worst of several alerts at one meter, whatever their order', () => {
    const alerts = [firing('overload', 'c-m1'), firing('voltage_dip', 'c-m1'), firing('meter_silent', 'c-m1')];
    for (const order of [alerts, alerts.toReversed()]) {
      expect(states([simple('c')], order, [reading('c-m1', NOW)])).toEqual([['c', 'critical']]);
    }
  });

  it('is blind for every customer behind a silent line, and for no other', () => {
    const behind = (id: string, host: string) => customer(id, [supplyPoint(`${id}-a`, [meter(`${id}-m1`, host)])]);
    const customers = [behind('a', 'gw'), behind('b', 'gw'), behind('c', 'other')];
    const heard = customers.map(({ id }) => reading(`${id}-m1`, NOW));
    expect(states(customers, [firing('meter_silent', 'modbus-tcp://gw:502')], heard)).toEqual([
      ['a', 'blind'],
      ['b', 'blind'],
      ['c', 'fine'],
    ]);
  });

  it('waits until all of its meters were heard', () => {
    const two = customer('c', [supplyPoint('a', [meter('m1', 'h1')]), supplyPoint('b', [meter('m2', 'h2')])]);
    expect(states([two], [], [])).toEqual([['c', 'waiting']]);
    expect(states([two], [], [reading('m1', NOW)])).toEqual([['c', 'waiting']]);
    expect(states([two], [], [reading('m1', NOW), reading('m2', NOW)])).toEqual([['c', 'fine']]);
  });

  it('is never fine when silent, alert or not', () => {
    expect(states([simple('c')], [], [reading('c-m1', NOW - 30_000)])).toEqual([['c', 'fine']]);
    expect(states([simple('c')], [], [reading('c-m1', NOW - 30_001)])).toEqual([['c', 'blind']]);
  });

  it('knows the account manager', () => {
    const strange = customer('d', [], { accountManager: 'nobody' });
    expect(statuses([simple('c'), strange], [], []).map(({ manager }) => manager?.name)).toEqual(['Li', undefined]);
  });
});

describe('a reading', () => {
  const age = (milliseconds: number, pollInterval: number) => {
    const slow = customer('c', [supplyPoint('a', [meter('m', 'h', pollInterval)])]);
    const [status] = statuses([slow], [], [reading('m', NOW - milliseconds)]);
    return status?.meters[0]?.isStale;
  };

  it('is stale after five polls, or when its meter counts as silent', () => {
    expect([age(5_000, 1_000), age(5_001, 1_000)]).toEqual([false, true]);
    expect([age(30_000, 10_000), age(30_001, 10_000)]).toEqual([false, true]);
  });

  it('is not stale when its clock runs ahead', () => {
    expect(age(-8_000, 1_000)).toBe(false);
  });
});

describe('open alerts', () => {
  it('stand the worst first, then the newest', () => {
    const at = (rule: Alert['rule'], minutes: number) =>
      firing(rule, 'm', { id: `${rule} ${minutes}`, since: NOW - minutes * 60_000 });
    const alerts = [at('meter_silent', 1), at('voltage_dip', 9), at('overload', 5), at('voltage_dip', 2)];
    expect(inOrderOfDuty(alerts).map(({ id }) => id)).toEqual([
      'voltage_dip 2',
      'voltage_dip 9',
      'overload 5',
      'meter_silent 1',
    ]);
  });
});
