import type { Alert } from '../../src/domain/alert.ts';
import type { Customer, Meter, SupplyPoint } from '../../src/domain/customer.ts';
import type { Reading, Values } from '../../src/domain/reading.ts';

/** 03:12:40 of a Monday in Shanghai. */
export const NOW = Date.parse('2026-03-01T19:12:40Z');

export function meter(id: string, host: string, pollInterval = 1_000): Meter {
  const connection = { kind: 'modbus-tcp', host, port: 502, unit: 1 } as const;
  return { id, model: 'sdm630', connection, pollInterval, ctRatio: 1, ptRatio: 1 };
}

export function supplyPoint(id: string, meters: readonly Meter[], more: Partial<SupplyPoint> = {}): SupplyPoint {
  return { id, name: id, nominalKv: 10, feeder: 'F12', substation: 'East', meters, ...more };
}

export function customer(id: string, supplyPoints: readonly SupplyPoint[], more: Partial<Customer> = {}): Customer {
  return { id, name: `Customer ${id}`, class: 'first', industry: 'steel', accountManager: 'li', supplyPoints, ...more };
}

export function reading(meterId: string, time: number, values: Values = {}): Reading {
  return { meter: meterId, time, timeSource: 'register', arrivedAt: time, values };
}

export function firing(rule: Alert['rule'], subject: string, more: Partial<Alert> = {}): Alert {
  const evidence = {
    quantity: 'voltage_l1_l2',
    value: 8_100,
    judged: 81,
    limit: 90,
    unit: '%',
    kind: 'dip',
    phases: ['L1-L2'],
    badness: 19,
  } as const;
  const severity = rule === 'voltage_dip' ? 'critical' : 'warning';
  const times = { since: NOW - 60_000, firedAt: NOW - 60_000, lastBad: NOW, seenAt: NOW };
  return {
    id: `${rule} ${subject}`,
    rule,
    subject,
    severity,
    state: 'firing',
    ...times,
    first: evidence,
    worst: evidence,
    ...more,
  };
}
