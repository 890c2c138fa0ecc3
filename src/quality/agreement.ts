import type { SuspectReason } from '../domain/reading.ts';
import type { Columns } from './columns.ts';
import type { Scale } from './scale.ts';

/** One thing that values of one reading must agree on. */
export interface Agreement {
  readonly reason: SuspectReason;
  /** Undefined when a value is missing, or when there is too little load to tell. */
  holds(values: Columns, scale: Scale): boolean | undefined;
  /** The columns that are not trusted when they disagree. */
  doubted(values: Columns, scale: Scale): readonly number[];
}
