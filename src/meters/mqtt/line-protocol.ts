import { PoisonPayload } from './heard.ts';

/** One line: what was measured, by whom, when. `time` as it is written, with the unit that the sender chose. */
export interface LinePoint {
  readonly measurement: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, number | string | boolean>>;
  readonly time?: string;
}

/**
 * Reads InfluxDB's line protocol: one point for each line, comments and empty lines left out. Throws PoisonPayload, naming
 * the point, for anything else and for more than `most` points.
 */
export function parseLines(text: string, most: number): readonly LinePoint[] {
  const points: LinePoint[] = [];
  const cursor: Cursor = { text, at: 0 };
  for (skipBetween(cursor); cursor.at < text.length; skipBetween(cursor)) {
    if (points.length === most) throw new PoisonPayload(`more than ${most} points`);
    const point = readPoint(cursor);
    if (!point) throw new PoisonPayload(`no line protocol: point ${points.length + 1}, character ${cursor.at + 1}`);
    points.push(point);
  }
  return points;
}

interface Cursor {
  readonly text: string;
  at: number;
}

function skipBetween(cursor: Cursor): void {
  for (;;) {
    while (/\s/.test(cursor.text.charAt(cursor.at))) cursor.at += 1;
    if (cursor.text.charAt(cursor.at) !== '#') return;
    const end = cursor.text.indexOf('\n', cursor.at);
    cursor.at = end === -1 ? cursor.text.length : end;
  }
}

function readPoint(cursor: Cursor): LinePoint | undefined {
  const measurement = readName(cursor, ', \n');
  if (measurement === '') return undefined;
  const tags: [string, string][] = [];
  while (takes(cursor, ',')) {
    const key = readName(cursor, '=, \n');
    if (key === '' || !takes(cursor, '=')) return undefined;
    tags.push([key, readName(cursor, ', \n')]);
  }
  if (!skipSpaces(cursor)) return undefined;
  const fields: [string, number | string | boolean][] = [];
  do {
    const key = readName(cursor, '=, \n');
    if (key === '' || !takes(cursor, '=')) return undefined;
    const value = cursor.text.charAt(cursor.at) === '"' ? readText(cursor) : fieldValue(readName(cursor, ', \r\n'));
    if (value === undefined) return undefined;
    fields.push([key, value]);
  } while (takes(cursor, ','));
  const time = skipSpaces(cursor) ? readName(cursor, ' \r\n') : '';
  skipSpaces(cursor);
  const isEnd = cursor.at >= cursor.text.length || /[\r\n]/.test(cursor.text.charAt(cursor.at));
  if (!isEnd || !/^(-?\d+)?$/.test(time)) return undefined;
  // Object.fromEntries makes own properties even of names such as __proto__.
  const point = { measurement, tags: Object.fromEntries(tags), fields: Object.fromEntries(fields) };
  return time === '' ? point : { ...point, time };
}

function takes(cursor: Cursor, letter: string): boolean {
  if (cursor.text.charAt(cursor.at) !== letter) return false;
  cursor.at += 1;
  return true;
}

function skipSpaces(cursor: Cursor): boolean {
  const from = cursor.at;
  while (cursor.text.charAt(cursor.at) === ' ') cursor.at += 1;
  return cursor.at > from;
}

/** Up to one of the letters in `ends`; a backslash takes the meaning from comma, equals sign and blank. */
function readName(cursor: Cursor, ends: string): string {
  let name = '';
  for (; cursor.at < cursor.text.length; cursor.at += 1) {
    const letter = cursor.text.charAt(cursor.at);
    const next = cursor.text.charAt(cursor.at + 1);
    if (letter === '\\' && next !== '' && ',= '.includes(next)) {
      name += next;
      cursor.at += 1;
    } else if (ends.includes(letter)) break;
    else name += letter;
  }
  return name;
}

function readText(cursor: Cursor): string | undefined {
  let text = '';
  for (cursor.at += 1; cursor.at < cursor.text.length; cursor.at += 1) {
    const letter = cursor.text.charAt(cursor.at);
    const next = cursor.text.charAt(cursor.at + 1);
    if (letter === '\\' && (next === '"' || next === '\\')) {
      text += next;
      cursor.at += 1;
    } else if (letter === '"') {
      cursor.at += 1;
      return text;
    } else text += letter;
  }
  return undefined;
}

const TRUE = /^(t|true)$/i;
const FALSE = /^(f|false)$/i;

function fieldValue(text: string): number | boolean | undefined {
  if (TRUE.test(text)) return true;
  if (FALSE.test(text)) return false;
  if (/^-?\d+i$|^\d+u$/.test(text)) return Number(text.slice(0, -1));
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}
