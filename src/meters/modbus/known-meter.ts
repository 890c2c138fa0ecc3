import type { EventLog } from '../model.ts';
import type { Rating } from '../rating.ts';
import type { LineAccess } from './line-access.ts';

/** What the readings of a meter have taught, and what its logs are read with. */
export interface KnownMeter {
  readonly rating: Rating;
  /** How far the meter's clock is ahead of ours, in milliseconds; 0 while that is not known. */
  readonly clockAhead: number;
}

/** A log that the meter keeps by itself. */
export interface MeterLog {
  /** Stands with its cursor. Of several forms of events the first is 'events', each other one goes by its form. */
  readonly name: 'events' | 'records' | EventLog['form'];
  /** Milliseconds between two looks at it. */
  readonly interval: number;
  /** Hands on what is new; when it resolves, that is durable. Rejects with a MeterError, or with what the sink says. */
  check(access: LineAccess, known: KnownMeter): Promise<void>;
}
