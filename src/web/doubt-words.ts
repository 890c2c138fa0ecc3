import type { Locale } from '../domain/customer.ts';
import type { Reading } from '../domain/reading.ts';
import type { WiringVerdict } from '../domain/wiring.ts';
import { symbolOf, valueInWords } from '../notify/alert-facts.ts';
import { wiringWords } from '../quality/wiring-words.ts';
import { type Doubtful, missingOf, suspectsOf } from './doubts.ts';
import { LABELS } from './labels.ts';
import { QUALITY_LABELS } from './quality-labels.ts';

/** So many quantities of one reason are named; the others are counted. */
const NAMED = 6;

/** 'suspect values, wiring fault': in short what is doubtful; empty when nothing is. */
export function doubtsInShort({ reading, wiring }: Doubtful, locale: Locale): string {
  const label = QUALITY_LABELS[locale];
  const doubts = [
    ...(suspectsOf(reading).length > 0 ? [label.suspectValues] : []),
    ...(missingOf(reading).length > 0 ? [label.missingValues] : []),
    ...(wiring?.state === 'faulty' ? [label.wiringFault] : []),
  ];
  return doubts.join(LABELS[locale].comma);
}

/** All that is doubtful with its reasons, one line each. */
export function doubtsInFull({ reading, wiring }: Doubtful, locale: Locale): readonly string[] {
  const label = QUALITY_LABELS[locale];
  const lines = valueDoubts(reading, locale);
  if (wiring?.state !== 'faulty') return lines;
  return [...lines, `${label.wiring}${label.colon}${wiringInWords(wiring, locale)}`];
}

/** 'suspect, out of range: U L1-N 9.00 kV', 'missing, not readable: THD-U L1, THD-U L2': one line per reason. */
export function valueDoubts(reading: Reading | undefined, locale: Locale): readonly string[] {
  const label = QUALITY_LABELS[locale];
  const byReason = new Map<string, string[]>();
  const add = (reason: string, words: string) => byReason.set(reason, [...(byReason.get(reason) ?? []), words]);
  for (const { quantity, value, reason } of suspectsOf(reading)) {
    add(label.suspect(label.suspectReason[reason]), `${symbolOf(quantity)} ${valueInWords(quantity, value)}`);
  }
  for (const { quantity, reason } of missingOf(reading)) {
    add(label.missing(label.missingReason[reason]), symbolOf(quantity));
  }
  return [...byReason].map(([reason, all]) => {
    const more = all.length > NAMED ? label.andMore(all.length - NAMED) : '';
    return `${reason}${label.colon}${all.slice(0, NAMED).join(LABELS[locale].comma)}${more}`;
  });
}

/** 'right', 'cannot say yet', or every fault in words. */
export function wiringInWords({ state, faults }: WiringVerdict, locale: Locale): string {
  const label = QUALITY_LABELS[locale];
  if (state !== 'faulty') return label.wiringState[state];
  return faults.map((fault) => wiringWords(fault, locale)).join(label.semicolon);
}
