import type { Row } from './judged-rows.ts';
import { type Column, tableLines } from './table.ts';
import type { Colour } from './terminal.ts';

const COLUMNS: readonly Column[] = [
  { head: 'quantity' },
  { head: 'FC', isRight: true },
  { head: 'address', isRight: true },
  { head: 'words' },
  { head: 'value', isRight: true },
  { head: 'unit' },
  { head: 'age', isRight: true },
  { head: 'quality' },
];

const COLOURS = { good: undefined, 'not judged': 'dim', suspect: 'yellow', missing: 'red' } as const satisfies Record<
  Row['quality'],
  Colour | undefined
>;

/** float32 has seven digits; counters have more. */
const DIGITS = 7;
const COUNTER_DIGITS = 12;
/** What is larger is no value, and shown short. */
const LARGEST = 1e13;

/** One line for each quantity below the heads. `ageOf`: how old a row is, where that is of interest. */
export function readingTable(
  rows: readonly Row[],
  paint: (colour: Colour, text: string) => string,
  ageOf: (row: Row) => string = () => '',
): readonly string[] {
  const texts = rows.map((row) => [
    row.quantity,
    row.functionCode === undefined ? '' : String(row.functionCode),
    row.address === undefined ? '' : addressText(row.address),
    row.words === undefined ? '' : hexOf(row.words),
    row.value === undefined ? '' : figures(row.value, row.unit),
    row.unit,
    ageOf(row),
    row.reason === undefined ? row.quality : `${row.quality}: ${row.reason}`,
  ]);
  const [heads = '', ...lines] = tableLines(COLUMNS, texts);
  const coloured = lines.map((line, index) => {
    const colour = COLOURS[rows[index]?.quality ?? 'good'];
    return colour ? paint(colour, line) : line;
  });
  return [paint('bold', heads), ...coloured];
}

/** 80 → '80 (0x0050)': manuals write the one or the other. */
export function addressText(address: number): string {
  return `${address} (0x${hexOf([address])})`;
}

/** [0x4366, 0x3333] → '4366 3333', as on the wire. */
export function hexOf(words: readonly number[]): string {
  return words.map((word) => word.toString(16).toUpperCase().padStart(4, '0')).join(' ');
}

function figures(value: number, unit: string): string {
  const digits = unit === 'Wh' || unit === 'varh' ? COUNTER_DIGITS : DIGITS;
  const rounded = Number(value.toPrecision(digits));
  return Math.abs(rounded) < LARGEST ? String(rounded) : rounded.toExponential();
}
