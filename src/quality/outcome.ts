import type { QualityCount } from '../domain/data-quality.ts';
import { entriesOf } from '../domain/joined-reading.ts';
import type { Reading, SuspectReason } from '../domain/reading.ts';

/**
 * What became of a reading. 'known': one of its instant was there. 'amended': it brought more of an instant that was
 * there. 'refused': its time cannot be true.
 */
export type Outcome = 'new' | 'late' | 'known' | 'amended' | 'refused';

const COUNT_OF = {
  'out of range': 'unreasonable',
  'changes too fast': 'unreasonable',
  'power factor impossible': 'unreasonable',
  'marked by the meter': 'unreasonable',
  'age unknown': 'late',
  frozen: 'frozen',
  'phase and line voltages disagree': 'inconsistent',
  'powers disagree': 'inconsistent',
  'sum of phases disagrees': 'inconsistent',
} as const satisfies Record<SuspectReason, QualityCount>;

const RECEIVED: readonly QualityCount[] = ['received'];
const DUPLICATE: readonly QualityCount[] = ['duplicate'];

/** What a judged reading counts as, each count once. A duplicate is nothing but that: its values were counted before. */
export function countsOf(
  reading: Pick<Reading, 'suspect' | 'missing' | 'timeFault' | 'held'>,
  outcome: Outcome,
): readonly QualityCount[] {
  if (outcome === 'known') return DUPLICATE;
  if (outcome === 'new' && !reading.suspect && !reading.missing && !reading.timeFault) return RECEIVED;
  const counts = new Set<QualityCount>(RECEIVED);
  if (outcome === 'late') counts.add('late');
  if (outcome === 'refused' || reading.timeFault) counts.add('unreasonable');
  for (const [quantity, { reason }] of entriesOf(reading.suspect ?? {})) {
    // A doubt that is held over was counted when it was said.
    if (!reading.held?.has(quantity)) counts.add(COUNT_OF[reason]);
  }
  if (Object.keys(reading.missing ?? {}).length > 0) counts.add('missing');
  return [...counts];
}
