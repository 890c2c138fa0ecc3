import type { Alert } from '../domain/alert.ts';
import type { Customer, Meter, Person } from '../domain/customer.ts';
import type { Fleet, MeterPlace } from '../domain/fleet.ts';
import type { Reading } from '../domain/reading.ts';

export type CustomerState = 'critical' | 'warning' | 'blind' | 'waiting' | 'fine';

/** Worst first: a customer is as bad as its worst meter. */
export const CUSTOMER_STATES = ['critical', 'warning', 'blind', 'waiting', 'fine'] as const satisfies CustomerState[];

const POLLS_UNTIL_STALE = 5;

export interface MeterStatus {
  readonly place: MeterPlace;
  readonly state: CustomerState;
  readonly reading: Reading | undefined;
  /** The reading is older than five polls, or than a silent meter's: it does not speak for now. */
  readonly isStale: boolean;
}

export interface CustomerStatus {
  readonly customer: Customer;
  readonly manager: Person | undefined;
  readonly state: CustomerState;
  /** Worst first. */
  readonly meters: readonly MeterStatus[];
}

/** What the states are judged from. `silentAfter` is in milliseconds, `now` in epoch milliseconds. */
export interface Known {
  readonly fleet: Fleet;
  readonly people: readonly Person[];
  readonly firing: readonly Alert[];
  readonly latest: ReadonlyMap<string, Reading>;
  readonly silentAfter: (meter: Meter) => number;
  readonly now: number;
}

/**
 * The state of every customer, worst first. 'blind': a meter or its line is silent, or its latest reading is too old;
 * 'waiting': not every meter was heard since the start. A silent meter is never fine.
 */
export function customerStatuses(known: Known): readonly CustomerStatus[] {
  const { fleet, people, firing } = known;
  const bySubject = new Map<string, Alert[]>();
  for (const alert of firing) bySubject.set(alert.subject, [...(bySubject.get(alert.subject) ?? []), alert]);

  const metersOf = new Map<Customer, MeterStatus[]>(fleet.customers.map((customer) => [customer, []]));
  for (const place of fleet.meters.values()) {
    const alerts = [...(bySubject.get(place.meter.id) ?? []), ...(bySubject.get(place.line) ?? [])];
    metersOf.get(place.customer)?.push(meterStatus(place, alerts, known));
  }
  const statuses = [...metersOf].map(([customer, meters]) => ({
    customer,
    manager: people.find((person) => person.id === customer.accountManager),
    state: worstOf(meters.map((meter) => meter.state)) ?? 'waiting',
    meters: meters.sort(worstFirst),
  }));
  return statuses.sort(worstFirst);
}

/** Alerts in the order in which a person on duty looks at them: worst first, then the newest. */
export function inOrderOfDuty(alerts: readonly Alert[]): readonly Alert[] {
  return alerts
    .map((alert) => ({ alert, state: stateOf(alert) }))
    .sort((a, b) => worstFirst(a, b) || b.alert.since - a.alert.since)
    .map(({ alert }) => alert);
}

/** The state that an alert puts its meters into. */
export function stateOf(alert: Alert): CustomerState {
  return alert.rule === 'meter_silent' ? 'blind' : alert.severity;
}

function meterStatus(place: MeterPlace, alerts: readonly Alert[], known: Known): MeterStatus {
  const reading = known.latest.get(place.meter.id);
  const age = reading === undefined ? 0 : known.now - reading.time;
  const silentAfter = known.silentAfter(place.meter);
  const isStale = age > Math.min(silentAfter, POLLS_UNTIL_STALE * place.meter.pollInterval);
  const withoutAlerts = reading === undefined ? 'waiting' : age > silentAfter ? 'blind' : 'fine';
  const state = worstOf([...alerts.map(stateOf), withoutAlerts]) ?? withoutAlerts;
  return { place, state, reading, isStale };
}

function worstOf(states: readonly CustomerState[]): CustomerState | undefined {
  return CUSTOMER_STATES.find((state) => states.includes(state));
}

function worstFirst(a: { state: CustomerState }, b: { state: CustomerState }): number {
  return CUSTOMER_STATES.indexOf(a.state) - CUSTOMER_STATES.indexOf(b.state);
}
