/** What a payload may say in place of a value or a mark. */
export type Scalar = string | number | boolean | null;

/** Numbers and decimal strings; hexadecimal, empty or infinite ones are none. */
export function numberOf(found: unknown): number | undefined {
  if (typeof found === 'number') return Number.isFinite(found) ? found : undefined;
  if (typeof found !== 'string' || !/^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(found)) return undefined;
  const value = Number(found);
  return Number.isFinite(value) ? value : undefined;
}

/** Whether a payload's value is the one that a mapping names: 0, '0' and ' 0 ' are the same. */
export function isSame(found: unknown, expected: Scalar): boolean {
  if (found === expected) return true;
  if (found === null || expected === null || typeof found === 'object' || found === undefined) return false;
  return String(found).trim() === String(expected).trim();
}
