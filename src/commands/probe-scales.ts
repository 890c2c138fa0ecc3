import type { ProbedScale } from '../meters/probe.ts';
import { addressText, hexOf } from './reading-table.ts';
import { type Column, tableLines } from './table.ts';

const COLUMNS: readonly Column[] = [
  { head: 'scale of' },
  { head: 'FC', isRight: true },
  { head: 'address', isRight: true },
  { head: 'words' },
  { head: 'value', isRight: true },
];

/** Of many values that one register scales, so many are named. */
const MOST_NAMED = 3;

/** One line for each scale register below the heads; none without any. */
export function scaleLines(scales: readonly ProbedScale[]): readonly string[] {
  if (scales.length === 0) return [];
  const rows = scales.map((scale) => [
    namesOf(scale),
    String(scale.functionCode),
    addressText(scale.address),
    scale.words ? hexOf(scale.words) : '',
    scalingOf(scale),
  ]);
  return tableLines(COLUMNS, rows);
}

function namesOf({ of }: ProbedScale): string {
  const others = of.length - MOST_NAMED;
  return others > 0 ? `${of.slice(0, MOST_NAMED).join(', ')} and ${others} more` : of.join(', ');
}

/** '10^-2', '× 60', '÷ 10' */
function scalingOf({ cause, means, value }: ProbedScale): string {
  if (value === undefined) return cause ?? 'missing';
  switch (means) {
    case 'exponent':
      return `10^${value}`;
    case 'factor':
      return `× ${value}`;
    case 'divisor':
      return `÷ ${value}`;
  }
}
