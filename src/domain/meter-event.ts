/** What a meter noticed on its own. 'alarm': it counted or flagged something that its register map does not describe. */
export type MeterEventKind = 'dip' | 'swell' | 'interruption' | 'power_failure' | 'transient' | 'alarm';

export const METER_EVENT_KINDS = [
  'dip',
  'swell',
  'interruption',
  'power_failure',
  'transient',
  'alarm',
] as const satisfies MeterEventKind[];

export type Phase = 'L1' | 'L2' | 'L3';

/** One event from a meter's own log or from an event message. Times are epoch milliseconds UTC, durations milliseconds. */
export interface MeterEvent {
  readonly meter: string;
  /** What the meter knows it by: the same event under the same key is kept once, however often it is read. */
  readonly key: string;
  readonly kind: MeterEventKind;
  /** When it began, by our clock where the meter's is known to be off; when it was noticed, where the meter does not say. */
  readonly start: number;
  readonly duration?: number;
  /** Empty where the meter does not say. */
  readonly phases: readonly Phase[];
  /** Residual voltage of a dip, highest voltage of a swell, in V, primary. */
  readonly extreme?: number;
  readonly arrivedAt: number;
  /** It was read so long after it happened that nobody could act on it at the time: after an outage, or from a backlog. */
  readonly isLate: boolean;
  /** What the meter said beside it, in its own words. */
  readonly note?: string;
}

/** How far one of a meter's own logs, such as 'events' or 'records', has been read; only who reads it understands the position. */
export interface LogCursor {
  readonly meter: string;
  readonly log: string;
  readonly position: string;
}
