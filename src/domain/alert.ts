import type { Evidence } from './verdict.ts';

export type RuleName =
  | 'voltage_deviation'
  | 'voltage_unbalance'
  | 'overload'
  | 'phase_loss'
  | 'voltage_dip'
  | 'meter_silent';

export type Severity = 'warning' | 'critical';

/** pending: bad, but not for long enough yet. firing: people know. resolved: over, kept as history. */
export type AlertState = 'pending' | 'firing' | 'resolved';

/** Why an alert changed; a change without a reason does not exist. */
export type ChangeReason =
  | 'held for the opening time'
  | 'turned into something graver'
  | 'good for the clearing time'
  | 'taken over by a graver alert'
  | 'no longer watched';

/**
 * A rule's verdict that lives. One subject and rule have at most one alert that is not resolved. All times are epoch
 * milliseconds UTC and event times, never the moment of judging.
 */
export interface Alert {
  readonly id: string;
  readonly rule: RuleName;
  /** A meter id, or a line ('modbus-tcp://host:port') for a silent gateway. */
  readonly subject: string;
  readonly severity: Severity;
  readonly state: AlertState;
  /** When the condition began. */
  readonly since: number;
  /** Latest sample that was bad, and latest sample that said anything. */
  readonly lastBad: number;
  readonly seenAt: number;
  readonly firedAt?: number;
  /** Start of the good spell that may end the alert. */
  readonly goodSince?: number;
  /** When the condition ended; the end of the good spell's waiting time is later. */
  readonly resolvedAt?: number;
  readonly resolvedBecause?: ChangeReason;
  /** What opened it, and the worst seen so far. */
  readonly first: Evidence;
  readonly worst: Evidence;
}

/** An alert that people are told about: it began to fire, it is of a graver kind than they were told, or it is over. */
export interface AlertChange {
  readonly kind: 'fired' | 'worsened' | 'resolved';
  readonly reason: ChangeReason;
  readonly alert: Alert;
  readonly time: number;
  /** The id of an alert that this one took over: its mails answer those of the other. */
  readonly follows?: string;
}

export function alertKey(alert: Pick<Alert, 'rule' | 'subject'>): string {
  return `${alert.rule} ${alert.subject}`;
}
